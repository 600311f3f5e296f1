"""Queue engine: claim as much as there is room for, handle concurrently, sleep precisely.

A notification is a hint: it ends the sleep. Polling is the truth: no sleep lasts longer than a few
seconds, and never beyond the moment when something becomes due.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from app.database.client import Database
from app.errors import DatabaseError
from app.observability import metrics
from app.observability.logs import get_logger
from app.pauses import jittered

log = get_logger("worker")

POLL_SECONDS = (2.0, 5.0)
RETRY_SECONDS = (0.2, 2.0)
"""Wait after the database failed, with jitter: many workers come back one by one."""

DUE_MARGIN_SECONDS = 0.002
CLAIM_SHARE = 4
"""Claim when a quarter of the room is free: fewer, larger claims under load."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Claimed(Generic[Item]):
    """What a claim brought.

    Attributes:
        items: to be handled.
        wait: seconds after which to claim again although more may be due; 0: no such limit.
        again: claim again at once although there is nothing to handle.
    """

    items: Sequence[Item]
    wait: float = 0.0
    again: bool = False


class Source(Protocol[Item]):
    """A queue in the database."""

    name: str

    async def claim(self, room: int) -> Claimed[Item]:
        """Lease at most `room` items."""

    async def handle(self, item: Item) -> None:
        """Do one item's work and record its end."""


class Loop(Generic[Item]):
    """Runs one source.

    Args:
        source: what to claim and how to handle it.
        database: asked when the next item becomes due.
        capacity: most items claimed and not yet finished.
    """

    def __init__(self, source: Source[Item], database: Database, capacity: int) -> None:
        self._source = source
        self._database = database
        self._capacity = capacity
        self._tasks: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()
        self._room = asyncio.Event()
        self._stopping = asyncio.Event()
        self._woken_at = 0.0
        self._in_flight = metrics.in_flight.labels(source.name)

    @property
    def busy(self) -> int:
        """Items claimed and not yet finished."""
        return len(self._tasks)

    def wake(self) -> None:
        """Something may be due: look now."""
        if not self._awake.is_set():
            self._woken_at = time.monotonic()
            self._awake.set()

    def stop(self) -> None:
        """Claim no more."""
        self._stopping.set()
        self._room.set()
        self.wake()

    async def drain(self) -> None:
        """Wait for what is in flight."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def run(self) -> None:
        """Claim and handle until stopped."""
        while not self._stopping.is_set():
            await self._until_room()
            try:
                await self._round()
            except DatabaseError as error:
                log.warning("database trouble", queue=self._source.name, reason=str(error))
                await self._pause(jittered(RETRY_SECONDS))

    async def _round(self) -> None:
        # Cleared before looking: whatever happens while we look makes us look again.
        woken_at, self._woken_at = self._woken_at, 0.0
        self._awake.clear()
        if self._stopping.is_set():
            return
        claimed = await self._source.claim(self._capacity - len(self._tasks))
        if claimed.items and woken_at:
            metrics.wakeup_seconds.labels(self._source.name).observe(time.monotonic() - woken_at)
        for item in claimed.items:
            self._start(item)
        if claimed.wait:
            await self._pause(claimed.wait)
        elif not (claimed.items or claimed.again):
            await self._sleep()

    def _start(self, item: Item) -> None:
        task = asyncio.create_task(self._handle(item))
        self._tasks.add(task)
        self._in_flight.set(len(self._tasks))
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._in_flight.set(len(self._tasks))
        self._room.set()

    async def _handle(self, item: Item) -> None:
        try:
            await self._source.handle(item)
        except Exception:
            # Its lease will end, and somebody will look at it again.
            log.exception("unexpected error", queue=self._source.name)

    async def _until_room(self) -> None:
        enough = max(1, self._capacity // CLAIM_SHARE)
        while self._capacity - len(self._tasks) < enough and not self._stopping.is_set():
            self._room.clear()
            await self._room.wait()

    async def _sleep(self) -> None:
        seconds = jittered(POLL_SECONDS)
        for row in await self._database.rows("next_due"):
            if row["queue"] == self._source.name and row["due_at"] is not None:
                due = (row["due_at"] - row["now"]).total_seconds() + DUE_MARGIN_SECONDS
                seconds = min(seconds, max(due, DUE_MARGIN_SECONDS))
        await _wait(self._awake, seconds)

    async def _pause(self, seconds: float) -> None:
        await _wait(self._stopping, seconds)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
