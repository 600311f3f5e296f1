"""pgTAP files as pytest items: one item a file below sql/tests.

A file runs as the superuser in one transaction that is rolled back, in a database of the worker
that has what sql/tests/helpers makes in `tap_helpers`; `tap` is on the search path as well. It
starts with `SELECT plan(n)` and ends with `SELECT * FROM finish()`. An item fails when an
assertion fails, when a statement fails, when the plan is missing or not met, and when an assertion
is skipped.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.migrations.statements import line_at, split
from tests.support.database import Database, create_database, drop_database
from tests.support.servers import server_of

_SCRIPTS = Path(__file__).resolve().parents[2] / "sql" / "tests"
_HELPERS = _SCRIPTS / "helpers"
# Unchecked: a helper may call one of a file that is loaded after its own.
_HELPERS_BEGIN = """
SET LOCAL check_function_bodies = off;
CREATE SCHEMA tap_helpers;
GRANT USAGE ON SCHEMA tap_helpers TO PUBLIC;
"""
_ASSERTION = re.compile(r"^(not )?ok (\d+)(?:\s+-)?\s*(.*)$")
_PLAN = re.compile(r"^1\.\.(\d+)$")
# The runner's transaction is the one: a script written for psql may bring its own.
_TRANSACTION = re.compile(r"(begin|start transaction|commit|rollback)\s*;?\s*$", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s*(skip|todo)\b", re.IGNORECASE)

_stack_key = pytest.StashKey[ExitStack]()
_database_key = pytest.StashKey[Database]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "TapFile | None":
    """Take the .sql files below sql/tests, but for the helpers."""
    if (
        file_path.suffix == ".sql"
        and _SCRIPTS in file_path.parents
        and file_path.parent != _HELPERS
    ):
        return TapFile.from_parent(parent, path=file_path)
    return None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop the worker's database."""
    if _stack_key in config.stash:
        config.stash[_stack_key].close()


class TapFile(pytest.File):
    """A file of sql/tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the one item of the file."""
        yield TapItem.from_parent(self, name=self.path.stem)


class TapItem(pytest.Item):
    """One pgTAP script."""

    def runtest(self) -> None:
        """Run the script and fail with everything that went wrong in it."""
        database = database_of_scripts(self.config)
        # In a session that has seen the functions already: a new one would compile them anew.
        outcome = run_script(database.session(), self.path.read_text(encoding="utf-8"))
        if problems := outcome.problems():
            raise TapFailure("\n".join(problems))

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,
    ) -> Any:
        """Show what the script said; a traceback of ours would tell nothing."""
        if isinstance(excinfo.value, TapFailure):
            return "\n".join(f"{self.path}:{line}" for line in str(excinfo.value).splitlines())
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the item is."""
        return self.path, 0, self.name


class TapFailure(Exception):  # noqa: N818 - a failed test is not an error of the program
    """What went wrong in a script, a line each, starting with the line of the file."""


@dataclass
class Outcome:
    """What a script said."""

    planned: int | None = None
    ran: int = 0
    failures: list[str] = field(default_factory=list)
    error: str | None = None

    def take(self, row: str, line: int) -> None:
        """Read one row of output of the statement at `line`."""
        for said in row.splitlines():
            if plan := _PLAN.match(said):
                # The first one counts: pgTAP tells plan(0) as no plan, and afterwards what ran.
                self.planned = int(plan.group(1)) if self.planned is None else self.planned
            elif assertion := _ASSERTION.match(said):
                self._take_assertion(line, *assertion.groups())
            elif self.failures and said.startswith("#") and not said.startswith("# Looks like"):
                self.failures[-1] += f"\n{line}:     {said.removeprefix('#').strip()}"

    def _take_assertion(self, line: int, failed: str | None, number: str, text: str) -> None:
        self.ran += 1
        directive = _DIRECTIVE.search(text)
        if directive and directive.group(1).lower() == "skip":
            self.failures.append(f"{line}: skipped {number}: {text}")
        elif failed and not directive:
            self.failures.append(f"{line}: not ok {number}: {text}")

    def problems(self) -> list[str]:
        """Return everything that makes the script fail; empty when it passed."""
        found = list(self.failures)
        if self.error is not None:
            found.append(self.error)
        if self.planned is None:
            found.append(f"1: no plan: {self.ran} assertions ran")
        elif self.ran != self.planned:
            found.append(f"1: planned {self.planned} assertions, ran {self.ran}")
        return found


def run_script(connection: psycopg.Connection[Any], text: str) -> Outcome:
    """Run a pgTAP script in a transaction that is rolled back; return what it said."""
    outcome = Outcome()
    with script(connection):
        for _ in play(connection, text, outcome):
            pass
    return outcome


@contextmanager
def script(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """A transaction to play scripts in, with two tenants of its own; rolled back."""
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL client_min_messages = warning")
        connection.execute("SELECT tap_helpers.tenants_register()")
        connection.execute("SET LOCAL search_path = tap, tap_helpers, public")
        # In the script's own transaction: what is written there is not yet due for the chain.
        yield


def play(connection: psycopg.Connection[Any], text: str, outcome: Outcome) -> Iterator[None]:
    """Run a script, or a part of one, statement by statement, and note what it says.

    Ends behind a statement that fails.
    """
    for line, statement in _statements(text):
        try:
            cursor = connection.execute(statement.encode())
        except psycopg.Error as error:
            outcome.error = _describe(line, statement, error)
            yield
            return
        if cursor.description is not None:
            for row in cursor:
                outcome.take("" if row[0] is None else str(row[0]), line)
        yield


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with the line it starts on."""
    for offset, statement in split(text):
        if not _TRANSACTION.match(statement):
            yield line_at(text, offset), statement


def _describe(line: int, statement: str, error: psycopg.Error) -> str:
    position = error.diag.statement_position
    if position is not None:
        line += statement.count("\n", 0, int(position) - 1)
    text = f"{line}: {error.sqlstate or 'no SQLSTATE'}: {error.diag.message_primary or error}"
    if error.diag.context:
        text += f"\n{line}:     {error.diag.context.splitlines()[0]}"
    return text


def database_of_scripts(config: pytest.Config) -> Database:
    """Return the database that this worker's scripts share, made at first use."""
    if _database_key not in config.stash:
        server = server_of(config)
        stack = config.stash.setdefault(_stack_key, ExitStack())
        made = create_database(server, "payments_tap", server.template)
        stack.callback(drop_database, made)
        load_helpers(made)
        config.stash[_database_key] = made
    return config.stash[_database_key]


def load_helpers(database: Database) -> None:
    """Make what sql/tests/helpers holds, in whatever order."""
    helpers = [path.read_text(encoding="utf-8") for path in sorted(_HELPERS.glob("*.sql"))]
    database.execute("\n".join([_HELPERS_BEGIN, *helpers]))


@pytest.fixture(scope="session")
def tap_database(request: pytest.FixtureRequest) -> Database:
    """The database in which scripts are played, each in a transaction that is rolled back."""
    return database_of_scripts(request.config)
