"""The webhook sender: signs and posts deliveries beside the API, retries them on the clock."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
from collections import deque
from typing import TYPE_CHECKING, Any

import aiohttp

from stripe_simulator import events
from stripe_simulator.signature import sign

if TYPE_CHECKING:
    from stripe_simulator.objects.delivery import Delivery
    from stripe_simulator.objects.event import Event
    from stripe_simulator.objects.webhook_endpoint import WebhookEndpoint
    from stripe_simulator.state import State

Json = dict[str, Any]
LOG = logging.getLogger("stripe_simulator.webhooks")
GATHER = 0.02  # real seconds to wait for more deliveries to shuffle
BIG = 1_048_576  # bytes
OLD, FUTURE = -3_600, 3_600  # seconds from the time of signing

REPLACED: dict[str, Json] = {
    "unknown_type": {"type": "simulator.unknown"},
    "other_version": {"api_version": "2020-08-27"},
    "livemode": {"livemode": True},
    "big_body": {"padding": "x" * BIG},
}


class Sender:
    """Delivers what is due, at most `webhook_concurrency` at a time."""

    def __init__(self, world: State) -> None:
        """Serve this world once started."""
        self.world = world
        self.queue: deque[str] = deque()
        self.running: set[asyncio.Task[None]] = set()
        self.counts = {"delivered": 0, "failed": 0}
        self._wake = asyncio.Event()
        self._quiet = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None
        self._task: asyncio.Task[None] | None = None
        self._draining = 0
        world.on_delivery = self.push

    def push(self, delivery_id: str) -> None:
        """Take a delivery that is due."""
        self.queue.append(delivery_id)
        self._quiet.clear()
        self._wake.set()

    def nudge(self) -> None:
        """Look again at what may be sent, after a setting changed."""
        self._wake.set()

    def start(self) -> None:
        """Begin to deliver."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            auto_decompress=False,
        )
        self._task = asyncio.create_task(self._dispatch())

    async def stop(self) -> None:
        """Stop delivering; what is under way is dropped."""
        tasks = [*self.running, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def drain(self) -> Json:
        """Deliver everything that is due, held back or not.

        Returns how many attempts succeeded and failed since the last drain.
        """
        self._draining += 1
        self._wake.set()
        try:
            while self.queue or self.running:
                self._quiet.clear()
                self._wake.set()
                await self._quiet.wait()
        finally:
            self._draining -= 1
        done, self.counts = self.counts, {"delivered": 0, "failed": 0}
        waiting = sum(timer.kind == "deliver" for timer in self.world.clock.timers)
        return {**done, "scheduled": waiting}

    def _may_send(self) -> bool:
        held = self.world.config.webhook_hold and not self._draining
        return (
            bool(self.queue)
            and not held
            and (len(self.running) < self.world.config.webhook_concurrency)
        )

    async def _dispatch(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self.world.webhook_faults.reorder > 1 and self.queue:
                await asyncio.sleep(GATHER)
                self._shuffle(self.world.webhook_faults.reorder)
            while self._may_send():
                task = asyncio.create_task(self._deliver(self.queue.popleft()))
                self.running.add(task)
                task.add_done_callback(self._done)
            if not self.queue and not self.running:
                self._quiet.set()

    def _done(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.world.bugs.append(repr(task.exception()))
        if not self.queue and not self.running:
            self._quiet.set()
        self._wake.set()

    def _shuffle(self, window: int) -> None:
        """Shuffle the queue in groups of `window`."""
        waiting = list(self.queue)
        self.queue.clear()
        for start in range(0, len(waiting), window):
            group = waiting[start : start + window]
            self.world.webhook_faults.random.shuffle(group)
            self.queue.extend(group)

    async def _deliver(self, delivery_id: str) -> None:
        store = self.world.store
        delivery = store.deliveries.get(delivery_id)
        event = store.events.get(delivery.event) if delivery else None
        endpoint = store.webhook_endpoints.get(delivery.endpoint) if delivery else None
        if delivery is None or event is None or delivery.status != "pending":
            return
        if endpoint is None or endpoint.status != "enabled":
            events.settled(self.world, delivery, delivered=False)
            return
        status = await self._attempt(delivery, event, endpoint)
        self._note(delivery, status)

    async def _attempt(
        self, delivery: Delivery, event: Event, endpoint: WebhookEndpoint
    ) -> int | None:
        """Post once; return the status, or None when nothing was heard."""
        delivery.attempts += 1
        delivery.last_attempt_at = self.world.clock.now()
        if delivery.losses > 0:
            delivery.losses -= 1
            return None
        body = self._body(event, endpoint, delivery)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": self._signature(body, endpoint, delivery),
        }
        return await self._post(self._url(endpoint, delivery), body, headers)

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        if self._session is None:
            return None
        timeout = aiohttp.ClientTimeout(total=self.world.config.webhook_timeout)
        try:
            async with self._session.post(
                url, data=io.BytesIO(body), headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None

    def _note(self, delivery: Delivery, status: int | None) -> None:
        """Record how an attempt went, and plan the next one."""
        world = self.world
        delivery.last_status = status
        if status is not None and 200 <= status < 300:  # noqa: PLR2004 - HTTP success
            self.counts["delivered"] += 1
            events.settled(world, delivery, delivered=True)
            return
        self.counts["failed"] += 1
        retries = world.config.webhook_retries
        if delivery.attempts > len(retries):
            events.settled(world, delivery, delivered=False)
            return
        delivery.next_attempt_at = world.clock.now() + retries[delivery.attempts - 1]
        world.clock.at(delivery.next_attempt_at, "deliver", delivery.id)
        world.on_timer()

    def _url(self, endpoint: WebhookEndpoint, delivery: Delivery) -> str:
        if "misrouted" not in (delivery.faults or ()):
            return endpoint.url
        others = self.world.store.webhook_endpoints.oldest()
        return next(
            (other.url for other in others if other.connect != endpoint.connect), endpoint.url
        )

    def _signature(self, body: bytes, endpoint: WebhookEndpoint, delivery: Delivery) -> str:
        faults = delivery.faults or ()
        at = self.world.clock.signing_time()
        at += OLD if "old_timestamp" in faults else 0
        at += FUTURE if "future_timestamp" in faults else 0
        secrets = endpoint.secrets(self.world.clock.now())
        if "wrong_secret" in faults:
            secrets = ["whsec_wrong"]
        if "two_signatures" in faults:
            secrets = ["whsec_previous", *secrets]
        return sign(body, secrets, at)

    def _body(self, event: Event, endpoint: WebhookEndpoint, delivery: Delivery) -> bytes:
        """Return the stored bytes, changed only where a fault or the endpoint's version says."""
        stored = event.body(self.world)
        version = endpoint.api_version
        if not delivery.faults and version in {None, self.world.config.api_version}:
            return stored
        body: Json = json.loads(stored)
        body["api_version"] = version or body["api_version"]
        for fault in delivery.faults or ():
            body = self._damaged(body, fault)
        return json.dumps(body, separators=(",", ":")).encode()

    def _damaged(self, body: Json, fault: str) -> Json:
        if fault == "thin":
            return _thin(body)
        if fault.startswith("stale:"):
            earlier = self.world.store.events.get(fault.removeprefix("stale:"))
            if earlier is not None:
                data = json.loads(earlier.body(self.world))["data"]
                return body | {"data": {"object": data["object"]}}
        return body | REPLACED.get(fault, {})


def _thin(body: Json) -> Json:
    shown = body["data"]["object"]
    return {
        "id": body["id"],
        "object": "v2.core.event",
        "type": "v1." + body["type"],
        "livemode": body["livemode"],
        "created": body["created"],
        "related_object": {
            "id": shown.get("id"),
            "type": shown.get("object"),
            "url": "/v1/unknown",
        },
    }
