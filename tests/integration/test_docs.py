"""Generated pages, and the words that the API describes, are what the database says now."""

import re
from pathlib import Path
from typing import Any, get_args

import psycopg
import pytest

from app.http.responses import (
    Account,
    Answer,
    Dispute,
    Escrow,
    Payment,
    Refund,
    RefundBatch,
    Reversal,
    Review,
    Risk,
    Split,
    Transfer,
)
from scripts.sql_reference import pages
from tests.support.database import Database

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


@pytest.mark.parametrize("name", ["sql-reference.md", "states.md"])
def test_a_generated_page_is_not_stale(database: Database, name: str) -> None:
    """`make docs` would change nothing."""
    with psycopg.connect(database.superuser_url) as connection:
        written = pages(connection)
    assert (DOCS / name).read_text() == written[name], f"docs/{name} is stale: make docs"


def test_nothing_is_left_out(database: Database) -> None:
    """Every function of ops and every machine has its place."""
    with psycopg.connect(database.superuser_url) as connection:
        written = pages(connection)
        functions = connection.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'ops'::regnamespace"
        ).fetchall()
        machines = connection.execute("SELECT machine FROM payments.state_transitions").fetchall()
    assert all(f"`ops.{name}(" in written["sql-reference.md"] for (name,) in functions)
    assert all(f"## {machine}\n" in written["states.md"] for (machine,) in machines)


WORDS: dict[str, tuple[type[Answer], str]] = {
    "account_recipient_type_known": (Account, "recipient_type"),
    "account_status_known": (Account, "status"),
    "batch_status_known": (RefundBatch, "status"),
    "dispute_status_known": (Dispute, "status"),
    "escrow_status_known": (Escrow, "status"),
    "fraud_decision_known": (Risk, "decision"),
    "payment_capture_method_known": (Payment, "capture_method"),
    "payment_status_known": (Payment, "status"),
    "refund_origin_known": (Refund, "origin"),
    "refund_reason_known": (Refund, "reason"),
    "refund_status_known": (Refund, "status"),
    "reversal_status_known": (Reversal, "status"),
    "review_kind_known": (Review, "kind"),
    "review_source_known": (Review, "source"),
    "review_status_known": (Review, "status"),
    "split_recipient_type_known": (Split, "recipient_type"),
    "transfer_status_known": (Transfer, "status"),
}
NOT_SHOWN = {"reversal_status_known": {"waiting"}}  # payments.refund_json calls it pending


@pytest.mark.parametrize("check", WORDS)
def test_an_answer_may_say_what_its_column_may_hold(database: Database, check: str) -> None:
    """A word that a CHECK allows and the description does not would be a surprise for a client."""
    model, field = WORDS[check]
    [(definition,)] = database.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", check
    )
    held = set(re.findall(r"'(\w+)'", definition))
    annotation: Any = model.model_fields[field].annotation
    assert set(get_args(annotation)) == held - NOT_SHOWN.get(check, set())
