"""yoyo on psycopg 3, with its traps closed.

What differs from yoyo's own backend, and why:
- its tables live in the schema `migrations`, not where the application looks;
- the lock is a session advisory lock (`session.py`): a killed run leaves none behind, while yoyo's
  lock row survives and blocks everybody until somebody runs `yoyo break-lock`;
- a transactional migration and the note that it was applied commit together; yoyo uses two
  transactions on two connections, and a crash between them runs the file again;
- a failure names the statement, so that the line can be told.
"""

import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.abc import Query
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.exceptions import BadMigration
from yoyo.migrations import Migration, MigrationList, read_migrations, topological_sort

from app.migrations.errors import FileError, MigrationError, line_of_error
from app.migrations.session import LOCK_TIMEOUT, SCHEMA, RecordedConnection, connect

Direction = Literal["apply", "rollback"]

_TABLE = "_yoyo_migration"


class _RecordingCursor(psycopg.Cursor[Any]):
    """Tells its connection what is executed, and which statement failed first."""

    def execute(self, query: Query, *args: Any, **kwargs: Any) -> "_RecordingCursor":
        connection = self.connection
        assert isinstance(connection, RecordedConnection)  # noqa: S101 - set in connect()
        connection.statements.append(str(query))
        try:
            super().execute(query, *args, **kwargs)
        except psycopg.Error as error:
            connection.failure = connection.failure or (str(query), error)
            raise
        return self


class Backend(PostgresqlPsycopgBackend):  # type: ignore[misc] # yoyo is untyped
    """One connection to the database being migrated, in the form yoyo works with."""

    def __init__(self, dsn: str, migration_table: str = _TABLE) -> None:
        super().__init__(dsn, migration_table)

    def connect(self, dburi: str) -> RecordedConnection:
        """Return a connection under our session settings; yoyo calls this."""
        connection = connect(dburi)
        connection.cursor_factory = _RecordingCursor
        return connection

    def list_tables(self, **_: Any) -> list[str]:
        """Return the tables of the schema `migrations`."""
        query = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = %s"
        return [row[0] for row in self.connection.execute(query, [SCHEMA])]

    @contextmanager
    def lock(self, timeout: float = 0) -> Iterator[None]:
        """Do nothing: the run already holds the advisory lock."""
        del timeout
        yield

    def get_log_data(
        self, migration: Migration | None = None, operation: str = "apply"
    ) -> dict[str, Any]:
        """Return a row of yoyo's log.

        With the database's user, since a container may have no user name, and without a look-up
        of our host name, which can take seconds.
        """
        return {
            "id": str(uuid.uuid4()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": self.connection.info.user,
            "hostname": socket.gethostname(),
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }

    def prepare(self) -> None:
        """Create or upgrade yoyo's own tables in the schema `migrations`."""
        with self._at_home():
            self.ensure_internal_schema_updated()

    def applied(self) -> dict[str, datetime]:
        """Return the ids of the applied migrations with the time (UTC) of each, oldest first."""
        if self.migration_table not in self.list_tables():
            return {}
        rows = self.connection.execute(
            f"SELECT migration_id, applied_at_utc FROM {SCHEMA}.{self.migration_table} "  # noqa: S608
            "ORDER BY applied_at_utc, migration_id"
        )
        return {name: applied_at.replace(tzinfo=UTC) for name, applied_at in rows}

    def run(
        self,
        migration: Migration,
        direction: Direction,
        before: Callable[[psycopg.Connection[Any]], object] | None = None,
    ) -> None:
        """Apply or roll back one migration and record it.

        `before` runs first, in the same transaction when the migration has one.

        Raises:
            FileError: a statement failed.
        """
        self.connection.start_journal()
        try:
            if migration.use_transactions:
                with self.transaction():
                    if before is not None:
                        before(self.connection)
                    migration.process_steps(self, direction)
                    self._record(migration, direction)
            else:
                if before is not None:
                    with self.transaction():
                        before(self.connection)
                self._run_without_transaction(migration, direction)
        except psycopg.Error as error:
            raise self._located(migration, direction, error) from error

    def _run_without_transaction(self, migration: Migration, direction: Direction) -> None:
        # CREATE INDEX CONCURRENTLY blocks nobody while it waits; giving up would cost a scan.
        self.connection.execute("SET lock_timeout = 0")
        migration.process_steps(self, direction)
        self.connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        with self.transaction():
            self._record(migration, direction)

    def _record(self, migration: Migration, direction: Direction) -> None:
        self.connection.execute("RESET ROLE")  # the file may have changed it
        with self._at_home():
            if direction == "apply":
                self.mark_one(migration, log=False)
            else:
                self.unmark_one(migration, log=False)
            self.log_migration(migration, direction)

    @contextmanager
    def _at_home(self) -> Iterator[None]:
        """Let yoyo's unqualified names mean its own tables."""
        self.connection.execute(f"SET search_path = {SCHEMA}")
        yield
        self.connection.execute("RESET search_path")

    def _located(
        self, migration: Migration, direction: Direction, error: psycopg.Error
    ) -> FileError:
        path = file_of(migration, direction)
        text = path.read_text(encoding="utf-8")
        statement, first = self.connection.failure or ("", error)
        start = _nth(text, statement, self.connection.statements.count(statement))
        return FileError(path, line_of_error(text, start, statement, first), first)


def _nth(text: str, part: str, count: int) -> int:
    """Return where `part` occurs for the `count`-th time in `text`; 0 when it does not."""
    place = -1
    for _ in range(count):
        place = text.find(part, place + 1)
    return max(place, 0)


def file_of(migration: Migration, direction: Direction) -> Path:
    """Return the file that holds the statements of one direction."""
    path = Path(migration.path)
    return path if direction == "apply" else path.with_suffix(".rollback.sql")


def read_all(schema_directory: Path) -> MigrationList:
    """Return the migrations of a directory in the order of their dependencies.

    Raises:
        MigrationError: a file cannot be read, or its order is not a chain.
    """
    found = read_migrations(str(schema_directory))
    try:
        for migration in found:
            migration.load()
        ordered = list(topological_sort(found))
    except (BadMigration, KeyError) as error:
        raise MigrationError(f"{schema_directory}: {error}") from error
    _check(ordered)
    return found.replace(ordered)


def _check(migrations: list[Migration]) -> None:
    """Refuse what yoyo takes silently: no rollback file, no place in the order, own COMMIT."""
    for previous, migration in zip([None, *migrations], migrations, strict=False):
        expected = set() if previous is None else {previous}
        path = Path(migration.path)
        if migration.depends != expected:
            wanted = "nothing" if previous is None else previous.id
            raise MigrationError(f"{path}: '-- depends:' must name {wanted}")
        if not file_of(migration, "rollback").is_file():
            raise MigrationError(f"{path}: {file_of(migration, 'rollback').name} is missing")
