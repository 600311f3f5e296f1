"""Rate limits: requests per address, payments per user, counted in Redis for all processes.

Money never depends on it. Redis away, hung, full or emptied costs a request 50 ms once; then
a breaker opens and each process counts for itself for five seconds, before one request tries again.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import (
    MovingWindowRateLimiter,
    RateLimiter,
    SlidingWindowCounterRateLimiter,
)
from prometheus_client import Counter, Gauge
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.config import Settings
from app.errors import Problem
from app.http.input.client_address import Address, subscriber
from app.http.limits.script_batch import ScriptBatch
from app.observability import metrics
from app.observability.logs import get_logger

log = get_logger("limits")

WINDOW_SECONDS = 60
BUDGET_SECONDS = 0.05
"""All that Redis may cost one request."""

OPEN_SECONDS = 5.0
MAX_CONNECTIONS = 8
"""Two short commands a request: more would only cost more to open within the budget."""
SCRIPTS = (
    "lua_acquire_sliding_window",
    "lua_sliding_window",
    "lua_acquire_moving_window",
    "lua_moving_window",
)
"""What the strategies below call in Redis."""

MAX_LOCAL_KEYS = 20_000
"""About 4 MB; beyond it whoever was counted longest ago is forgotten."""

refused = Counter(
    "rate_limited_total", "Requests refused for their number", ["limit"], registry=metrics.registry
)
fallbacks = Counter(
    "rate_limit_fallback_total",
    "Requests counted by this process alone, by the reason",
    ["reason"],
    registry=metrics.registry,
)
shared = Gauge(
    "rate_limit_shared", "1 while requests are counted in Redis", registry=metrics.registry
)
shared.set(1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What counting one more request gave.

    Attributes:
        limit: name of the limit.
        allowed: whether the request may go on.
        quota: requests in a window.
        remaining: how many are left.
        reset: seconds until there are more, at least 1.
    """

    limit: str
    allowed: bool
    quota: int
    remaining: int
    reset: int

    @property
    def policy(self) -> str:
        """For RateLimit-Policy."""
        return f'"{self.limit}";q={self.quota};w={WINDOW_SECONDS}'

    @property
    def state(self) -> str:
        """For RateLimit."""
        return f'"{self.limit}";r={self.remaining};t={self.reset}'

    def require(self) -> None:
        """Refuse the request when it is one too many.

        Raises:
            Problem: rate_limited.
        """
        if not self.allowed:
            refused.labels(self.limit).inc()
            detail = f"At most {self.quota} in {WINDOW_SECONDS} seconds."
            raise Problem("rate_limited", detail, headers={"Retry-After": str(self.reset)})


@dataclass(frozen=True, slots=True)
class _Limit:
    name: str
    item: RateLimitItem
    strategy: RateLimiter


class Limiter:
    """The limits of the service.

    Args:
        settings: where Redis is, and how much is allowed.
        budget_seconds: longest wait for Redis.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        budget_seconds: float = BUDGET_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget = budget_seconds
        self._clock = clock
        self._pool = BlockingConnectionPool.from_url(
            settings.redis_url.get_secret_value(),
            max_connections=MAX_CONNECTIONS,
            timeout=budget_seconds,
            socket_timeout=budget_seconds,
            socket_connect_timeout=budget_seconds,
            retry=Retry(NoBackoff(), 0),
        )
        # The pool knows the address; the storage is told none.
        options: dict[str, Any] = {"connection_pool": self._pool}
        storage = RedisStorage("async+redis://", implementation="redispy", **options)
        batch = ScriptBatch(Redis(connection_pool=self._pool))
        for name in SCRIPTS:
            setattr(storage.bridge, name, batch.through(getattr(storage.bridge, name)))
        # Sliding: two counters an address, however many requests. Moving: exact, and ten entries.
        self._addresses = _Limit(
            "default",
            RateLimitItemPerMinute(settings.rate_limit_per_ip, namespace="ip"),
            SlidingWindowCounterRateLimiter(storage),
        )
        self._payments = _Limit(
            "payments",
            RateLimitItemPerMinute(settings.rate_limit_payments_per_user, namespace="payments"),
            MovingWindowRateLimiter(storage),
        )
        self._local = LocalCounter()
        self._retry_at = 0.0
        """When one request may try Redis again; 0: it works."""

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def request(self, address: Address | None) -> Verdict:
        """Count a request of an address."""
        return await self._hit(self._addresses, subscriber(address))

    async def payment(self, tenant_id: UUID, subject: str) -> Verdict:
        """Count a payment that a user asks for."""
        return await self._hit(self._payments, f"{tenant_id}:{subject}")

    async def _hit(self, limit: _Limit, key: str) -> Verdict:
        if self._is_open():
            fallbacks.labels("open").inc()
            return self._count_alone(limit, key)
        try:
            async with asyncio.timeout(self._budget):
                allowed, stats = await asyncio.gather(  # one way to Redis, in this order
                    limit.strategy.hit(limit.item, key),
                    limit.strategy.get_window_stats(limit.item, key),
                )
        except (RedisError, OSError, TimeoutError) as error:
            self._open(error)
            return self._count_alone(limit, key)
        self._close()
        reset = stats.reset_time - time.time()
        return _verdict(limit, allowed, stats.remaining, reset)

    def _count_alone(self, limit: _Limit, key: str) -> Verdict:
        quota = limit.item.amount
        count, reset = self._local.hit(f"{limit.name}:{key}", self._clock())
        return _verdict(limit, count <= quota, quota - count, reset)

    def _is_open(self) -> bool:
        if self._retry_at == 0.0:
            return False
        if self._clock() < self._retry_at:
            return True
        self._retry_at = self._clock() + OPEN_SECONDS  # this request tries; others wait for it
        return False

    def _open(self, error: Exception) -> None:
        reason = "slow" if isinstance(error, TimeoutError) else "error"
        fallbacks.labels(reason).inc()
        if not self._retry_at:
            log.warning("counting alone", reason=str(error) or type(error).__name__)
        shared.set(0)
        self._retry_at = self._clock() + OPEN_SECONDS

    def _close(self) -> None:
        if self._retry_at:
            log.info("counting in Redis again")
            shared.set(1)
            self._retry_at = 0.0


class LocalCounter:
    """Counts per key and window in this process, for a bounded number of keys.

    Not the memory storage of `limits`, which has no bound and looks at every key on each hit
    (docs/decisions/0013-own-code-kept.md).

    Args:
        max_keys: when there are more the oldest is forgotten.
    """

    def __init__(self, max_keys: int = MAX_LOCAL_KEYS) -> None:
        self._max_keys = max_keys
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def hit(self, key: str, now: float) -> tuple[int, float]:
        """Count one; return the number in this window and the seconds until it ends."""
        start, count = self._windows.pop(key, (now, 0))
        if now - start >= WINDOW_SECONDS:
            start, count = now, 0
        if len(self._windows) >= self._max_keys:
            self._windows.popitem(last=False)
        self._windows[key] = (start, count + 1)
        return count + 1, start + WINDOW_SECONDS - now


def _verdict(limit: _Limit, allowed: bool, remaining: int, reset: float) -> Verdict:  # noqa: FBT001
    return Verdict(
        limit.name, allowed, limit.item.amount, max(0, remaining), max(1, math.ceil(reset))
    )
