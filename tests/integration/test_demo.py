"""`payment-service demo`: the story ends with zeros, with and without faults."""

import re
import signal
import subprocess
from itertools import takewhile
from pathlib import Path

import pytest

from tests.support.local_stack import command, descendants, running
from tests.support.waiting import until

SUMMARY = re.compile(
    r"demo: orders=(\d+) captured=(\d+) transferred=(\d+) refunded=(\d+) reversed=(\d+) held=(\d+)"
    r" unexplained=(\d+) violations=(\d+) duplicates=(\d+) lost=(\d+) seconds=[\d.]+"
)
STOP_SECONDS = 120
ORDERS = 26
"""Each of the thirteen ways to pay once, and as many by chance."""


@pytest.mark.full
def test_story_ends_with_zeros() -> None:
    """What somebody sees who has just cloned it; exit 0 says that every cent is explained."""
    with command("demo", "--orders", str(ORDERS), stderr=subprocess.PIPE) as demo:
        output, errors = demo.communicate()
    assert demo.returncode == 0, f"{output}\n{errors}"
    _check(output.splitlines())


def test_story_ends_with_zeros_amid_faults_and_is_kept_until_told_to_stop(tmp_path: Path) -> None:
    """Whatever is killed or lost, every cent is explained; SIGTERM ends what was kept with 0."""
    log = tmp_path / "log"
    with (
        log.open("wb") as sink,
        command("demo", "--orders", str(ORDERS), "--faults", "--keep", stderr=sink) as demo,
    ):
        assert demo.stdout is not None
        lines = list(takewhile(lambda line: "Still running" not in line, demo.stdout))
        children = descendants(demo.pid)
        assert len(children) >= 5
        demo.send_signal(signal.SIGTERM)
        lines += demo.stdout
        assert demo.wait(STOP_SECONDS) == 0, ("\n".join(lines), log.read_text())
    _check([line.rstrip("\n") for line in lines])
    until(lambda: not any(map(running, children)), "the end of all it started")


def _check(lines: list[str]) -> None:
    """Nothing is missing, doubled, lost or in breach, and every scene was played."""
    found = SUMMARY.fullmatch(lines[-1])
    assert found is not None, lines
    counts = [int(number) for number in found.groups()]
    assert counts[0] == ORDERS
    captured, transferred, refunded, back, held = counts[1:6]
    assert captured > transferred > back > 0
    assert refunded > held > 0
    assert counts[6:] == [0, 0, 0, 0]
    for played in (
        r"refunds .* 4 payments in full, 2 in parts",
        r"resales .* 1 refused .*, then released; 1 called off; 1 held",
        r"disputes .* 1 won, 2 lost, one of these opened after its payees were paid",
        r"event canceled .* 5 payments: 5 refunded, 0 failed",
        r"debt kept back .* a-drifter owed 60.00 usd, 60.00 usd kept back",
    ):
        assert any(re.search(played, line) for line in lines), (played, lines)
    assert not any("\r" in line for line in lines), "a bar off a terminal"


def test_unknown_option_is_a_usage_error() -> None:
    """A wrong option ends with 2 before anything is started."""
    with command("demo", "--ordres", "5", stderr=subprocess.PIPE) as demo:
        demo.communicate()
    assert demo.returncode == 2
