"""What a rollback may not do: lose rows that record money."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from app.migrations.errors import RefusedError
from app.migrations.session import OWNER

# A row in one of these is money that moved, was promised, or was asked of the provider.
MONEY_TABLES = (
    "aml_screenings",
    "audit_log",
    "clawback_snapshots",
    "disputes",
    "distributions",
    "escrow_events",
    "escrows",
    "ledger_balances",
    "ledger_postings",
    "payment_intents",
    "payment_refunds",
    "payment_splits",
    "payment_transactions",
    "receivables",
    "refund_batch_items",
    "refund_batches",
    "stripe_operation_attempts",
    "stripe_operations",
    "stripe_transfers",
    "transfer_reversals",
    "webhook_inbox",
)

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_LOSES_ROWS = re.compile(
    r"\b(drop\s+table|drop\s+schema|truncate|delete\s+from|drop\s+column)\b([^;]*)", re.IGNORECASE
)
_ALTERED = re.compile(r"\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?([\w.\"]+)", re.IGNORECASE)


def refuse_to_lose_money(connection: psycopg.Connection[Any], files: Iterable[Path]) -> None:
    """Refuse when one of the rollback files takes rows out of a money table that has some.

    Raises:
        RefusedError: it would; the text names the tables.
    """
    doomed = {table for file in files for table in doomed_tables(file.read_text(encoding="utf-8"))}
    filled = [table for table in sorted(doomed) if _has_rows(connection, table)]
    if filled:
        raise RefusedError(
            f"this rollback would drop rows that record money: {', '.join(filled)}. "
            "Take a backup, then repeat with --force-data-loss if that is what you want."
        )


def doomed_tables(text: str) -> set[str]:
    """Return the money tables that the statements of a rollback drop, empty or cut a column of."""
    plain = _COMMENT.sub(" ", text)
    doomed: set[str] = set()
    for statement in plain.split(";"):
        for verb, rest in _LOSES_ROWS.findall(statement):
            subject = rest
            if "column" in verb.lower():
                subject = " ".join(_ALTERED.findall(statement))
            if "schema" in verb.lower() and re.search(r"\bpayments\b", rest):
                doomed |= set(MONEY_TABLES) if "cascade" in rest.lower() else set()
            doomed |= set(re.findall(r"\w+", subject)) & set(MONEY_TABLES)
    return doomed


def _has_rows(connection: psycopg.Connection[Any], table: str) -> bool:
    """Return whether the table exists and has a row; row security is lifted to see them all."""
    name = sql.Identifier("payments", table)
    with connection.transaction(force_rollback=True):
        row = connection.execute("SELECT to_regclass(%s)", [f"payments.{table}"]).fetchone()
        if row is None or row[0] is None:
            return False
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
        connection.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
        found = connection.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(name))
        row = found.fetchone()
        return row is not None and bool(row[0])
