"""Reading migration files: statements and lines, owners, what a rollback would lose."""

import hashlib
from pathlib import Path

import pytest

from app.migrations.repeatables import RepeatableFile
from app.migrations.rollback import doomed_tables
from app.migrations.statements import line_at, split
from app.paths import sql_root

RELEASED = {"013": "4a00032a93a6482e4cb867ca86ac96cc0b927a9933bf97687bd35c4df0a91667"}
"""The last migration of each release, and a digest of all up to it."""


def _file(name: str, text: str) -> RepeatableFile:
    return RepeatableFile(name, Path(name), text)


@pytest.mark.parametrize(
    ("name", "text", "owner"),
    [
        ("functions/a.sql", "SELECT 1;", "payments_definer"),
        ("policies/a.sql", "SELECT 1;", "payments_owner"),
        ("policies/grants.sql", "-- owner: payments_owner\nSELECT 1;", None),
        ("functions/a.sql", "-- owner: payments_system\nSELECT 1;", "payments_system"),
        ("functions/a.sql", "-- Why.\n-- owner: payments_system\n", "payments_system"),
        ("functions/a.sql", "SELECT 1;\n-- owner: payments_system\n", "payments_definer"),
    ],
)
def test_owner_is_named_in_the_first_lines(name: str, text: str, owner: str | None) -> None:
    """Only the comment at the top names another owner; the page of grants has none."""
    assert _file(name, text).owner == owner


def test_checksum_follows_the_text() -> None:
    """Any change of the text changes the checksum."""
    assert _file("a", "SELECT 1;").checksum != _file("a", "SELECT 1; ").checksum


@pytest.mark.parametrize("last", RELEASED)
def test_what_was_released_is_as_it_was(last: str) -> None:
    """A database that has a migration never runs it again: a change belongs into a new one."""
    digest = hashlib.sha256()
    for path in sorted((sql_root() / "schema").glob("*.sql")):
        if path.name[:3] <= last:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    assert digest.hexdigest() == RELEASED[last]


def test_statements_know_their_lines() -> None:
    """Comments before a statement are left out; a body with semicolons is one statement."""
    text = "-- a; b\n\nSELECT 1;\n/* c */ DO $$\nBEGIN\n  NULL;\nEND $$;\n-- end; of file\n"
    found = [(line_at(text, offset), statement) for offset, statement in split(text)]
    assert found == [(3, "SELECT 1;"), (4, "DO $$\nBEGIN\n  NULL;\nEND $$;")]


def test_repeated_statements_keep_their_own_places() -> None:
    """The same statement twice is found at two places."""
    assert [offset for offset, _ in split("SELECT 1;\nSELECT 1;")] == [0, 10]


TABLES = {"escrows", "ledger_postings", "payment_refunds", "stripe_operations", "stripe_transfers"}


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("DROP TABLE payments.ledger_postings, payments.currencies;", {"ledger_postings"}),
        ("drop table if exists payments.escrows cascade;", {"escrows"}),
        ("TRUNCATE payments.payment_refunds;", {"payment_refunds"}),
        ("DELETE FROM payments.stripe_operations WHERE true;", {"stripe_operations"}),
        (
            "ALTER TABLE payments.stripe_transfers\n    DROP COLUMN amount;",
            {"stripe_transfers"},
        ),
        ("-- DROP TABLE payments.escrows;\nSELECT 1;", set()),
        ("DROP VIEW payments.pending_transfers;", set()),
        ("ALTER TABLE payments.escrows DROP CONSTRAINT x;", set()),
        ("DROP TABLE payments.currencies;", set()),
    ],
)
def test_a_rollback_tells_which_rows_it_would_lose(text: str, tables: set[str]) -> None:
    """Dropping, emptying or cutting a table is seen; comments and other objects are not."""
    assert doomed_tables(text, TABLES) == tables


def test_dropping_the_whole_schema_loses_every_table() -> None:
    """DROP SCHEMA … CASCADE counts for each of them."""
    assert doomed_tables("DROP SCHEMA payments CASCADE;", TABLES) == TABLES
    assert doomed_tables("DROP SCHEMA payments;", TABLES) == set()
