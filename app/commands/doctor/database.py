"""The doctor's look at PostgreSQL: server, login, migrations, notifications, pooler."""

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import sql

from app.commands.doctor.findings import Finding, Verdict, clock, when
from app.config import Settings
from app.database.client import CONNECT_TIMEOUT_SECONDS, Database, connection_options
from app.paths import migration_names

SUPPORTED = range(15, 19)
GROUPS = ("payments_api", "payments_webhook", "payments_worker")
HEARD_SECONDS = 3.0

_UNGUARDED = """
    SELECT c.relname FROM pg_catalog.pg_class AS c
     WHERE c.relnamespace = to_regnamespace('payments') AND c.relkind IN ('r', 'p')
       AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                    WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
       AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
"""
_ROLES = "SELECT r FROM unnest(%s::text[]) AS r WHERE NOT pg_has_role(session_user, r, 'USAGE')"
EXTENSIONS = ("fuzzystrmatch", "pg_trgm")
_MISSING = """
    SELECT x FROM unnest(%s::text[]) AS x
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname = x)
"""
_INVALID = """
    SELECT i.indexrelid::regclass::text FROM pg_catalog.pg_index AS i
      JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
     WHERE c.relnamespace = to_regnamespace('payments') AND NOT i.indisvalid
"""


async def look_at_server(settings: Settings) -> list[Finding]:
    """Version, clock, extensions, row security, indexes."""
    async with _connection(settings.database_url.get_secret_value()) as connection:
        major = connection.info.server_version // 10_000
        now = await _value(connection, "SELECT extract(epoch FROM clock_timestamp())::float8")
        missing = await _column(connection, _MISSING, list(EXTENSIONS))
        unguarded = await _column(connection, _UNGUARDED)
        invalid = await _column(connection, _INVALID)
    return [
        when(
            major in SUPPORTED,
            Finding("postgresql", "ok", f"version {major}"),
            Finding("postgresql", "fault", f"version {major}", "Use PostgreSQL 15 to 18."),
        ),
        clock("postgresql clock", float(now) - time.time()),
        when(
            not missing,
            Finding("extensions", "ok", f"{', '.join(EXTENSIONS)} are there"),
            Finding(
                "extensions",
                "fault",
                f"without {', '.join(missing)}",
                "`payment-service migrate` creates them, if the server has postgresql-contrib.",
            ),
        ),
        when(
            not unguarded,
            Finding("row security", "ok", "enabled and forced on every tenant table"),
            Finding(
                "row security",
                "fault",
                f"not forced on {', '.join(unguarded)}",
                "Run `payment-service migrate`; find out who switched it off.",
            ),
        ),
        when(
            not invalid,
            Finding("indexes", "ok", "all valid"),
            Finding(
                "indexes",
                "warning",
                f"invalid: {', '.join(invalid)}",
                "A CONCURRENTLY build broke off: run `payment-service migrate` again.",
            ),
        ),
    ]


async def look_at_login(settings: Settings) -> list[Finding]:
    """The service's role may do what it must, and no more."""
    url = settings.database_url.get_secret_value()
    async with _connection(url) as connection:
        known = await _column(
            connection,
            sql.SQL("SELECT rolname FROM pg_roles WHERE rolname = ANY ({})").format(list(GROUPS)),
        )
        missing = await _column(connection, _ROLES, sorted(known))
    database = Database(settings, name="doctor", size=1)
    await database.open()
    try:
        powers = await database.login_powers()
    finally:
        await database.close()
    absent = sorted({*missing, *(set(GROUPS) - set(known))})
    mightily: Verdict = "fault" if settings.app_env == "production" else "warning"
    return [
        when(
            not absent,
            Finding("login", "ok", f"is a member of {', '.join(GROUPS)}"),
            Finding(
                "login",
                "fault",
                f"is no member of {', '.join(absent)}",
                f"GRANT {', '.join(absent)} TO the login role of DATABASE_URL.",
            ),
        ),
        when(
            not powers,
            Finding("login power", "ok", "row security binds it"),
            Finding(
                "login power",
                mightily,
                f"is {', '.join(powers)}",
                "Give the service a login of its own.",
            ),
        ),
    ]


async def look_at_migrations(settings: Settings) -> list[Finding]:
    """The database is what this release needs, and of the kind that we are told it is."""
    database = Database(settings, name="doctor", size=1)
    await database.open()
    try:
        state = await database.schema_state()
    finally:
        await database.close()
    return [
        when(
            state.ready,
            Finding("migrations", "ok", f"all {len(migration_names())} applied"),
            Finding("migrations", "fault", state.detail, "Run `payment-service migrate`."),
        ),
        _environment(settings.app_env, state.environment),
    ]


def _environment(ours: str, theirs: str) -> Finding:
    check, says = "environment", f"APP_ENV is {ours}, the database is a {theirs} one"
    if (ours == "production") == (theirs == "production"):
        return Finding(check, "ok", says)
    # The service refuses to serve from such a database; the other way round it would not notice.
    verdict: Verdict = "fault" if ours == "production" else "warning"
    todo = "Is this the DATABASE_URL that you meant? ops.deployment_set() says what a database is."
    return Finding(check, verdict, says, todo)


async def look_at_listen(settings: Settings) -> list[Finding]:
    """A notification sent through the pool arrives on the listening connection."""
    channel = f"payments_doctor_{secrets.token_hex(4)}"
    todo = "LISTEN_DATABASE_URL must be a direct connection to the same database, no pooler."
    async with (
        _connection(settings.listen_url) as listening,
        _connection(settings.database_url.get_secret_value()) as sending,
    ):
        await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        started = time.monotonic()
        await sending.execute("SELECT pg_notify(%s, '')", [channel])
        async for _ in listening.notifies(timeout=HEARD_SECONDS, stop_after=1):
            took = (time.monotonic() - started) * 1000
            return [
                Finding("listen", "ok", f"a notification arrived after {took:.1f} ms"),
                *(await _pooler(settings)),
            ]
    return [Finding("listen", "fault", "a notification did not arrive", todo)]


async def _pooler(settings: Settings) -> list[Finding]:
    # PgBouncer refuses start-up options that a server takes.
    try:
        options = {**connection_options(settings, "doctor"), "options": "-c statement_timeout=5000"}
        url = settings.database_url.get_secret_value()
        async with await psycopg.AsyncConnection.connect(url, **options):
            return [Finding("pooler", "ok", "DATABASE_URL reaches the server itself")]
    except psycopg.OperationalError as error:
        if "startup parameter" not in str(error):
            raise
    told = settings.database_prepare == "off" and settings.listen_database_url is not None
    return [
        when(
            told,
            Finding("pooler", "ok", "DATABASE_URL goes through a pooler, and the service knows"),
            Finding(
                "pooler",
                "fault",
                "DATABASE_URL goes through a pooler",
                "Set DATABASE_PREPARE=off and LISTEN_DATABASE_URL to a direct connection.",
            ),
        )
    ]


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    connection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, prepare_threshold=None, connect_timeout=CONNECT_TIMEOUT_SECONDS
    )
    async with connection:
        yield connection


async def _column(connection: psycopg.AsyncConnection[Any], query: Any, *values: Any) -> list[str]:
    cursor = await connection.execute(query, values or None)
    return [str(row[0]) for row in await cursor.fetchall()]


async def _value(connection: psycopg.AsyncConnection[Any], query: Any) -> Any:
    return (await _column(connection, query))[0]
