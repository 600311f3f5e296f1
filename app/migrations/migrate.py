"""Bring a database to what the tree in `sql/` says, and back.

Plain functions; `app.commands` gives them a command line. Each takes the URL of a direct connection
(no pooler) as a superuser or a member of payments_owner, and raises `MigrationError` with a text
for the operator.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import psycopg
from yoyo.migrations import MigrationList

from app.migrations import repeatables
from app.migrations.backend import Backend, file_of, read_all
from app.migrations.create import create_pair
from app.migrations.errors import FileError, LockedError, MigrationError, RefusedError
from app.migrations.rollback import refuse_to_lose_rows
from app.migrations.session import (
    Report,
    check_rights,
    ensure_schema,
    migration_lock,
    with_lock_retry,
)
from app.paths import sql_root as default_sql_root

__all__ = [
    "FileError",
    "LockedError",
    "MigrateResult",
    "MigrationError",
    "RefusedError",
    "Status",
    "make",
    "migrate",
    "rollback",
    "status",
]


def _silent(_: str) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class MigrateResult:
    """What one run did: migrations applied, files loaded, objects dropped. All empty: nothing."""

    applied: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Status:
    """How a database and the tree compare."""

    applied: dict[str, datetime]
    """Applied migrations with the time (UTC) of each."""
    pending: list[str]
    """Migrations of the tree that are not applied."""
    unknown: list[str]
    """Applied migrations that the tree does not have: it is older than the database."""
    changed: list[str]
    """Function and policy files that are new or differ from what was loaded."""
    orphaned: list[str]
    """Loaded files that the tree no longer has; the next `migrate` drops what they made."""

    @property
    def current(self) -> bool:
        """Whether `migrate` would do nothing."""
        return not (self.pending or self.changed or self.orphaned)


def migrate(dsn: str, *, sql_root: Path | None = None, report: Report = _silent) -> MigrateResult:
    """Apply every pending migration, then load every changed function and policy file.

    Safe to run at once from several places, and again after any failure.

    Raises:
        FileError: a statement failed; its file changed nothing, earlier migrations stay.
        LockedError: another run did not end within ten minutes.
        MigrationError: the login lacks rights, or the files are not in order.
    """
    root = sql_root or default_sql_root()
    with _locked(dsn, report) as backend:
        applied = _apply_pending(backend, read_all(root / "schema"), report)
        result = with_lock_retry(
            lambda: repeatables.load(backend.connection, root, grants_anyway=bool(applied)), report
        )
        for name in result.loaded:
            report(f"loaded {name}")
        for name in result.dropped:
            report(f"dropped {name}")
        return MigrateResult(applied, result.loaded, result.dropped)


def rollback(
    dsn: str,
    count: int = 1,
    *,
    force_data_loss: bool = False,
    sql_root: Path | None = None,
    report: Report = _silent,
) -> list[str]:
    """Undo the last `count` migrations; return their names, the latest first.

    Drops every function and policy that `migrate` loaded: those of the release before come back
    with that release's `migrate`.

    Raises:
        RefusedError: rows that nothing brings back would go, and `force_data_loss` is not set.
        FileError: a statement failed; that migration is still applied, and functions and
            policies are there unless an earlier step of the same call had succeeded.
        MigrationError: the tree lacks a migration that would have to be undone.
    """
    root = sql_root or default_sql_root()
    with _locked(dsn, report) as backend:
        chosen = _last_applied(backend, read_all(root / "schema"), count)
        if not force_data_loss:
            files = [file_of(migration, "rollback") for migration in chosen]
            refuse_to_lose_rows(backend.connection, files)
        for migration in chosen:
            with_lock_retry(
                partial(backend.run, migration, "rollback", repeatables.forget_all), report
            )
            report(f"rolled back {migration.id}")
        return [migration.id for migration in chosen]


def make(name: str, *, sql_root: Path | None = None) -> tuple[Path, Path]:
    """Write the next numbered migration and its rollback; return both paths.

    Raises:
        MigrationError: `name` makes no file name, or the existing files are not in order.
    """
    schema = (sql_root or default_sql_root()) / "schema"
    existing = read_all(schema)
    return create_pair(schema, name, existing[-1].id if len(existing) else None)


def status(dsn: str, *, sql_root: Path | None = None) -> Status:
    """Compare a database with the tree; changes nothing."""
    root = sql_root or default_sql_root()
    with _backend(dsn) as backend:
        applied = backend.applied()
        tree = [migration.id for migration in read_all(root / "schema")]
        files = repeatables.read_files(root)
        known = repeatables.recorded(backend.connection)
    loaded = repeatables.renamed(known, repeatables.moved_files(files, known))
    return Status(
        applied=applied,
        pending=[name for name in tree if name not in applied],
        unknown=[name for name in applied if name not in tree],
        changed=[file.name for file in repeatables.changed_files(files, loaded)],
        orphaned=sorted(loaded.keys() - {file.name for file in files}),
    )


@contextmanager
def _backend(dsn: str) -> Iterator[Backend]:
    try:
        backend = Backend(dsn)
    except psycopg.OperationalError as error:
        raise MigrationError(f"cannot connect: {error}") from error
    with backend:
        yield backend


@contextmanager
def _locked(dsn: str, report: Report) -> Iterator[Backend]:
    """A backend that holds the migration lock.

    On the connection that does the work: when we are killed, the server may go on with our last
    statement, and until it ends nobody else shall start.
    """
    with _backend(dsn) as backend, migration_lock(backend.connection, report):
        check_rights(backend.connection)
        ensure_schema(backend.connection)
        backend.prepare()
        yield backend


def _apply_pending(backend: Backend, tree: MigrationList, report: Report) -> list[str]:
    known = backend.applied()
    pending = [migration for migration in tree if migration.id not in known]
    for migration in pending:
        with_lock_retry(partial(backend.run, migration, "apply"), report)
        report(f"applied {migration.id}")
    return [migration.id for migration in pending]


def _last_applied(backend: Backend, tree: MigrationList, count: int) -> MigrationList:
    """Return the last `count` applied migrations, the latest first."""
    known = backend.applied()
    unknown = known.keys() - {migration.id for migration in tree}
    if unknown:
        raise MigrationError(
            f"this tree lacks {', '.join(sorted(unknown))}, which the database has: "
            "roll back with the release that brought it"
        )
    newest_first = [migration for migration in reversed(tree) if migration.id in known]
    return tree.replace(newest_first[:count])
