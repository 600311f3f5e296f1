"""The rate towards Stripe, shared by all processes: leased from PostgreSQL in small chunks.

Tokens not used within a second are forgotten: they belong to another process by then.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable

from app.config import Settings
from app.database.client import Database

LEASE_LIFE_SECONDS = 1.0
CHUNK_SECONDS = 0.1
"""A lease is at most this much of the rate, so that no process hoards."""
ACCOUNT_DIGEST_CHARS = 32
MIN_RETRY_SECONDS = 0.005


class Rate:
    """Permission to call Stripe.

    Args:
        settings: the rate, and the key whose account it belongs to.
        database: where the shared bucket lives.
        inline: a person waits: may run ahead of the rate.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        inline: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        key = settings.stripe_secret_key.get_secret_value()
        self._account = hashlib.sha256(key.encode()).hexdigest()[:ACCOUNT_DIGEST_CHARS]
        self._rate = settings.stripe_rate
        self._chunk = max(1, int(float(self._rate) * CHUNK_SECONDS))
        self._database = database
        self._inline = inline
        self._clock = clock
        self._tokens = 0
        self._expires = 0.0
        self._waiting = 0
        self._recent = 0
        self._lock = asyncio.Lock()

    async def take(self, wanted: int) -> tuple[int, float]:
        """Take up to `wanted` tokens.

        Returns:
            How many were granted, and in how many seconds to ask again when none was.

        Raises:
            DatabaseError: the bucket could not be reached.
        """
        retry_after = 0.0
        if self._available() == 0:
            retry_after = await self._lease(max(wanted, min(self._recent, self._chunk)))
        granted = min(wanted, self._available())
        self._tokens -= granted
        self._recent += granted
        return granted, 0.0 if granted else max(retry_after, MIN_RETRY_SECONDS)

    def give_back(self, count: int) -> None:
        """Return tokens that were not used."""
        self._tokens += count

    async def acquire(self, seconds: float) -> bool:
        """Wait for one token.

        Args:
            seconds: longest wait.

        Returns:
            Whether it was granted in time.

        Raises:
            DatabaseError: the bucket could not be reached.
        """
        deadline = self._clock() + seconds
        self._waiting += 1
        try:
            while True:
                async with self._lock:
                    granted, retry_after = await self._take_one(self._waiting)
                if granted:
                    return True
                if self._clock() + retry_after > deadline:
                    return False
                await asyncio.sleep(retry_after)
        finally:
            self._waiting -= 1

    async def _take_one(self, waiting: int) -> tuple[int, float]:
        """Take one token, leasing enough for everybody who waits."""
        if self._available() == 0:
            wanted = max(1, min(max(waiting, self._recent), self._chunk))
            retry_after = await self._lease(wanted)
            if self._tokens == 0:
                return 0, max(retry_after, MIN_RETRY_SECONDS)
        self._tokens -= 1
        self._recent += 1
        return 1, 0.0

    def _available(self) -> int:
        if self._clock() >= self._expires:
            self._tokens = 0
        return self._tokens

    async def _lease(self, wanted: int) -> float:
        row = await self._database.row(
            "rate_lease",
            provider_account=self._account,
            rate=self._rate,
            wanted=wanted,
            inline=self._inline,
        )
        self._recent = 0
        self._tokens += row["granted"]
        self._expires = self._clock() + LEASE_LIFE_SECONDS
        return float(row["retry_after"])
