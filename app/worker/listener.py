"""Listener: hears notifications on a connection of its own, and proves that it still does.

A half-open connection, or a pooler that swallows LISTEN, looks like silence. So the worker notifies
itself through the pool and must hear it here.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

import psycopg
from psycopg import sql

from app.config import Settings
from app.database.client import CONNECT_TIMEOUT_SECONDS, Database
from app.errors import DatabaseError
from app.observability.logs import get_logger
from app.pauses import until_it_works

log = get_logger("listener")

Connection = psycopg.AsyncConnection[tuple[object, ...]]

PROBE_SECONDS = 30.0
ANSWER_SECONDS = 5.0
MISSES_ALLOWED = 1
RECONNECT_SECONDS = (0.2, 2.0)
TIMEOUT_SECONDS = PROBE_SECONDS + (MISSES_ALLOWED + 2) * ANSWER_SECONDS
"""A connection that heard nothing for longer is about to be replaced."""


class _SilenceError(Exception):
    """Two probes in a row were not heard."""


class Listener:
    """Calls back on notifications.

    Args:
        settings: the direct connection.
        database: the pool that probes go through.
        channels: what to call for each channel; also called after every (re)connection.
        worker: this process's name; its probe channel is made of it.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        channels: Mapping[str, Callable[[], None]],
        worker: str,
    ) -> None:
        self._url = settings.listen_url
        self._database = database
        self._channels = channels
        self._probe_channel = f"payments_probe_{worker}"
        self._heard = asyncio.Event()
        self.connected = False
        self._heard_at = 0.0

    def heard_seconds_ago(self) -> float | None:
        """Seconds since this connection proved that it hears; None without a connection."""
        return time.monotonic() - self._heard_at if self.connected else None

    async def run(self) -> None:
        """Listen for ever; reconnects with jitter."""
        lost = (psycopg.Error, OSError, _SilenceError)
        async for attempt in until_it_works(lost, RECONNECT_SECONDS, self._tell):
            with attempt:
                await self._listen()

    def _tell(self, error: Exception) -> None:
        self.connected = False
        log.warning("lost", reason=str(error) or type(error).__name__)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            application_name="payment-service listener",
        )
        tasks: list[asyncio.Task[None]] = []
        try:
            for channel in (*self._channels, self._probe_channel):
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            self.connected = True
            self._heard_at = time.monotonic()
            self._wake_all()
            tasks = [asyncio.create_task(part) for part in (self._hear(connection), self._probe())]
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await connection.close()

    async def _hear(self, connection: Connection) -> None:
        while True:
            async for notification in connection.notifies(timeout=0):
                self._heard_at = time.monotonic()
                if notification.channel == self._probe_channel:
                    self._heard.set()
                elif wake := self._channels.get(notification.channel):
                    wake()
            await _readable(connection)

    async def _probe(self) -> None:
        misses = 0
        while misses <= MISSES_ALLOWED:
            heard = await self._is_heard()
            misses = 0 if heard else misses + 1
            if not heard:
                log.warning(
                    "own notification not heard: is LISTEN_DATABASE_URL a direct connection?"
                )
            await asyncio.sleep(PROBE_SECONDS if heard else ANSWER_SECONDS)
        raise _SilenceError("own notifications are not heard")

    async def _is_heard(self) -> bool:
        self._heard.clear()
        deadline = time.monotonic() + ANSWER_SECONDS
        try:
            await self._database.notify(self._probe_channel)
            async with asyncio.timeout(max(0.1, deadline - time.monotonic())):
                await self._heard.wait()
        except TimeoutError:
            return False
        except DatabaseError:
            return True  # the pool's trouble says nothing about this connection
        return True

    def _wake_all(self) -> None:
        for wake in self._channels.values():
            wake()


async def _readable(connection: Connection) -> None:
    """Until the server says something. psycopg's own wait would look ten times a second."""
    loop, socket = asyncio.get_running_loop(), connection.fileno()
    readable = asyncio.Event()
    loop.add_reader(socket, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(socket)
