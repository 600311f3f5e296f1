"""Child processes that die with their parent, and the account they run under.

PR_SET_PDEATHSIG fires when the *thread* that spawned the child ends, so every spawn goes through
one thread that lives as long as the process: callers may start servers from any thread.
"""

import functools
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import IO

_LAUNCHER = Path(__file__).with_name("launch.py")
_PREFIX = "payment-service"
_TEMPORARY = re.compile(rf"{_PREFIX}-[a-z]+-(?P<pid>\d+)-(?P<started>\d+)-\w+")
# Tests hold tens of database copies; below this a tmpfs (64 MB in a container) would fill up.
_MEMORY_NEEDED = 2 * 1024**3
# A process that is idle, or only says that it is not ready yet, is busy for less of its time.
_LIVELY = 0.05
_POLL_SECONDS = 0.01


class ServerError(RuntimeError):
    """A server could not be started, or stopped on its own; the text ends with its log."""


@dataclass(frozen=True)
class Identity:
    """The account a server runs under; `switch` says whether we must change to it."""

    uid: int
    gid: int
    switch: bool

    def own(self, path: Path) -> None:
        """Give `path` to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


@functools.cache
def server_identity() -> Identity:
    """Return the current user, or nobody when we are root (PostgreSQL refuses root)."""
    if os.geteuid() != 0:
        return Identity(os.geteuid(), os.getegid(), switch=False)
    nobody = pwd.getpwnam("nobody")
    return Identity(nobody.pw_uid, nobody.pw_gid, switch=True)


# ── spawning ──────────────────────────────────────────────────────────────────────────────────

_SERVER_ENVIRON = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class _Job:
    command: Sequence[str]
    log: IO[bytes]
    stdin: IO[bytes] | None
    environ: Mapping[str, str]
    files: Sequence[int]
    done: "Future[subprocess.Popen[bytes]]"


class _Spawner:
    """The thread whose death the servers follow: it ends with the process, never before."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        threading.Thread(target=self._run, name="server-spawner", daemon=True).start()

    def spawn(self, job: _Job) -> "subprocess.Popen[bytes]":
        self._jobs.put(job)
        return job.done.result()

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job.done.set_result(_popen(job))
            except OSError as error:
                job.done.set_exception(error)


def _popen(job: _Job) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        job.command,
        stdin=job.stdin if job.stdin is not None else subprocess.DEVNULL,
        stdout=job.log,
        stderr=subprocess.STDOUT,
        env=job.environ,
        cwd="/",
        pass_fds=job.files,
        start_new_session=True,  # Ctrl-C in the terminal is ours to pass on, in order
    )


_spawner_of: dict[int, _Spawner] = {}
_spawner_lock = threading.Lock()


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    stdin: IO[bytes] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> "subprocess.Popen[bytes]":
    """Start a server under `server_identity()` that gets `death_signal` when we die.

    The returned process *is* the server (its launcher has been replaced by it), in a session of
    its own. Safe to call from any thread.
    """
    identity = server_identity()
    uid, gid = (identity.uid, identity.gid) if identity.switch else (-1, -1)
    full = _launched(command, death_signal, uid, gid)
    return _spawner().spawn(_Job(full, log, stdin, _SERVER_ENVIRON, (), Future()))


def spawn_own(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    environ: Mapping[str, str],
    files: Sequence[int] = (),
    death_signal: signal.Signals = signal.SIGTERM,
) -> "subprocess.Popen[bytes]":
    """Start a program of ours, under our own account, that gets `death_signal` when we die.

    Otherwise as `spawn`; the working directory is `/`, and it inherits the descriptors `files`.
    """
    full = _launched(command, death_signal, -1, -1)
    return _spawner().spawn(_Job(full, log, None, environ, files, Future()))


def _launched(
    command: Sequence[str | Path], death_signal: signal.Signals, uid: int, gid: int
) -> list[str]:
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER)]
    numbers = [str(n) for n in (os.getpid(), int(death_signal), uid, gid)]
    return [*launcher, *numbers, *map(str, command)]


def _spawner() -> _Spawner:
    with _spawner_lock:
        spawner = _spawner_of.get(os.getpid())
        if spawner is None:
            spawner = _spawner_of[os.getpid()] = _Spawner()
    return spawner


class Progress:
    """Whether a process that starts still gets somewhere.

    Seconds say little on a busy machine. A process that computes, or waits for its turn to, is
    given more time; one that sleeps or has ended waits for nothing that will come.

    Args:
        pid: of the process.
        seconds: it stalls when it hardly did anything for so long.
    """

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid = pid
        self._seconds = seconds
        self._busy = _busy_seconds(pid)
        self._look_at = time.monotonic() + seconds

    def stalled(self) -> bool:
        """Whether to give it up."""
        if time.monotonic() < self._look_at:
            return False
        before, self._busy = self._busy, _busy_seconds(self._pid)
        self._look_at = time.monotonic() + self._seconds
        busy = sum(max(0.0, now - before.get(task, 0.0)) for task, now in self._busy.items())
        return busy < _LIVELY * self._seconds


def _busy_seconds(pid: int) -> dict[str, float]:
    """Per thread of a process and its children: seconds it computed or waited for the processor.

    Empty where there is no /proc: nothing is known there.
    """
    busy: dict[str, float] = {}
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            computed, waited, _ = (task / "schedstat").read_text().split()
            children = (task / "children").read_text().split()
        except OSError:  # ended between listing and looking
            continue
        busy[task.name] = (int(computed) + int(waited)) / 1e9
        for child in children:
            busy |= _busy_seconds(int(child))
    return busy


def run_to_end(command: Sequence[str | Path], *, log: Path, timeout: float = 120) -> None:
    """Run a helper program of a server, such as initdb, under the server's account.

    Raises:
        ServerError: it failed, or did nothing for `timeout` seconds.
    """
    with log.open("ab") as sink:
        process = spawn(command, log=sink, death_signal=signal.SIGKILL)
    progress = Progress(process.pid, timeout)
    while (code := process.poll()) is None:
        if progress.stalled():
            process.kill()
        time.sleep(_POLL_SECONDS)
    if code != 0:
        raise ServerError(f"{Path(command[0]).name} ended with {code}\n{tail(log)}")


def tail(log: Path, lines: int = 20) -> str:
    """Return the last lines of a log, for an error message; empty when there is none."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def free_port() -> int:
    """Return a TCP port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# ── directories ───────────────────────────────────────────────────────────────────────────────


def private_directory(path: Path) -> Path:
    """Make `path` a 0700 directory of the server's account and return it."""
    path.mkdir(parents=True, exist_ok=True)
    server_identity().own(path)
    path.chmod(0o700)
    return path


def reachable(path: Path) -> bool:
    """Return whether the server's account can enter every directory above `path`."""
    identity = server_identity()
    if not identity.switch:
        return True
    return all(_enterable(parent.stat(), identity) for parent in path.resolve().parents)


def _enterable(status: os.stat_result, identity: Identity) -> bool:
    if status.st_uid == identity.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == identity.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def shared_base() -> Path:
    """Return a directory of ours that the server's account can read, kept between runs.

    Its name is known, its place open to everybody: one that is not ours alone is never used.
    """
    base = _disk_base() / f"{_PREFIX}-{os.geteuid()}"
    base.mkdir(mode=0o755, exist_ok=True)
    status = base.lstat()
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    if not ours or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        base = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}-base-", dir=_disk_base()))
    base.chmod(0o755)
    return base


def temporary_directory(kind: str, *, in_memory: bool) -> Path:
    """Return a new private directory, in memory when asked for and there is room.

    Its name carries our pid, so that a later run can remove what a killed one left behind.
    """
    base = _memory_base() if in_memory else None
    base = base or _disk_base()
    for place in {base, _disk_base()}:
        remove_leftovers(place)
    name = f"{_PREFIX}-{kind}-{os.getpid()}-{_started(os.getpid())}-"
    return private_directory(Path(tempfile.mkdtemp(prefix=name, dir=base)))


def _disk_base() -> Path:
    for base in (Path(tempfile.gettempdir()), Path("/var/tmp")):  # noqa: S108 - mkdtemp inside it
        if reachable(base / "inside"):
            return base
    raise ServerError(f"{tempfile.gettempdir()} is closed to the account servers run under")


def _memory_base() -> Path | None:
    base = Path("/dev/shm")  # noqa: S108 - mkdtemp makes the private directory inside it
    if not (base.is_dir() and os.access(base, os.W_OK | os.X_OK)):
        return None
    return base if shutil.disk_usage(base).free >= _MEMORY_NEEDED else None


def remove_leftovers(base: Path) -> None:
    """Remove temporary directories under `base` whose owner no longer runs."""
    for path in base.glob(f"{_PREFIX}-*"):
        named = _TEMPORARY.fullmatch(path.name)
        if named is None or _started(int(named["pid"])) == named["started"]:
            continue
        with suppress(OSError):  # another run does so at the same moment
            if path.stat().st_uid == server_identity().uid and not processes_in(path):
                shutil.rmtree(path, ignore_errors=True)


def _started(pid: int) -> str:
    """Return when a process started, in clock ticks since boot; "0" when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "0"
    return text.rpartition(")")[2].split()[19]


def processes_in(directory: Path) -> list[int]:
    """Return the pids of processes whose working directory lies in `directory` (Linux only)."""
    return [pid for pid, cwd in _working_directories() if cwd.is_relative_to(directory.resolve())]


def _working_directories() -> Iterator[tuple[int, Path]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            yield int(entry.name), Path(os.readlink(entry / "cwd"))  # noqa: PTH115 - lazy and cheap
        except OSError:
            continue
