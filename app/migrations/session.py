"""The session a migration runs in: its settings, its lock, its right to be here."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from app.migrations.errors import FileError, LockedError, MigrationError

SCHEMA = "migrations"
OWNER = "payments_owner"

T = TypeVar("T")
Report = Callable[[str], None]

# Waiting longer for a table lock would queue every reader behind us; give up and try again.
LOCK_TIMEOUT = "3s"
_LOCK_ATTEMPTS = 20
_LOCK_PAUSE_SECONDS = 0.5
_LOCK_NOT_AVAILABLE = frozenset({"55P03", "40P01"})
# One lock per database, for all versions of this service; the number has no other meaning.
_RUN_LOCK = 7_203_114_960_118_251
_RUN_LOCK_SECONDS = 600.0
_RUN_LOCK_POLL_SECONDS = 0.2


class RecordedConnection(psycopg.Connection[Any]):
    """A connection that remembers what it executed and which statement failed first."""

    statements: list[str]
    failure: tuple[str, psycopg.Error] | None

    def start_journal(self) -> None:
        """Forget what was remembered."""
        self.statements = []
        self.failure = None


def connect(dsn: str) -> RecordedConnection:
    """Return an autocommit connection with the settings every migration relies on.

    `row_security = off` turns a forgotten policy into an error instead of a silent `UPDATE 0`.
    They are set by statements, not by start-up options, which poolers refuse.
    """
    connection = RecordedConnection.connect(
        dsn, autocommit=True, application_name="payment-service migrate"
    )
    assert isinstance(connection, RecordedConnection)  # noqa: S101 - psycopg's type is too wide
    connection.start_journal()
    connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    connection.execute("SET row_security = off")
    connection.execute("SET client_min_messages = warning")
    connection.execute("SET idle_in_transaction_session_timeout = 0")
    connection.execute("SET statement_timeout = 0")
    return connection


@contextmanager
def migration_lock(connection: psycopg.Connection[Any], report: Report) -> Iterator[None]:
    """Hold the one migration lock of this database.

    A session advisory lock ends with its session, so a killed run blocks nobody. It is polled:
    a session that *waits* for it holds a snapshot, which CREATE INDEX CONCURRENTLY of the run
    that has the lock would wait for in turn.

    Raises:
        LockedError: somebody else held it for ten minutes; the text names their backend.
    """
    deadline = time.monotonic() + _RUN_LOCK_SECONDS
    told = False
    while not _scalar(connection, "SELECT pg_try_advisory_lock(%s)", [_RUN_LOCK]):
        holder = _holder(connection)
        if time.monotonic() > deadline:
            raise LockedError(
                f"another migration is still running: {holder}. "
                "If its client is gone for good, end it with SELECT pg_terminate_backend(pid)."
            )
        if not told:
            report(f"waiting for another migration: {holder}")
            told = True
        time.sleep(_RUN_LOCK_POLL_SECONDS)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", [_RUN_LOCK])


def _holder(connection: psycopg.Connection[Any]) -> str:
    query = """
        SELECT concat('pid ', a.pid, ', user ', a.usename, ', since ', a.backend_start)
        FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
          AND a.datname = current_database()
          AND (l.classid::bigint << 32 | l.objid::bigint) = %s
    """
    return str(_scalar(connection, query, [_RUN_LOCK]) or "it has just ended")


def with_lock_retry(action: Callable[[], T], report: Report) -> T:
    """Run `action`, a whole transaction, again while another session holds a lock it needs."""
    for attempt in range(1, _LOCK_ATTEMPTS):
        try:
            return action()
        except FileError as error:
            if error.sqlstate not in _LOCK_NOT_AVAILABLE:
                raise
            report(f"{error.path.name}: a table is busy, trying again ({attempt})")
            time.sleep(_LOCK_PAUSE_SECONDS)
    return action()


def check_rights(connection: psycopg.Connection[Any]) -> None:
    """Refuse a login that could create objects nobody else may touch later.

    Raises:
        MigrationError: the login is neither superuser nor member of the owner, nor (before the
            first migration) able to create roles.
    """
    query = """
        SELECT r.rolsuper
            OR CASE WHEN o.oid IS NULL THEN r.rolcreaterole
                    ELSE pg_catalog.pg_has_role(r.oid, o.oid, 'MEMBER') OR r.rolcreaterole END
        FROM pg_catalog.pg_roles AS r
        LEFT JOIN pg_catalog.pg_roles AS o ON o.rolname = %s
        WHERE r.rolname = current_user
    """
    if not _scalar(connection, query, [OWNER]):
        user = connection.info.user
        raise MigrationError(
            f"{user} may not migrate: it must be a superuser or a member of {OWNER} "
            f"(GRANT {OWNER} TO {user}); for the very first migration it needs CREATEROLE"
        )


def ensure_schema(connection: psycopg.Connection[Any]) -> None:
    """Create the schema that holds yoyo's tables and the checksums."""
    if not has_schema(connection):
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
        connection.execute(
            sql.SQL("COMMENT ON SCHEMA {} IS {}").format(
                sql.Identifier(SCHEMA),
                sql.Literal("What has been applied to this database; written by migrate only."),
            )
        )


def has_schema(connection: psycopg.Connection[Any]) -> bool:
    """Return whether this database has ever been migrated."""
    query = "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = %s)"
    return bool(_scalar(connection, query, [SCHEMA]))


def _scalar(connection: psycopg.Connection[Any], query: str, values: list[Any]) -> Any:
    row = connection.execute(query.encode(), values).fetchone()
    return None if row is None else row[0]
