"""Valkey of our own. It speaks Redis; what we send it stays within Redis 7."""

import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from local.embedded import binaries
from local.embedded.process import (
    Progress,
    ServerError,
    free_port,
    private_directory,
    reachable,
    spawn,
    tail,
    temporary_directory,
)

_START_SECONDS = 30.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.005
_PORT_ATTEMPTS = 5


class EmbeddedValkey:
    """A Valkey server as a child process.

    Without `data_dir` nothing is written and nothing survives; with it, an append-only file does.
    """

    def __init__(self, data_dir: Path | str | None = None, *, port: int | None = None) -> None:
        self._kept = data_dir is not None
        self._fixed_port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._password = secrets.token_urlsafe(24)
        self.port = 0
        if data_dir is None:
            self.root = temporary_directory("valkey", in_memory=False)
        else:
            root = Path(data_dir).absolute()
            if not reachable(root):
                raise ServerError(f"{root}: the account that servers run under cannot enter it")
            self.root = private_directory(root)

    @property
    def url(self) -> str:
        """URL of database 0, with the password of this start."""
        return self.database_url(0)

    def database_url(self, number: int) -> str:
        """Return the URL of one of the 64 numbered databases."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/{number}"

    @property
    def pid(self) -> int:
        """Process id of the server."""
        if self._process is None:
            raise ServerError("the server is not running")
        return self._process.pid

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.root / "server.log"

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
        """Start the server and return when it answers.

        Raises:
            ServerError: it did not come up; the text ends with the server's log.
        """
        if self._process is not None:
            return
        for _ in range(_PORT_ATTEMPTS):
            self.port = self._fixed_port or self.port or free_port()
            if self._launch():
                return
            if self._fixed_port or "already in use" not in tail(self.log):
                break
            self.port = 0
        raise ServerError(f"Valkey ended while starting\n{tail(self.log)}")

    def stop(self) -> None:
        """Stop the server; temporary data goes with it."""
        self._halt(signal.SIGTERM)
        if not self._kept:
            shutil.rmtree(self.root, ignore_errors=True)

    def restart(self) -> None:
        """Stop and start on the same port with the same password."""
        self._halt(signal.SIGTERM)
        self.start()

    def kill(self) -> None:
        """SIGKILL the server; `start()` brings it back."""
        self._halt(signal.SIGKILL)

    def _launch(self) -> bool:
        # The configuration goes in by stdin: a command line shows the password to everybody.
        with tempfile.TemporaryFile() as config, self.log.open("ab") as log:
            config.write("\n".join(self._config()).encode())
            config.seek(0)
            command: list[str | Path] = [binaries.valkey_server(), "-"]
            self._process = spawn(command, log=log, stdin=config, death_signal=signal.SIGTERM)
        progress = Progress(self._process.pid, _START_SECONDS)
        while not self._answers():
            if self._process.poll() is not None:
                self._process = None
                return False
            if progress.stalled():
                self.kill()
                raise ServerError(f"Valkey is not ready\n{tail(self.log)}")
            time.sleep(_POLL_SECONDS)
        return True

    def _config(self) -> list[str]:
        return [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self._password}",
            "databases 64",
            "daemonize no",
            'save ""',
            f"appendonly {'yes' if self._kept else 'no'}",
            f"dir {self.root}",
            "loglevel warning",
        ]

    def _answers(self) -> bool:
        """Return whether it is our server: one that accepts our password."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as link:
                link.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:  # noqa: PLR2004 - one line per command
                    chunk = link.recv(256)
                    if not chunk:
                        return False
                    answer += chunk
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def _halt(self, stop_signal: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(stop_signal)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
