"""`payment-service demo`: the story ends with zeros, with and without faults."""

import re
import signal
import subprocess

import pytest

from tests.support.local_stack import command, descendants, running, until

SUMMARY = re.compile(
    r"demo: orders=(\d+) captured=(\d+) transferred=(\d+) refunded=(\d+) reversed=(\d+) held=(\d+)"
    r" unexplained=(\d+) violations=(\d+) duplicates=(\d+) lost=(\d+) seconds=[\d.]+"
)
ORDERS = 26
"""Each of the thirteen ways to pay once, and as many by chance."""


def _play(*options: str) -> list[str]:
    """Play to the end; return the lines of the report."""
    with command("demo", *options, stderr=subprocess.PIPE) as demo:
        output, errors = demo.communicate(timeout=280)
    assert demo.returncode == 0, f"{output}\n{errors}"
    return output.splitlines()


@pytest.mark.parametrize("options", [(), ("--faults",)], ids=["calm", "faults"])
def test_story_ends_with_zeros(options: tuple[str, ...]) -> None:
    """Every cent is explained, nothing is doubled, lost or in breach; exit 0 says so."""
    lines = _play("--orders", str(ORDERS), *options)
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


def test_keep_leaves_it_running_until_told_to_stop() -> None:
    """With --keep the summary comes, the stack stays, and SIGTERM ends all of it with 0."""
    with command("demo", "--orders", "1", "--keep", stderr=subprocess.PIPE) as demo:
        assert demo.stdout is not None
        assert any("Still running" in line for line in iter(demo.stdout.readline, ""))
        children = descendants(demo.pid)
        assert len(children) >= 5
        demo.send_signal(signal.SIGTERM)
        lines = demo.stdout.read().splitlines()
        assert demo.wait(60) == 0
    assert SUMMARY.fullmatch(lines[-1])
    assert until(lambda: not any(map(running, children)))


def test_unknown_option_is_a_usage_error() -> None:
    """A wrong option ends with 2 before anything is started."""
    with command("demo", "--ordres", "5", stderr=subprocess.PIPE) as demo:
        demo.communicate(timeout=60)
    assert demo.returncode == 2
