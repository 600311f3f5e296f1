"""`payment-service doctor`: looks at a deployment as a whole and says what to do about it.

Every look is made from outside, as the service would: nothing is changed but one notification.
"""

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import urlsplit

import aiohttp
import psycopg
import redis.asyncio
from psycopg import sql
from redis.exceptions import RedisError

from app.config import Settings
from app.database.client import CONNECT_TIMEOUT_SECONDS, Database, connection_options
from app.errors import DatabaseError
from app.paths import migration_names
from app.stripe.gateway import API_VERSION, Gateway, LookError

Verdict = Literal["ok", "warning", "fault"]

SUPPORTED = range(15, 19)
GROUPS = ("payments_api", "payments_webhook", "payments_worker")
HEARD_SECONDS = 3.0
MAX_SKEW_SECONDS = 5.0
REDIS_TIMEOUT_SECONDS = 2.0
COLLECTOR_TIMEOUT_SECONDS = 2.0
REDIS_MAJOR = 7
ENDPOINTS = {"platform": "/webhooks/stripe", "connect": "/webhooks/stripe/connect"}

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


@dataclass(frozen=True)
class Finding:
    """What one look found.

    Attributes:
        check: what was looked at.
        verdict: fault: it will not work; warning: it will one day not.
        says: what was found.
        todo: what to do about it; empty when all is well.
    """

    check: str
    verdict: Verdict
    says: str
    todo: str = ""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything, in the order in which things depend on each other."""
    looks: tuple[tuple[str, Callable[[Settings], Awaitable[list[Finding]]]], ...] = (
        ("postgresql", look_at_server),
        ("login", look_at_login),
        ("migrations", look_at_migrations),
        ("listen", look_at_listen),
        ("redis", look_at_redis),
        ("stripe", look_at_stripe),
        ("webhooks", look_at_webhooks),
        ("traces", look_at_collector),
    )
    for name, look in looks:
        try:
            findings = await look(settings)
        except (psycopg.Error, DatabaseError, RedisError, OSError, TimeoutError) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            findings = [Finding(name, "fault", reason, "Is it there, and is the address right?")]
        for finding in findings:
            yield finding


async def look_at_server(settings: Settings) -> list[Finding]:
    """Version, clock, extensions, row security, indexes."""
    async with _connection(settings.database_url.get_secret_value()) as connection:
        major = connection.info.server_version // 10_000
        now = await _value(connection, "SELECT extract(epoch FROM clock_timestamp())::float8")
        missing = await _column(connection, _MISSING, list(EXTENSIONS))
        unguarded = await _column(connection, _UNGUARDED)
        invalid = await _column(connection, _INVALID)
    return [
        _when(
            major in SUPPORTED,
            Finding("postgresql", "ok", f"version {major}"),
            Finding("postgresql", "fault", f"version {major}", "Use PostgreSQL 15 to 18."),
        ),
        _clock("postgresql clock", float(now) - time.time()),
        _when(
            not missing,
            Finding("extensions", "ok", f"{', '.join(EXTENSIONS)} are there"),
            Finding(
                "extensions",
                "fault",
                f"without {', '.join(missing)}",
                "`payment-service migrate` creates them, if the server has postgresql-contrib.",
            ),
        ),
        _when(
            not unguarded,
            Finding("row security", "ok", "enabled and forced on every tenant table"),
            Finding(
                "row security",
                "fault",
                f"not forced on {', '.join(unguarded)}",
                "Run `payment-service migrate`; find out who switched it off.",
            ),
        ),
        _when(
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
        _when(
            not absent,
            Finding("login", "ok", f"is a member of {', '.join(GROUPS)}"),
            Finding(
                "login",
                "fault",
                f"is no member of {', '.join(absent)}",
                f"GRANT {', '.join(absent)} TO the login role of DATABASE_URL.",
            ),
        ),
        _when(
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
        _when(
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
        _when(
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


async def look_at_redis(settings: Settings) -> list[Finding]:
    """It answers, is new enough, and forgets rather than refuses when it is full."""
    client = redis.asyncio.Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
    )
    try:
        server = await client.info("server")
        memory = await client.info("memory")
    finally:
        await client.aclose()
    version = str(server.get("valkey_version") or server["redis_version"])
    policy = memory.get("maxmemory_policy", "unknown")
    refuses = memory.get("maxmemory", 0) and policy == "noeviction"
    return [
        _when(
            int(version.partition(".")[0]) >= REDIS_MAJOR,
            Finding("redis", "ok", f"version {version}"),
            Finding("redis", "fault", f"version {version}", "Use Redis 7 or newer, or Valkey."),
        ),
        _when(
            not refuses,
            Finding("redis memory", "ok", f"policy {policy}"),
            Finding(
                "redis memory",
                "warning",
                "is bounded and refuses writes when full",
                "Set maxmemory-policy to allkeys-lru: it only counts requests.",
            ),
        ),
    ]


async def look_at_stripe(settings: Settings) -> list[Finding]:
    """The key is accepted, is of the right mode, and both clocks agree."""
    gateway = Gateway(settings)
    try:
        date = await gateway.ping()
        live = bool((await gateway.page("balance", {}))["livemode"])
    except LookError as error:
        todo = "Look at STRIPE_SECRET_KEY in Stripe's dashboard, and at the way out to the network."
        return [Finding("stripe", "fault", f"does not answer as it should: {error}", todo)]
    finally:
        await gateway.close()
    mode = "live" if live else "test"
    fits = live == (settings.app_env == "production")
    return [
        _when(
            fits,
            Finding("stripe", "ok", f"{mode} mode, API version {API_VERSION}"),
            Finding(
                "stripe",
                "warning",
                f"a {mode} key in {settings.app_env}",
                "Is this the key, and is this APP_ENV, that you meant?",
            ),
        ),
        # The header has whole seconds: half of one is the best guess.
        _clock("stripe clock", parsedate_to_datetime(date).timestamp() + 0.5 - time.time()),
    ]


async def look_at_webhooks(settings: Settings) -> list[Finding]:
    """Each endpoint is registered, enabled, of our API version, and sent all that we act on."""
    gateway, database = Gateway(settings), Database(settings, name="doctor", size=1)
    await database.open()
    try:
        rows = await database.rows("stripe_event_types")
        endpoints = (await gateway.page("webhook_endpoints", {"limit": 100}))["data"]
    except LookError as error:
        return [Finding("webhooks", "fault", f"cannot be listed: {error}", "See stripe above.")]
    finally:
        await database.close()
        await gateway.close()
    wanted = {
        source: {row["event_type"] for row in rows if row["source"] == source}
        for source in ENDPOINTS
    }
    return [_endpoint(source, endpoints, wanted[source]) for source in ENDPOINTS]


async def look_at_collector(settings: Settings) -> list[Finding]:
    """Whoever is to take our spans answers; nothing to look at when there are none."""
    if not settings.traces_are_exported:
        return []
    url, kind = settings.traces_endpoint, {"Content-Type": "application/x-protobuf"}
    timeout = aiohttp.ClientTimeout(total=COLLECTOR_TIMEOUT_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            answer = await session.post(url, data=b"", headers=kind)
        found, says = answer.status != HTTPStatus.NOT_FOUND, f"answers {answer.status}"
    except (aiohttp.ClientError, TimeoutError) as error:
        found, says = False, f"does not answer: {type(error).__name__}"
    host = urlsplit(url).hostname
    todo = "Spans get lost, nothing else does. Check OTEL_EXPORTER_OTLP_ENDPOINT."
    return [
        _when(
            found,
            Finding("traces", "ok", f"{host} {says}"),
            Finding("traces", "warning", f"{host} {says}", todo),
        )
    ]


def _endpoint(source: str, endpoints: list[dict[str, Any]], wanted: set[str]) -> Finding:
    check, path = f"webhooks {source}", ENDPOINTS[source]
    ours = [one for one in endpoints if one["url"].endswith(path) and one["status"] == "enabled"]
    if not ours:
        return Finding(
            check,
            "fault",
            f"no enabled endpoint ends in {path}",
            f"Register https://…{path} in Stripe, with the events of api.stripe_event_types().",
        )
    sent = {event for one in ours for event in one["enabled_events"]}
    missing = set() if "*" in sent else wanted - sent
    if missing:
        todo = f"Enable them for the endpoint {ours[0]['id']} in Stripe."
        return Finding(check, "fault", f"is not sent {', '.join(sorted(missing))}", todo)
    versions = {one["api_version"] for one in ours} - {None, API_VERSION}
    if versions:
        return Finding(
            check,
            "warning",
            f"sends API version {', '.join(sorted(map(str, versions)))}, not {API_VERSION}",
            "Make a second endpoint of our version, then disable the old one.",
        )
    return Finding(check, "ok", f"{len(wanted)} types of events")


def _clock(check: str, skew: float) -> Finding:
    return _when(
        abs(skew) <= MAX_SKEW_SECONDS,
        Finding(check, "ok", f"{skew:+.1f} s from ours"),
        Finding(check, "fault", f"{skew:+.1f} s from ours", "Synchronise the clocks (NTP)."),
    )


def _when(well: bool, good: Finding, bad: Finding) -> Finding:  # noqa: FBT001 -- reads as a sentence
    return good if well else bad


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
