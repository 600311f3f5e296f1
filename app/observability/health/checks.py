"""Health checks of what is behind web and worker, and whether work needs it."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from app.config import Settings
from app.database.client import Database
from app.observability import metrics
from app.observability.health.monitor import Check, Facts, NotWellError
from app.stripe.gateway import Gateway, LookError

MAX_SKEW_SECONDS = 5.0
"""Signatures allow 300 s; this much means that somebody's clock is not kept."""

OLD_WORK_SECONDS = 300.0
"""Due for this long, work is not being done."""

MAX_TENANTS = 100


def checks(settings: Settings, database: Database, gateway: Gateway) -> list[Check]:
    """What web and worker both depend on.

    Args:
        settings: of this process.
        database: a pool that slow requests cannot use up.
        gateway: to Stripe.
    """
    looks = Looks(settings, database, gateway)
    return [
        Check("postgresql", looks.postgresql, essential=True, every=1.0),
        Check("migrations", looks.migrations, essential=True, every=5.0),
        Check("redis", looks.redis, every=2.0, timeout=0.5),
        Check("stripe", looks.stripe, every=30.0, timeout=5.0),
        Check("queues", looks.queues, every=5.0, timeout=2.0),
        Check("operations", looks.operations, every=10.0, timeout=2.0),
        Check("reconciliation", looks.reconciliation, every=5.0, timeout=2.0),
        Check("violations", looks.violations, every=5.0, timeout=2.0),
    ]


class Looks:
    """The looks, with what they share.

    Args:
        settings: of this process.
        database: asked about itself and the queues.
        gateway: asked whether Stripe answers.
    """

    def __init__(self, settings: Settings, database: Database, gateway: Gateway) -> None:
        self._settings = settings
        self._database = database
        self._gateway = gateway

    async def postgresql(self) -> Facts:
        """It answers, and its clock is ours."""
        skew = round(await self._database.seconds() - time.time(), 3)
        _require_close(skew)
        return {"clockSkewSeconds": skew}

    async def migrations(self) -> Facts:
        """All that this release brings have been applied."""
        state = await self._database.schema_state()
        if not state.ready:
            raise NotWellError(state.detail)
        return {}

    async def redis(self) -> Facts:
        """It answers on a new connection, at the first try."""
        url = self._settings.redis_url.get_secret_value()
        pool = redis.asyncio.ConnectionPool.from_url(url, retry=Retry(NoBackoff(), 0))
        connection = pool.make_connection()  # type: ignore[no-untyped-call] # redis has no types here
        try:
            await connection.connect()
            await connection.send_command("PING")
            await connection.read_response()
        finally:
            # Closed without a pause: a pool, which waits, leaves it open when canceled meanwhile.
            await connection.disconnect(nowait=True)
        return {}

    async def stripe(self) -> Facts:
        """It accepts our key, and its clock is ours."""
        try:
            date = await self._gateway.ping()
        except LookError as error:
            raise NotWellError(str(error)) from error
        # The header has whole seconds: half of one is the best guess.
        skew = round(parsedate_to_datetime(date).timestamp() + 0.5 - time.time(), 1)
        _require_close(skew)
        return {"clockSkewSeconds": skew}

    async def queues(self) -> Facts:
        """No queue has work that has been due for long."""
        rows = await self._database.rows("queues_state")
        for row in rows:
            metrics.queue_depth.labels(row["queue"]).set(row["depth"])
            metrics.queue_oldest_seconds.labels(row["queue"]).set(float(row["oldest_seconds"]))
        late = [row["queue"] for row in rows if row["oldest_seconds"] > OLD_WORK_SECONDS]
        if late:
            raise NotWellError(
                f"work has been due for over {OLD_WORK_SECONDS:.0f} s: {', '.join(late)}"
            )
        return {
            row["queue"]: {"depth": row["depth"], "oldestSeconds": float(row["oldest_seconds"])}
            for row in rows
        }

    async def operations(self) -> Facts:
        """Nothing was given up, and nothing is unknown; counted for the metrics."""
        tenants = await self._database.rows("operations_unresolved_tenants", limit=MAX_TENANTS)
        found = [
            row
            for tenant in tenants
            for row in await self._database.rows(
                "operations_outstanding", tenant_id=tenant["tenant_id"]
            )
        ]
        metrics.set_operations_open(found)
        count = {
            state: sum(row["operations"] for row in found if row["state"] == state)
            for state in ("unknown", "dead")
        }
        if count["dead"]:
            raise NotWellError(f"{count['dead']} operations were given up")
        return count

    async def reconciliation(self) -> Facts:
        """Stripe and we agree; counted for the metrics."""
        rows = await self._database.rows("discrepancy_totals")
        metrics.set_discrepancies(rows)
        if found := sum(row["items"] for row in rows):
            raise NotWellError(f"{found} items do not agree with Stripe")
        return {}

    async def violations(self) -> Facts:
        """No breach of a money invariant is known; counted for the metrics."""
        found = await self._database.value("violations_total")
        metrics.money_violations.set(found)
        if found:
            raise NotWellError(f"{found} breaches of money invariants are known")
        return {}


def pool_check(*databases: Database) -> Check:
    """A connection is free, or somebody will soon give one back."""

    async def look() -> Facts:
        waiting = sum(database.waiting for database in databases)
        if waiting:
            raise NotWellError(f"{waiting} wait for a connection")
        return {}

    return Check("pool", look, every=1.0)


def guard_check(refusal: Callable[[], str | None]) -> Check:
    """The login role was found fit to serve with."""

    async def look() -> Facts:
        if reason := refusal():
            raise NotWellError(reason)
        return {}

    return Check("login", look, essential=True, every=1.0)


def listener_check(heard_seconds_ago: Callable[[], float | None], timeout: float) -> Check:
    """Notifications are heard; without them work is found by polling, seconds later."""

    async def look() -> Facts:
        ago = heard_seconds_ago()
        if ago is None:
            raise NotWellError("not connected")
        if ago > timeout:
            raise NotWellError(f"nothing heard for {ago:.0f} s")
        return {"heardSecondsAgo": round(ago, 1)}

    return Check("listener", look, every=1.0)


def _require_close(skew: float) -> None:
    if abs(skew) > MAX_SKEW_SECONDS:
        raise NotWellError(f"its clock differs from ours by {skew:.1f} s")
