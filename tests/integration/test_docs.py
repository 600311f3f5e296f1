"""Generated pages say what the database says now."""

from pathlib import Path

import psycopg
import pytest

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
