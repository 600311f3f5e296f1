"""Waking the workers: NOTIFY as a statement of its own, after the commit, at most ten a second.

NOTIFY takes a lock of the whole database at commit, so it is never part of a business transaction.
It is a hint: a lost one is made good by polling.
"""

import asyncio
import time
from collections.abc import Callable

from app.database.client import Database
from app.errors import DatabaseError
from app.observability.logs import get_logger

log = get_logger("wakeup")

OPERATIONS = "payments_operations"
WEBHOOKS = "payments_webhooks"
DUE_WORK = "payments_due_work"
INTERVAL_SECONDS = 0.1


class Notifier:
    """Coalesces notifications per channel: the first goes at once, a burst ends with one more.

    Args:
        database: where to notify.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.local: dict[str, Callable[[], None]] = {}
        """Loops of this very process: woken without asking the database."""
        self._last: dict[str, float] = {}
        self._pending: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self, channel: str) -> None:
        """Tell whoever listens; returns at once."""
        if local := self.local.get(channel):
            local()
        if channel in self._pending:
            return
        wait = self._last.get(channel, 0.0) + INTERVAL_SECONDS - time.monotonic()
        task = asyncio.create_task(self._send(channel, wait))
        self._pending[channel] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Send what is pending."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=INTERVAL_SECONDS * 10)

    async def _send(self, channel: str, wait: float) -> None:
        if wait > 0:
            await asyncio.sleep(wait)
        # What becomes due from here on needs another notification.
        del self._pending[channel]
        self._last[channel] = time.monotonic()
        try:
            await self._database.notify(channel)
        except DatabaseError as error:
            log.warning("cannot notify", channel=channel, reason=str(error))
