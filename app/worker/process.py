"""The worker process: start, health, stop."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from app.config import Settings
from app.database.client import Database
from app.database.inbox import inbox
from app.database.notify import DUE_WORK, OPERATIONS, WEBHOOKS, Notifier
from app.errors import DatabaseError
from app.observability import metrics
from app.observability.health.checks import checks, guard_check, listener_check
from app.observability.health.monitor import Monitor
from app.observability.health.routes import MONITOR, add_routes
from app.observability.logs import get_logger
from app.observability.tracing import spans
from app.pauses import every, until_it_works
from app.sockets import listening
from app.stripe.gateway import Gateway
from app.stripe.rate import Rate
from app.worker.listener import TIMEOUT_SECONDS as LISTENER_TIMEOUT_SECONDS
from app.worker.listener import Listener
from app.worker.operations import Operations
from app.worker.periodic import audit_chain as audit
from app.worker.periodic import invariants, ledger_rollup, retention, schedule
from app.worker.periodic.due_work import DueWork
from app.worker.periodic.missed_events import fetch_missed, fetch_undelivered
from app.worker.periodic.schedule import ScheduledTask
from app.worker.periodic.unsettled_objects import poll
from app.worker.queue import Loop
from app.worker.reconcile.comparison import Reconciliation
from app.worker.reconcile.stripe_lists import Lists
from app.worker.restore import send_once_agreed
from app.worker.webhooks import Webhooks

log = get_logger("worker")

POOL_SIZE = 16
WEBHOOK_CAPACITY = 32
HEALTH_POOL_SIZE = 2
STOP_SECONDS = 25.0
RESTART_SECONDS = (0.5, 2.0)
UNDELIVERED_OFTENER = 5
"""What could not be delivered is looked for so much oftener than what nobody heard of: a minute by
default, and no sale makes it longer."""


def worker_name() -> str:
    """A name no other running worker has; fit for a notification channel."""
    host = "".join(c for c in socket.gethostname().lower() if c.isalnum())[:20]
    return f"{host}_{os.getpid()}_{os.urandom(3).hex()}"


class Worker:
    """Both queues, the listener, and all that is periodic.

    Args:
        settings: from load_settings.
    """

    def __init__(self, settings: Settings) -> None:
        name = worker_name()
        self._settings = settings
        self.database = Database(settings, name="worker", size=POOL_SIZE, waits_for_locks=True)
        self.gateway = Gateway(settings)
        self.notifier = Notifier(self.database)
        self._rate = Rate(settings, self.database, inline=False)
        self._lists = Lists(self.gateway, self._rate)
        self._reconciliation = Reconciliation(self.database, self._lists, self.notifier)
        self._operations = Operations(
            settings, self.database, self.gateway, self._rate, self.notifier, name
        )
        webhooks = Webhooks(settings, self.database, self.notifier, name)
        self.operations_loop: Loop[dict[str, Any]] = Loop(
            self._operations, self.database, self._operations.capacity
        )
        self.webhooks_loop: Loop[dict[str, Any]] = Loop(webhooks, self.database, WEBHOOK_CAPACITY)
        self.due_work = DueWork(self.database, self.notifier)
        channels = {
            OPERATIONS: self.operations_loop.wake,
            WEBHOOKS: self.webhooks_loop.wake,
            DUE_WORK: self.due_work.wake,
        }
        self.notifier.local.update(channels)
        self.listener = Listener(settings, self.database, channels, name)
        self._health_database = Database(settings, name="worker health", size=HEALTH_POOL_SIZE)
        self._fit = False
        self.monitor = Monitor(
            [
                *checks(settings, self._health_database, self.gateway),
                guard_check(lambda: None if self._fit else "not found fit to work yet"),
                listener_check(self.listener.heard_seconds_ago, LISTENER_TIMEOUT_SECONDS),
            ]
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, then finish what is in flight.

        Raises:
            LoginError: the login role or the database is not fit for production.
        """
        await self.database.open()
        await self._health_database.open()
        self.monitor.start()
        await self._until_fit(stop)
        background = [
            asyncio.create_task(supervise("listener", self.listener.run)),
            asyncio.create_task(
                supervise("ledger rollup", lambda: ledger_rollup.run(self.database))
            ),
            asyncio.create_task(supervise("audit", lambda: audit.run(self.database))),
            asyncio.create_task(supervise("due work", self.due_work.run)),
            asyncio.create_task(supervise("invariants", lambda: invariants.run(self.database))),
            asyncio.create_task(
                supervise("schedule", lambda: schedule.run(self.database, self._scheduled()))
            ),
        ]
        if self.gateway.reads_only:
            background.append(asyncio.create_task(supervise("restore", self._send_once_agreed)))
        loops = [
            asyncio.create_task(supervise("operations", self.operations_loop.run)),
            asyncio.create_task(supervise("webhooks", self.webhooks_loop.run)),
        ]
        log.info("working")
        await stop.wait()
        log.info("stopping", inFlight=self.operations_loop.busy + self.webhooks_loop.busy)
        await self._stop(loops)
        for task in background:
            task.cancel()

    async def close(self) -> None:
        """Close every connection."""
        await self.monitor.close()
        await self.notifier.close()
        await self.gateway.close()
        await self.database.close()
        await self._health_database.close()

    def _scheduled(self) -> list[ScheduledTask]:
        settings, database = self._settings, self.database
        return [
            ScheduledTask("missed_events", settings.sweep_seconds, self._fetch_missed),
            ScheduledTask(
                "undelivered", settings.sweep_seconds / UNDELIVERED_OFTENER, self._fetch_undelivered
            ),
            ScheduledTask("reconcile", settings.reconcile_seconds, self._reconcile),
            ScheduledTask(
                "retention", retention.EVERY_SECONDS, lambda: retention.delete_expired(database)
            ),
            ScheduledTask(
                "poll", settings.poll_seconds, lambda: poll(settings, database, self.notifier)
            ),
        ]

    async def _fetch_missed(self) -> None:
        await fetch_missed(self.database, self._lists, inbox(self.database, self.notifier))

    async def _fetch_undelivered(self) -> None:
        await fetch_undelivered(self.database, self._lists, inbox(self.database, self.notifier))

    async def _reconcile(self) -> None:
        since = datetime.now(UTC) - timedelta(days=self._settings.reconcile_days)
        await self._reconciliation.run("schedule", since, self._settings.reconcile_grace_seconds)

    async def _send_once_agreed(self) -> None:
        await send_once_agreed(
            self._settings, self.gateway, self._reconciliation, self._fetch_missed
        )

    async def _stop(self, loops: list[asyncio.Task[None]]) -> None:
        self._operations.stopping = True
        self.operations_loop.stop()
        self.webhooks_loop.stop()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(*loops)
                await asyncio.gather(self.operations_loop.drain(), self.webhooks_loop.drain())
        except TimeoutError:
            log.warning("still in flight", count=self.operations_loop.busy)

    async def _until_fit(self, stop: asyncio.Event) -> None:
        async for _ in every(RESTART_SECONDS):
            if stop.is_set():
                return
            try:
                await self.database.check_login(self._settings.app_env)
                if (await self.database.schema_state()).ready:
                    self._fit = True
                    return
                log.warning("waiting for migrations")
            except DatabaseError as error:
                log.warning("waiting for the database", reason=str(error))


async def supervise(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Start again what ended by an error nobody foresaw."""

    def tell(error: Exception) -> None:
        log.error("restarting", part=name, exc_info=error)

    async for attempt in until_it_works(Exception, RESTART_SECONDS, tell):
        with attempt:
            await work()


def create_admin_app(worker: Worker) -> web.Application:
    """Health and metrics of the worker."""
    app = web.Application()
    app[MONITOR] = worker.monitor
    add_routes(app)
    app.router.add_get("/metrics", metrics.show)
    return app


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT.

    Raises:
        OSError: the admin port cannot be opened.
        LoginError: the login role or the database is not fit for production.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    worker = Worker(settings)
    spans.start(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(spans.stop)
        stack.push_async_callback(worker.close)
        runner = web.AppRunner(create_admin_app(worker), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        place = listening(settings.listen_host, settings.worker_admin_port)
        await web.SockSite(runner, place).start()
        await worker.run(stop)
    log.info("stopped")
