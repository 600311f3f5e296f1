"""Rollback guard: refuses to lose rows that nothing brings back."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from app.migrations.errors import RefusedError

REPLACEABLE = {
    "scheduled_tasks": "due again at once",
    "currencies": "written by its migration",
    "deployment": "declared again",
    "missed_event_cursors": "the lists of events are read again from their beginning",
    "payment_marks": "the check of invariants begins anew",
    "provider_rates": "the bucket fills again",
    "reconciliation_sightings": "of a run, while it lasts",
    "request_nonces": "a signature as old as the rollback is refused for its age",
    "state_transitions": "written by its migration",
    "violation_checks": "the check of invariants begins anew",
    "violations_found": "found again",
}
"""Tables whose rows may go, and why. Every other one, a new one too, keeps what it holds."""

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_LOSES_ROWS = re.compile(
    r"\b(drop\s+table|drop\s+schema|truncate|delete\s+from|drop\s+column)\b([^;]*)", re.IGNORECASE
)
_ALTERED = re.compile(r"\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?([\w.\"]+)", re.IGNORECASE)


def refuse_to_lose_rows(connection: psycopg.Connection[Any], files: Iterable[Path]) -> None:
    """Refuse when one of the rollback files takes rows out of a table that is not replaceable.

    Raises:
        RefusedError: it would; the text names the tables.
    """
    owners = _owners(connection)
    texts = [file.read_text(encoding="utf-8") for file in files]
    doomed = {table for text in texts for table in doomed_tables(text, set(owners))}
    filled = [table for table in sorted(doomed) if _has_rows(connection, table, owners[table])]
    if filled:
        raise RefusedError(
            f"this rollback would drop rows that nothing brings back: {', '.join(filled)}. "
            "Take a backup, then repeat with --force-data-loss if that is what you want."
        )


def _owners(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Return the tables that are not replaceable, with the owner of each."""
    query = """
        SELECT tablename, tableowner FROM pg_catalog.pg_tables
        WHERE schemaname = 'payments' AND tablename <> ALL (%s)
    """
    return dict(connection.execute(query, [list(REPLACEABLE)]).fetchall())


def doomed_tables(text: str, tables: set[str]) -> set[str]:
    """Return those of the tables that a rollback's statements drop, empty or cut a column of."""
    plain = _COMMENT.sub(" ", text)
    doomed: set[str] = set()
    for statement in plain.split(";"):
        for verb, rest in _LOSES_ROWS.findall(statement):
            subject = rest
            if "column" in verb.lower():
                subject = " ".join(_ALTERED.findall(statement))
            if "schema" in verb.lower() and re.search(r"\bpayments\b", rest):
                doomed |= tables if "cascade" in rest.lower() else set()
            doomed |= tables & set(re.findall(r"\w+", subject))
    return doomed


def _has_rows(connection: psycopg.Connection[Any], table: str, owner: str) -> bool:
    """Return whether the table has a row; row security is lifted to see them all."""
    name = sql.Identifier("payments", table)
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner)))
        connection.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
        found = connection.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(name))
        row = found.fetchone()
        return row is not None and bool(row[0])
