"""A process of the local stack: started, stopped, killed, started again."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from app.config import Settings
from app.sockets import HELD
from local.embedded.process import Progress, ServerError, spawn_own

STOP_SECONDS = 30.0
"""A little more than the processes take themselves to finish what is in flight."""

READY_SECONDS = 60.0
"""Of doing nothing; one that gets somewhere while it starts is waited for, however slow it is."""

POLL_SECONDS = 0.05
HTTP_SECONDS = 2.0
SERVER_ERROR = 500

_PACKAGES = Path(__file__).resolve().parents[2]
"""Where `app` and `stripe_simulator` lie: children run the code that started them."""


class Child:
    """One of our own programs as a child process that cannot outlive us.

    Args:
        name: for messages.
        arguments: of the Python interpreter, such as `-m app serve`.
        environ: the variables it reads, beside the harmless ones of ours; asked at each start.
        log: where its output goes.
        sockets: that listen, for it to accept from: it takes them by their ports (`app.sockets`).
    """

    def __init__(
        self,
        name: str,
        arguments: list[str],
        log: IO[bytes],
        environ: Callable[[], Mapping[str, str]] = dict,
        sockets: Sequence[socket.socket] = (),
    ) -> None:
        self.name = name
        self._arguments = arguments
        self._environ = environ
        self._log = log
        self._sockets = sockets
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id; None when it does not run."""
        return self._process.pid if self._process and self.ended() is None else None

    def ended(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.poll() if self._process else 0

    def start(self) -> None:
        """Start it; does not wait until it is ready."""
        files = [place.fileno() for place in self._sockets]
        held = {HELD: " ".join(map(str, files))} if files else {}
        self._process = spawn_own(
            [sys.executable, *self._arguments],
            log=self._log,
            environ={**inherited(), **self._environ(), **held},
            files=files,
            death_signal=signal.SIGKILL,
        )

    def stop(self) -> None:
        """Ask it to end, wait, insist."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """SIGKILL it, as the kernel would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def await_ready(self, is_ready: Callable[[], bool]) -> None:
        """Wait until `is_ready()`.

        Raises:
            ServerError: it ended, or got nowhere for READY_SECONDS.
        """
        progress = Progress(self.pid or 0, READY_SECONDS)
        while not is_ready():
            if self.ended() is not None:
                raise ServerError(f"{self.name} ended with {self.ended()} while starting")
            if progress.stalled():
                raise ServerError(f"{self.name} is not ready and did nothing for a while")
            time.sleep(POLL_SECONDS)


def answers(port: int, path: str) -> bool:
    """Whether an HTTP server on the loopback answers `path` without a server error."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=HTTP_SECONDS)
    try:
        link.request("GET", path)
        return link.getresponse().status < SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def inherited() -> dict[str, str]:
    """Our environment without what a child of ours must get from its starter alone."""
    # A developer's own settings, live keys above all, must not reach the local stack.
    ours = {name.upper() for name in Settings.model_fields}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ours and not name.startswith(("PG", "PAYMENT_"))
    }
    return {**kept, "PYTHONPATH": str(_PACKAGES), "PYTHONUNBUFFERED": "1"}
