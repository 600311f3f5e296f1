"""The pgTAP runner: everything that must fail does, and is told with its line."""

import pytest

from tests.support.tap import Outcome


def _outcome(*rows: str) -> Outcome:
    outcome = Outcome()
    for line, row in enumerate(rows, start=1):
        outcome.take(row, line)
    return outcome


def test_a_plan_that_is_met_passes() -> None:
    """As many assertions as planned, all ok, and nothing is wrong."""
    assert _outcome("1..2", "ok 1 - a", "ok 2").problems() == []


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (("1..2", "ok 1 - a"), "1: planned 2 assertions, ran 1"),
        (("1..1", "ok 1", "ok 2"), "1: planned 1 assertions, ran 2"),
        (("1..0", "ok 1", "1..1"), "1: planned 0 assertions, ran 1"),
        (("ok 1 - a",), "1: no plan: 1 assertions ran"),
        ((), "1: no plan: 0 assertions ran"),
        (("1..1", "ok 1 # SKIP no reason"), "2: skipped 1: # SKIP no reason"),
        (("1..1", "not ok 1 - a"), "2: not ok 1: a"),
    ],
)
def test_what_is_short_or_wrong_fails(rows: tuple[str, ...], problem: str) -> None:
    """A short or long plan, no plan, a skip and a failed assertion each fail the file."""
    assert _outcome(*rows).problems() == [problem]


def test_diagnostics_follow_their_assertion() -> None:
    """What pgTAP says about a failure is shown with it, on the line of the statement."""
    row = "not ok 1 - a\n# Failed test 1: a\n#     caught: 42501: denied"
    (problem,) = _outcome("1..1", row).problems()
    assert problem == "2: not ok 1: a\n2:     Failed test 1: a\n2:     caught: 42501: denied"


def test_a_failed_statement_fails_the_file() -> None:
    """An error ends the script and counts even when every assertion before it was ok."""
    outcome = _outcome("1..1", "ok 1")
    outcome.error = "3: 42P01: no such table"
    assert outcome.problems() == ["3: 42P01: no such table"]


def test_todo_may_fail() -> None:
    """An assertion marked todo counts for the plan and fails nothing."""
    assert _outcome("1..1", "not ok 1 - later # TODO not built").problems() == []
