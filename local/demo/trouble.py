"""Faults of the demo: always a few at Stripe, with --faults many everywhere."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from local.demo.stripe import Json, Stripe
from local.dev.child import Child, answers

KILL_SECONDS = 3.0
WORK_SECONDS = 1.0

POLL_SECONDS = 0.1

SERVICE_ENVIRON = {
    "OPERATION_LEASE_SECONDS": "4",
    "OPERATION_BACKOFF_SECONDS": "0.2",
    "STRIPE_TIMEOUT_SECONDS": "2",
    "SWEEP_SECONDS": "2",
}
"""A killed worker's work is taken up when its lease ends, and lost webhooks are found in Stripe's
list: short, so that the demo ends soon."""

RETRY_SECONDS = [0.5, 1, 2, 4, 8, 8, 8, 8]
"""Stripe tries a lost delivery again after minutes and hours; here a story must end."""

USUAL_WEBHOOKS: Json = {"duplicate": 0.05, "reorder": 8}
ROUGH_WEBHOOKS: Json = {
    "duplicate": 0.05,
    "drop": {"probability": 0.05, "count": 1},
    "dropForever": {"probability": 0.05},
    "delay": {"probability": 0.05, "seconds": [0.2, 3]},
    "reorder": 8,
}
ROUGH_API: tuple[Json, ...] = (
    {"fault": "lost_after", "match": {"path": "/v1/*", "probability": 0.05}},
    {"fault": "rate_limit", "match": {"path": "/v1/*", "probability": 0.02}},
    {"fault": "lock_timeout", "match": {"path": "/v1/*", "method": "POST", "probability": 0.01}},
    {"fault": "unavailable", "match": {"path": "/v1/*", "probability": 0.01}},
)


async def begin(stripe: Stripe, *, rough: bool) -> None:
    """Set the faults of Stripe and of its deliveries."""
    webhooks = ROUGH_WEBHOOKS if rough else USUAL_WEBHOOKS
    await stripe.control("POST", "webhooks", {"retry_seconds": RETRY_SECONDS, **webhooks})
    for rule in ROUGH_API if rough else ():
        await stripe.control("POST", "faults", rule)


@dataclass(frozen=True)
class Suffered:
    """How often each fault struck."""

    api: dict[str, int]
    webhooks: dict[str, int]


async def end(stripe: Stripe) -> Suffered:
    """Take the faults away and tell how often each struck."""
    api = (await stripe.control("GET", "faults"))["faults"]
    webhooks = (await stripe.control("GET", "webhooks"))["faults"]
    await stripe.control("DELETE", "faults")
    await stripe.control("DELETE", "webhooks")
    return Suffered(
        {rule["fault"]: rule["struck"] for rule in api},
        {rule["fault"]: rule["struck"] for rule in webhooks},
    )


class Killer:
    """Kills a child every few seconds and starts it again.

    Args:
        child: the victim.
        port: where it answers once it runs.
    """

    def __init__(self, child: Child, port: int) -> None:
        self._child = child
        self._port = port
        self.kills = 0

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Kill for as long as the block lasts; the child runs when it ends."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            if self._child.pid is None:
                self._child.start()

    async def _run(self) -> None:
        while True:
            await asyncio.gather(asyncio.sleep(KILL_SECONDS), self._work())
            self._child.kill()
            self.kills += 1
            self._child.start()

    async def _work(self) -> None:
        started = time.monotonic()
        while not await asyncio.to_thread(answers, self._port, "/health"):  # noqa: ASYNC110 -- another process sets no event
            await asyncio.sleep(POLL_SECONDS)
        await asyncio.sleep(work_seconds(time.monotonic() - started))


def work_seconds(start_seconds: float) -> float:
    """How long a worker works before it is killed, that took so long to start.

    On a busy machine it is slow at both: one that is mostly killed while starting proves nothing,
    and gets nothing done.
    """
    return max(WORK_SECONDS, start_seconds)
