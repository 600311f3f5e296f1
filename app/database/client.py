"""The whole database client: call a named function with named arguments, in autocommit.

Every function is one transaction, so a deadlock or a serialization failure is retried as a whole.
A lost connection is another matter: the commit's fate is unknown. Functions that may hand out an
operation to carry (`answer`) are then not repeated; the client asks again with its own key.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

import orjson
import psycopg
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from app.config import Settings
from app.errors import Busy, ConnectionLost, LoginError, PoolExhausted, Refused
from app.observability.logs import get_logger
from app.observability.tracing import spans
from app.paths import migration_names
from app.pauses import being_canceled, jittered

log = get_logger("db")

POOL_WAIT_SECONDS = 1.0
"""Longest wait for a connection (F53): then 503 overloaded, rather than a queue nobody sees."""

CONNECT_TIMEOUT_SECONDS = 3
RECONNECT_SECONDS = 3.0
"""One reconnect attempt ends after this; the next request starts another, so an outage of an hour
is over one request after the database is back."""

STATEMENT_TIMEOUT_MS = 5000
LOCK_TIMEOUT_MS = 2000
IDLE_IN_TRANSACTION_MS = 10000

MAX_TRIES = 4
"""The first and three more."""
RETRY_JITTER_SECONDS = 0.05
RETRYABLE = frozenset({"40001", "40P01"})
MOVED = frozenset({"42501", "0A000"})
"""What Citus says once to a session whose shards were moved."""

LOCKED = "55P03"
"""Tried again where nobody waits. A request has waited long enough: it would hold a connection, and
all that queue behind it, for several times as long (F49)."""

BUSY = frozenset({LOCKED, "57014"})

FORBIDDEN_ROLES = ["payments_owner", "payments_definer", "payments_system"]
BAD_VALUE = "22000"
"""For values that psycopg itself refuses to send."""
UNDEFINED = frozenset({"42883", "3F000", "42P01"})

T = TypeVar("T")
Connection = psycopg.AsyncConnection[Any]

__all__ = ["Answer", "Database", "Jsonb", "SchemaState"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function that answers a request returns.

    Attributes:
        status: HTTP status.
        body: the JSON document to send.
        operation: a prepared call to carry to Stripe now, then finish.
        replayed: the stored answer of an earlier request with the same key.
        problem: a code of the contract instead of an answer.
        detail: one sentence for that problem.
    """

    status: int
    body: Any
    operation: dict[str, Any] | None
    replayed: bool
    problem: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Answer of api.schema_check()."""

    ready: bool
    environment: str
    detail: str


class Database:
    """A pool of connections and the calls made through it.

    Args:
        settings: the service's settings.
        name: for logs and pg_stat_activity.
        size: most connections; one is kept open.
        waits_for_locks: whether to wait for a lock again; where nobody waits for us.
    """

    def __init__(
        self, settings: Settings, *, name: str, size: int, waits_for_locks: bool = False
    ) -> None:
        self._waits_for_locks = waits_for_locks
        self._citus = settings.database_engine == "citus"
        self._connect_errors = 0
        self._checking: asyncio.Task[None] | None = None
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            settings.database_url.get_secret_value(),
            kwargs=connection_options(settings, name),
            configure=_configure,
            min_size=1,
            max_size=size,
            timeout=POOL_WAIT_SECONDS,
            reconnect_timeout=RECONNECT_SECONDS,
            name=name,
            open=False,
        )

    async def open(self) -> None:
        """Start connecting; does not wait for the database."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close every connection."""
        if self._checking:
            self._checking.cancel()
        await self._pool.close()

    async def rows(
        self, function: str, *, repeatable: bool = True, **args: Any
    ) -> list[dict[str, Any]]:
        """Call api.FUNCTION and return its rows.

        Args:
            function: name in schema api.
            repeatable: whether to call again after a lost connection.
            args: arguments without their `p_`.

        Raises:
            Refused: the function raised, or the server did.
            ConnectionLost: the database is away.
            PoolExhausted: no connection was free in time.
        """
        query, values = _select("*", function, _names(args)), _values(args)
        with spans.sql(function):
            return await self._run(
                lambda c: self._fetch(c, query, values, args), repeatable=repeatable
            )

    async def row(self, function: str, **args: Any) -> dict[str, Any]:
        """As `rows`, for a function that returns exactly one."""
        return (await self.rows(function, **args))[0]

    async def value(self, function: str, **args: Any) -> Any:
        """As `rows`, for a function that returns one value."""
        row = await self.row(function, **args)
        return next(iter(row.values()))

    async def answer(self, function: str, *, repeatable: bool = False, **args: Any) -> Answer:
        """Call a function that answers a request.

        Args:
            function: name in schema api.
            repeatable: whether to call again after a lost connection.
            args: arguments without their `p_`.

        Raises:
            Refused, ConnectionLost, PoolExhausted: as `rows`.
        """
        columns = "status, body, operation, replayed, problem, detail"
        query, values = _select(columns, function, _names(args)), _values(args)
        with spans.sql(function):
            row = await self._run(
                lambda c: self._fetch_tuple(c, query, values, args), repeatable=repeatable
            )
        return Answer(*row)

    async def answers(
        self, function: str, *, repeatable: bool = False, **args: Any
    ) -> list[Answer]:
        """As `answer`, for a function that answers many requests in one commit, in their order."""
        columns = "status, body, operation, replayed, problem, detail, ordinal"
        query, values = _select(columns, function, _names(args)), _values(args)
        with spans.sql(function):
            rows = await self._run(
                lambda c: self._fetch_tuples(c, query, values, args), repeatable=repeatable
            )
        return [Answer(*row[:-1]) for row in sorted(rows, key=_ordinal)]

    async def notify(self, channel: str) -> None:
        """Wake whoever listens; a statement of its own, after the commit it tells of."""

        async def run(connection: Connection) -> None:
            await connection.execute("SELECT pg_catalog.pg_notify(%s, '')", [channel])

        await self._run(run, repeatable=True)

    @property
    def waiting(self) -> int:
        """How many callers wait for a connection now."""
        return int(self._pool.get_stats().get("requests_waiting", 0))

    async def seconds(self) -> float:
        """The server's real time, in seconds since the epoch.

        Raises:
            ConnectionLost, PoolExhausted: as `rows`.
        """

        async def run(connection: Connection) -> float:
            cursor = connection.cursor(row_factory=tuple_row)
            await cursor.execute("SELECT extract(epoch FROM pg_catalog.clock_timestamp())::float8")
            row = await cursor.fetchone()
            return float(row[0]) if row else 0.0

        return await self._run(run, repeatable=True)

    async def schema_state(self) -> SchemaState:
        """Whether all migrations of this release were applied, and what kind of database this is.

        Raises:
            ConnectionLost, PoolExhausted: as `rows`.
        """
        try:
            state = SchemaState(**await self.row("schema_check"))
            applied = {row["name"] for row in await self.rows("schema_migrations")}
            missing = sorted(migration_names() - applied)
            return (
                replace(state, ready=False, detail=f"waits for {missing[0]}") if missing else state
            )
        except Refused as error:
            if error.sqlstate in UNDEFINED:
                return SchemaState(ready=False, environment="unknown", detail="not migrated")
            raise

    async def login_powers(self) -> list[str]:
        """What makes the login role mightier than row security; empty when it binds.

        Raises:
            ConnectionLost, PoolExhausted: as `rows`.
        """
        return await self._run(_powers_of_login, repeatable=True)

    async def check_login(self, app_env: str) -> None:
        """Refuse a login role that row security does not bind, and a database of another kind.

        Raises:
            LoginError: in production, when the service must not run like this.
            ConnectionLost, PoolExhausted: as `rows`.
        """
        if app_env != "production":
            return
        if powers := await self.login_powers():
            raise LoginError(f"DATABASE_URL: the login role must not be {', '.join(powers)}")
        state = await self.schema_state()
        if state.ready and state.environment != "production":
            raise LoginError(f"APP_ENV: is production, but this is a {state.environment} database")

    async def _fetch(
        self, connection: Connection, query: bytes, values: list[Any], args: dict[str, Any]
    ) -> list[dict[str, Any]]:
        async with connection.cursor(row_factory=dict_row) as cursor:
            await self._execute(connection, cursor, query, values, args)
            return await cursor.fetchall()

    async def _fetch_tuple(
        self, connection: Connection, query: bytes, values: list[Any], args: dict[str, Any]
    ) -> tuple[Any, ...]:
        async with connection.cursor(row_factory=tuple_row) as cursor:
            await self._execute(connection, cursor, query, values, args)
            row = await cursor.fetchone()
        if row is None:
            raise Refused("P0002", "no answer")
        return row

    async def _fetch_tuples(
        self, connection: Connection, query: bytes, values: list[Any], args: dict[str, Any]
    ) -> list[tuple[Any, ...]]:
        async with connection.cursor(row_factory=tuple_row) as cursor:
            await self._execute(connection, cursor, query, values, args)
            return await cursor.fetchall()

    async def _execute(
        self,
        connection: Connection,
        cursor: psycopg.AsyncCursor[Any],
        query: bytes,
        values: list[Any],
        args: dict[str, Any],
    ) -> None:
        if not (self._citus and "tenant_id" in args):
            await cursor.execute(query, values)
            return
        async with connection.transaction():
            await cursor.execute("SELECT api.set_tenant(%s)", [args["tenant_id"]])
            await cursor.execute(query, values)

    async def _run(self, work: Callable[[Connection], Awaitable[T]], *, repeatable: bool) -> T:
        tries = 1
        while True:
            try:
                return await self._run_once(work)
            except Refused as error:
                conflict = (
                    error.sqlstate in RETRYABLE
                    or (self._waits_for_locks and error.sqlstate == LOCKED)
                    or (self._citus and tries == 1 and error.sqlstate in MOVED)
                )
                if not conflict or tries == MAX_TRIES:
                    raise
            except ConnectionLost:
                self._check_soon()
                if not repeatable or tries == MAX_TRIES:
                    raise
            await asyncio.sleep(jittered((0.0, RETRY_JITTER_SECONDS * tries)))
            tries += 1

    async def _run_once(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        try:
            async with self._pool.connection() as connection:
                return await work(connection)
        except psycopg.Error as error:
            if being_canceled():
                raise asyncio.CancelledError from error
            if isinstance(error, PoolTimeout | TooManyRequests):
                raise self._no_connection() from error
            raise _translated(error) from error

    def _no_connection(self) -> PoolExhausted | ConnectionLost:
        errors = self._pool.get_stats().get("connections_errors", 0)
        failing, self._connect_errors = errors > self._connect_errors, errors
        return ConnectionLost("cannot connect") if failing else PoolExhausted("no free connection")

    def _check_soon(self) -> None:
        # One broken connection is seldom alone: replace the others before requests meet them.
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check())

    async def _check(self) -> None:
        try:
            await self._pool.check()
        except psycopg.Error as error:
            log.warning("pool check failed", reason=str(error))


def connection_options(settings: Settings, name: str) -> dict[str, Any]:
    """How every connection of the service is opened, by whatever part of it."""
    pooled = settings.database_prepare == "off"
    options: dict[str, Any] = {
        "autocommit": True,
        "prepare_threshold": None if pooled else 1,
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "application_name": f"payment-service {name}",
    }
    if not pooled:  # a pooler refuses start-up options: ALTER ROLE … SET does it there
        options["options"] = (
            f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS} "
            f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS}"
        )
    return options


async def _configure(connection: Connection) -> None:
    set_json_dumps(orjson.dumps, connection)
    set_json_loads(orjson.loads, connection)


def _names(args: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
    return tuple((name, type(value) is list) for name, value in args.items())


@lru_cache(maxsize=256)
def _select(columns: str, function: str, names: tuple[tuple[str, bool], ...]) -> bytes:
    # Arrays go out in binary: quoting their text costs more than the rest of the call.
    arguments = ", ".join(f"p_{name} => {'%b' if array else '%s'}" for name, array in names)
    return f"SELECT {columns} FROM api.{function}({arguments})".encode()  # noqa: S608 -- our own names


def _ordinal(row: tuple[Any, ...]) -> int:
    return int(row[-1])


def _values(args: dict[str, Any]) -> list[Any]:
    # float8 does not become numeric by itself in a function call.
    return [Decimal(repr(v)) if isinstance(v, float) else v for v in args.values()]


def _translated(error: psycopg.Error) -> Refused | ConnectionLost:
    first_line = str(error).partition("\n")[0]
    if error.sqlstate is None:
        broken = isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
        return ConnectionLost(first_line) if broken else Refused(BAD_VALUE, first_line)
    if error.sqlstate.startswith(("08", "57P")):
        return ConnectionLost(first_line)
    kind = Busy if error.sqlstate in BUSY or error.sqlstate.startswith("53") else Refused
    return kind(error.sqlstate, error.diag.message_primary or "", error.diag.message_detail)


async def _powers_of_login(connection: Connection) -> list[str]:
    cursor = connection.cursor(row_factory=tuple_row)
    await cursor.execute(
        "SELECT 'superuser' FROM pg_catalog.pg_roles WHERE rolname = session_user AND rolsuper"
        " UNION ALL "
        "SELECT 'BYPASSRLS' FROM pg_catalog.pg_roles WHERE rolname = session_user AND rolbypassrls"
        " UNION ALL "
        "SELECT 'a member of ' || rolname FROM pg_catalog.pg_roles"
        " WHERE rolname = ANY (%s) AND pg_catalog.pg_has_role(session_user, oid, 'MEMBER')",
        [FORBIDDEN_ROLES],
    )
    return [row[0] for row in await cursor.fetchall()]
