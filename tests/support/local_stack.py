"""Helpers of the tests of `dev` and `demo`: commands as processes, and who is left of them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def command(
    *arguments: str, stderr: IO[bytes] | int, environ: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[str]"]:
    """`payment-service ARGUMENTS` in the checkout, its stdout piped; killed if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app", *arguments],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        cwd=ROOT,
        env={**environ_without_servers(), **(environ or {})},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def environ_without_servers() -> dict[str, str]:
    """Ours, without servers named for this run: these commands bring their own."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "MAKELEVEL"}
    }


def children(pid: int) -> list[int]:
    """The processes that `pid` started."""
    return _children().get(pid, [])


def descendants(pid: int) -> list[int]:
    """Every process below `pid`."""
    below_each = _children()
    found, todo = [], [pid]
    while todo:
        below = below_each.get(todo.pop(), [])
        found += below
        todo += below
    return found


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(entry.name))
        if fields:
            found.setdefault(int(fields[1]), []).append(int(entry.name))
    return found


def processor_seconds(pid: int, *, alone: bool = False) -> float:
    """Processor time a process has used, with every process below it unless `alone`."""
    if alone:
        return sum(map(int, _stat(pid)[11:13])) / os.sysconf("SC_CLK_TCK")
    # Who ended is in the last two: they count the children that were waited for.
    ticks = sum(sum(map(int, _stat(one)[11:15])) for one in (pid, *descendants(pid)))
    return ticks / os.sysconf("SC_CLK_TCK")


def running(pid: int) -> bool:
    """Whether a process runs: one that is dead and not yet reaped does not."""
    fields = _stat(pid)
    return bool(fields) and fields[0] not in {"Z", "X"}


def _stat(pid: int) -> list[str]:
    """State, parent and the rest; empty when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()
