"""Our programs as processes forked from one that has imported them already: cheap to kill.

Starting Python and importing the service takes a second and a half of CPU, a crash matrix hundreds
of starts. The fork server is Python's own; a child has nothing of its parent but imported modules.
"""

import ctypes
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from local.dev.child import inherited

_PR_SET_PDEATHSIG = 1
_PRELOADED = ["app.commands.main", "app.http.application", "app.worker", "tests.support.forked"]
_STDOUT, _STDERR = 1, 2

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_PRELOADED)


class Forked:
    """`payment-service COMMAND` in a process of its own; it does not outlive us.

    Args:
        command: serve or worker.
        environ: the variables it reads, beside the harmless ones of ours.
        log: where its output goes.
    """

    def __init__(self, command: str, environ: Mapping[str, str], log: Path) -> None:
        self.name = command
        full = {**inherited(), **environ}
        self._process = _context.Process(
            target=_become, args=((command,), full, str(log), str(log)), daemon=True
        )

    @property
    def pid(self) -> int | None:
        """Its process id; None when it does not run."""
        return self._process.pid if self._started and self.ended() is None else None

    def ended(self) -> int | None:
        """Its exit code, negative after a signal; None while it runs."""
        return self._process.exitcode if self._started else 0

    def start(self) -> None:
        """Start it; does not wait until it is ready."""
        self._process.start()

    def kill(self) -> None:
        """SIGKILL it, as the kernel would."""
        if self._started:
            self._process.kill()
            self._process.join()

    @property
    def _started(self) -> bool:
        return self._process.pid is not None


def run(*words: str, environ: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """`payment-service WORDS` to its end, with these variables and no others."""
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / name for name in ("stdout", "stderr")]
        for file in said:
            file.touch()
        process = _context.Process(target=_become, args=(words, dict(environ), *map(str, said)))
        process.start()
        process.join()
        return subprocess.CompletedProcess(
            words, process.exitcode or 0, *(file.read_text() for file in said)
        )


def _become(words: tuple[str, ...], environ: Mapping[str, str], stdout: str, stderr: str) -> None:
    """Turn the forked process into the program."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()
    for path, place in ((stdout, _STDOUT), (stderr, _STDERR)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), place)
    os.environ.clear()
    os.environ.update(environ)
    random.seed()
    sys.argv = ["payment-service", *words]
    from app.commands.main import main  # here so that this module loads without the whole service

    main()
