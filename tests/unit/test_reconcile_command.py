"""`payment-service reconcile`: its arguments and its report."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from app.commands.main import command_line
from app.commands.reconcile import parse_since
from app.worker.reconcile.report import age, open_items, show, summarised

ITEM: dict[str, Any] = {
    "class": "unexplained_balance_transaction",
    "account": "acct_1",
    "objectType": "adjustment",
    "stripeId": "txn_1",
    "atStripe": "5",
    "ours": None,
    "unexplained": -5,
    "currency": "usd",
    "ageSeconds": 7_300,
}
TOTAL = {"account": "acct_1", "currency": "usd", "transactions": 2, "atStripe": 12, "ours": 7}
STRANGER = {
    "class": "unowned",
    "account": "platform",
    "objectType": "payment_intent",
    "stripeId": "pi_x",
    "amount": 1_000,
    "currency": "usd",
    "facts": {},
    "ageSeconds": 0,
}
REPORT: dict[str, Any] = {
    "since": "2026-11-01T00:00:00Z",
    "startedAt": "2026-11-02T00:00:00Z",
    "tenants": [
        {"tenantId": "t-1", "discrepancies": [ITEM, {**ITEM, "unexplained": 3}], "totals": [TOTAL]},
        {"tenantId": "t-2", "discrepancies": [], "totals": []},
    ],
    "unowned": [STRANGER],
}


@pytest.mark.parametrize(
    ("text", "back"),
    [(None, timedelta(days=3)), ("36h", timedelta(hours=36)), ("7d", timedelta(days=7))],
)
def test_since_a_while_ago(text: str | None, back: timedelta) -> None:
    """Counted from now; without a word from the setting."""
    moment = parse_since(text, 3.0)
    assert moment is not None
    assert abs(datetime.now(UTC) - back - moment) < timedelta(minutes=1)


def test_since_a_date_a_time_or_the_beginning() -> None:
    """UTC unless it says otherwise."""
    assert parse_since("2026-11-01", 3.0) == datetime(2026, 11, 1, tzinfo=UTC)
    assert parse_since("2026-11-01T02:00:00+02:00", 3.0) == datetime(2026, 11, 1, tzinfo=UTC)
    assert parse_since("all", 3.0) is None


@pytest.mark.parametrize("text", ["", "yesterday", "7", "-1d", "7w", "2026-13-01"])
def test_since_nonsense(text: str) -> None:
    """Refused, and not taken for something else."""
    with pytest.raises(ValueError, match=r".+"):
        parse_since(text, 3.0)


def test_a_format_nobody_knows_is_a_usage_error() -> None:
    """Exit code 2, before anything is read or written."""
    assert CliRunner().invoke(command_line(), ["reconcile", "--format", "xml"]).exit_code == 2


def test_sums_do_not_cancel_out() -> None:
    """Five missing and three too many are eight unexplained."""
    found = summarised(REPORT)
    assert (found["open"], found["unexplained"]) == (3, {"usd": 8})
    assert open_items(REPORT) == 3


def test_a_person_sees_every_item_with_its_age() -> None:
    """Both sides of each, sums per account and currency, and what nobody owns."""
    out = io.StringIO()
    show(REPORT, Console(file=out, width=160))
    text = out.getvalue()
    for words in ("2 h", "txn_1", "nothing", "-5 usd", "pi_x", "1000 usd", "12", "3 open", "8 usd"):
        assert words in text


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "new"), (59, "59 s"), (120, "2 min"), (90_000, "1 d")]
)
def test_ages(seconds: float, words: str) -> None:
    """In the largest unit that fits."""
    assert age(seconds) == words
