"""Mutants of the isolation of tenants: every single loosening is noticed by its tests.

The mutants are generated from the catalog: each policy, each right, each owner. `make test` tries
one of each kind; `make test-full` all of them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.database import Database
from tests.support.tap import Outcome, play, script

SCRIPTS = Path(__file__).resolve().parents[2] / "sql" / "tests"
CALLERS = (
    "payments_api",
    "payments_webhook",
    "payments_worker",
    "payments_analyst",
    "payments_operator",
)
ATTACK = "-- ── reading"
"""Where rls.sql has planted its rows."""
TOGETHER = 6
"""Mutants a transaction: others of the server wait for its end, and for the roles it makes."""
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
TABLES = (
    "SELECT c.oid::regclass::text FROM pg_class AS c"
    " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull"
    " WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind = 'r' ORDER BY 1"
)
CALLABLES = (
    "SELECT p.oid::regprocedure::text FROM pg_proc AS p WHERE p.prosecdef"
    " AND p.pronamespace IN ('api'::regnamespace, 'ops'::regnamespace) ORDER BY 1"
)
SYSTEM = (
    "SELECT p.polname, p.polrelid::regclass::text FROM pg_policy AS p"
    " WHERE p.polroles = ARRAY['payments_system'::regrole::oid] ORDER BY 2"
)


@dataclass(frozen=True)
class Mutant:
    """A deliberate defect.

    Attributes:
        kind: what sort of loosening.
        statement: makes it.
        killer: the script of sql/tests that must fail.
    """

    kind: str
    statement: str
    killer: str


def mutants(connection: psycopg.Connection[Any]) -> Iterator[Mutant]:
    """Each way to loosen one thing."""
    for (table,) in connection.execute(TABLES).fetchall():
        policy = f"ALTER POLICY tenant_rows ON {table}"
        yield Mutant("rows are read", f"{policy} USING (true)", "rls")
        yield Mutant("rows are written", f"{policy} WITH CHECK (true)", "rls")
        yield Mutant("not forced", f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY", "rls")
        yield Mutant("not enabled", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", "rls")
        yield Mutant("unguarded", f"ALTER TABLE {table} DISABLE TRIGGER tenant_guard", "rls")
        for caller in CALLERS:
            for right in RIGHTS:
                yield Mutant(f"granted {right}", f"GRANT {right} ON {table} TO {caller}", "rls")
    for name, table in connection.execute(SYSTEM).fetchall():
        yield Mutant("for everybody", f"ALTER POLICY {name} ON {table} TO PUBLIC", "structure")
    for (function,) in connection.execute(CALLABLES).fetchall():
        change = f"ALTER FUNCTION {function}"
        yield Mutant("of the owner", f"{change} OWNER TO payments_owner", "privileges")
        yield Mutant("of the caller", f"{change} SECURITY INVOKER", "privileges")
        yield Mutant("unpinned", f"{change} RESET search_path", "privileges")
        yield Mutant("open", f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC", "privileges")


def survivors(connection: psycopg.Connection[Any], chosen: list[Mutant]) -> list[str]:
    """Those that the suite does not notice."""
    found = []
    for killer in sorted({mutant.killer for mutant in chosen}):
        # A suite that fails by itself would kill them all.
        control = Mutant("none", "SELECT", killer)
        tried = [control, *(mutant for mutant in chosen if mutant.killer == killer)]
        alive = [m for few in batched(tried, TOGETHER) for m in unnoticed(connection, few)]
        assert control in alive, f"{killer} fails without a mutant"
        found += [f"{m.kind}: {m.statement}" for m in alive if m is not control]
    return found


def unnoticed(connection: psycopg.Connection[Any], few: list[Mutant]) -> Iterator[Mutant]:
    """Those of a few that the same script lets pass.

    Its rows are planted once, and before the mutant: what kills it is the attack.
    """
    text = (SCRIPTS / f"{few[0].killer}.sql").read_text("utf-8")
    planting, mark, attack = text.rpartition(ATTACK)
    with script(connection):
        planted = Outcome()
        for _ in play(connection, planting, planted):
            assert planted.error is None, planted.error
        for mutant in few:
            outcome = Outcome(planted.planned, planted.ran)
            with connection.transaction(force_rollback=True):
                connection.execute(mutant.statement.encode())
                for _ in play(connection, mark + attack, outcome):
                    if outcome.failures or outcome.error:
                        break
            if not outcome.problems():
                yield mutant


def batched(mutants: list[Mutant], size: int) -> Iterator[list[Mutant]]:
    """The list in pieces."""
    for start in range(0, len(mutants), size):
        yield mutants[start : start + size]


@pytest.fixture
def mutable(tap_database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A superuser's connection to the database of the scripts."""
    with psycopg.connect(tap_database.superuser_url, autocommit=True) as connection:
        yield connection


def test_one_mutant_of_each_kind_is_killed(mutable: psycopg.Connection[Any]) -> None:
    """A policy, a check, a right, an owner: loosened anywhere, a script fails."""
    kinds: dict[str, list[Mutant]] = {}
    for mutant in mutants(mutable):
        kinds.setdefault(mutant.kind, []).append(mutant)
    choice = random.Random(20261123)
    assert survivors(mutable, [choice.choice(kind) for kind in kinds.values()]) == []


@pytest.mark.full
@pytest.mark.parametrize("part", range(16))
def test_every_mutant_is_killed(mutable: psycopg.Connection[Any], part: int) -> None:
    """No table, no function and no caller is the one where it goes unnoticed."""
    assert survivors(mutable, list(mutants(mutable))[part::16]) == []
