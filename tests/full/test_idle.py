"""Idle costs nothing: a stack that nobody asks for anything leaves the processor alone."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.local_stack import children, command, processor_seconds

pytestmark = pytest.mark.full

MOST_OF_A_CORE = 0.01
WINDOW_SECONDS = 60.0
WINDOWS = 4
"""The first ones may still see the start: statistics of what was migrated, for example."""


def test_no_idle_process_uses_more_than_a_hundredth_of_a_core(tmp_path: Path) -> None:
    """Parent, PostgreSQL as a whole, Valkey, simulator, web and worker: each within a minute."""
    with (
        (tmp_path / "log").open("wb") as log,
        command("dev", "--port", "0", stderr=log) as process,
    ):
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())
        windows = [_window(process)]
        while max(windows[-1].values()) > MOST_OF_A_CORE and len(windows) < WINDOWS:
            windows.append(_window(process))
    assert len(windows[-1]) == 6, windows
    assert max(windows[-1].values()) <= MOST_OF_A_CORE, windows


def _window(process: "subprocess.Popen[str]") -> dict[str, float]:
    """Share of a core that each process used, with what it started, by its command line."""
    below = children(process.pid)
    before = {pid: processor_seconds(pid) for pid in below}
    parent = processor_seconds(process.pid, alone=True)
    started = time.monotonic()
    time.sleep(WINDOW_SECONDS)
    seconds = time.monotonic() - started
    used = {_line(pid): (processor_seconds(pid) - before[pid]) / seconds for pid in below}
    alone = processor_seconds(process.pid, alone=True) - parent
    return used | {"parent": alone / seconds}


def _line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
