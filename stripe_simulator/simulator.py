"""The running simulator: a world with its API and sender, replaceable as a whole by a reset."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

from stripe_simulator.api import Api
from stripe_simulator.clock import Clock
from stripe_simulator.config import Config
from stripe_simulator.http.sender import Sender
from stripe_simulator.state_file import StateFile
from stripe_simulator.world import World

Json = dict[str, Any]


@dataclass(slots=True)
class Start:
    """How every world of this simulator begins."""

    seed: int = 1
    wall: bool = True
    clock_start: float | None = None
    balances: dict[str, int] = field(default_factory=dict)
    state: str | None = None


class Simulator:
    """Holds the world there is now, and the tasks that serve it."""

    def __init__(self, config: Config, start: Start) -> None:
        """Make the first world, or load it from the state file."""
        self.config = config
        self.start_with = start
        self.base_url = "http://127.0.0.1"
        self.file = StateFile(start.state) if start.state else None
        self._alarm = asyncio.Event()
        self._ticker: asyncio.Task[None] | None = None
        self._running = False
        self._make()

    def _make(self) -> None:
        start = self.start_with
        clock = Clock(wall=start.wall, start=start.clock_start)
        self.world = World(self.config, start.seed, clock)
        if not (self.file and self.file.load(self.world)):
            for currency, amount in start.balances.items():
                self.world.adjust(self.world.platform, currency, amount, "Balance at the start")
            self.world.settle_call()
        self._serve()

    def _serve(self) -> None:
        self.world.base_url = self.base_url
        self.world.on_timer = self._alarm.set
        self.world.store.persistent = self.file is not None
        self.api = Api(self.world)
        self.api.on_answer = self.save
        self.sender = Sender(self.world)

    async def start(self) -> None:
        """Begin to deliver webhooks and to watch the clock."""
        self._running = True
        self.world.base_url = self.base_url
        self.sender.start()
        self._requeue()
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())

    def _requeue(self) -> None:
        """Take up the deliveries that were due when the last process ended."""
        scheduled = {timer.args[0] for timer in self.world.clock.timers if timer.kind == "deliver"}
        for delivery in self.world.store.deliveries.oldest():
            if delivery.status == "pending" and delivery.id not in scheduled:
                self.sender.push(delivery.id)

    async def stop(self) -> None:
        """Stop all tasks and save the state."""
        self._running = False
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
            self._ticker = None
        await self.sender.stop()
        if self.file is not None:
            self.file.save(self.world)
            self.file.close()

    async def _tick(self) -> None:
        """Run timers when they are due."""
        while True:
            self._alarm.clear()
            self.world.run_due()
            self.save()
            due = self.world.clock.next_due()
            wait = None
            if due is not None and self.world.clock.wall:
                wait = max(due - self.world.clock.now(), 0.0)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._alarm.wait()

    def save(self) -> None:
        """Write what changed to the state file, if there is one."""
        if self.file is not None:
            self.file.save(self.world)

    async def replace(self, world: World) -> None:
        """Serve another world from now on."""
        await self.sender.stop()
        self.world = world
        self._serve()
        if self.file is not None:
            self.file.clear()
            world.keys.touched.update(world.keys.saved)
            self.file.save(world)
        if self._running:
            self.sender.start()
            self._requeue()
        self._alarm.set()

    async def reset(self, seed: int | None = None, *, keep_endpoints: bool = True) -> None:
        """Start over with an empty world; webhook endpoints and keys stay unless told."""
        old = self.world
        start = self.start_with
        clock = Clock(wall=start.wall, start=start.clock_start)
        world = World(self.config, start.seed if seed is None else seed, clock)
        for currency, amount in start.balances.items():
            world.adjust(world.platform, currency, amount, "Balance at the start")
        world.settle_call()
        if keep_endpoints:
            for endpoint in old.store.webhook_endpoints.oldest():
                if endpoint.account == old.platform:
                    endpoint.account = world.platform
                    world.store.webhook_endpoints.add(endpoint)
            world.restricted = old.restricted
        await self.replace(world)
