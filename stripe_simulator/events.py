"""Making events: the body is fixed at the moment of the change, then sent to who asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stripe_simulator.objects.delivery import Delivery
from stripe_simulator.objects.event import Event

if TYPE_CHECKING:
    from stripe_simulator.objects.webhook_endpoint import WebhookEndpoint
    from stripe_simulator.webhook_faults import Rule
    from stripe_simulator.world import World

Json = dict[str, Any]
SAMPLE_BYTES = 32_000  # the farthest back deflate can look


def emit(world: World, kind: str, shown: Json, account: str | None, previous: Json | None) -> Event:
    """Record an event; `account` is the connected account it happened on, if any."""
    request_id, key = world.request
    body: Json = {
        "id": world.ids.make("evt_"),
        "object": "event",
        "api_version": world.config.api_version,
        "created": world.clock.seconds(),
        "data": {"object": shown} | ({"previous_attributes": previous} if previous else {}),
        "livemode": world.config.livemode,
        "request": {"id": request_id, "idempotency_key": key},
        "type": kind,
    }
    connected = account is not None and account != world.platform
    if connected:
        body["account"] = account
    return _record(world, body, account or world.platform)


def _record(world: World, body: Json, account: str) -> Event:
    endpoints = [
        endpoint
        for endpoint in world.store.webhook_endpoints.oldest()
        if endpoint.status == "enabled"
        and endpoint.connect == ("account" in body)
        and endpoint.wants(body["type"])
    ]
    body["pending_webhooks"] = len(endpoints)
    data = json.dumps(body, separators=(",", ":")).encode()
    if len(world.packer.sample) < SAMPLE_BYTES and not world.store.events.rows:
        world.packer.sample = typical(data)
    event = Event(
        id=body["id"],
        account=account,
        created=body["created"],
        type=body["type"],
        packed=world.packer.pack(data),
        pending_webhooks=len(endpoints),
        undelivered=bool(endpoints),
    )
    world.store.events.add(event)
    if endpoints:
        world.undelivered[event.id] = None
    for endpoint in endpoints:
        _send(world, event, endpoint, body)
    return event


def _send(world: World, event: Event, endpoint: WebhookEndpoint, body: Json) -> None:
    rules = world.webhook_faults.strike(event.type, endpoint.id)
    delivery = _delivery(world, event, endpoint)
    for rule in rules:
        _tamper(world, event, delivery, rule)
        if rule.fault == "duplicate":
            for _ in range(rule.count()):
                queue(world, _delivery(world, event, endpoint, shadow=True))
        if rule.fault == "duplicate_new_id":
            twin = body | {"id": world.ids.make("evt_")}
            world.after(lambda twin=twin: _twin(world, twin, event.account, endpoint))  # type: ignore[misc]
    if delivery.status == "pending":
        queue(world, delivery)


def _twin(world: World, body: Json, account: str, endpoint: WebhookEndpoint) -> None:
    event = Event(
        id=body["id"],
        account=account,
        created=body["created"],
        type=body["type"],
        packed=world.packer.pack(json.dumps(body, separators=(",", ":")).encode()),
        pending_webhooks=1,
        undelivered=True,
    )
    world.store.events.add(event)
    world.undelivered[event.id] = None
    queue(world, _delivery(world, event, endpoint))


def _delivery(
    world: World, event: Event, endpoint: WebhookEndpoint, *, shadow: bool = False
) -> Delivery:
    now = world.clock.now()
    return world.store.deliveries.add(
        Delivery(
            id=world.ids.make("del_"),
            account=event.account,
            created=int(now),
            event=event.id,
            endpoint=endpoint.id,
            next_attempt_at=now,
            shadow=shadow,
        )
    )


def _tamper(world: World, event: Event, delivery: Delivery, rule: Rule) -> None:
    if rule.fault == "drop":
        delivery.losses = rule.count()
    elif rule.fault == "drop_forever":
        delivery.status, delivery.next_attempt_at = "dropped", None
        event.undelivered = True
    elif rule.fault == "delay":
        delivery.next_attempt_at = world.clock.now() + rule.seconds()
    elif rule.fault == "stale":
        _make_stale(world, event, delivery)
    delivery.faults = [*(delivery.faults or []), rule.fault]


def _make_stale(world: World, event: Event, delivery: Delivery) -> None:
    """Let the delivery carry the object as the first event about it had it."""
    wanted = json.loads(event.body(world))["data"]["object"].get("id")
    for earlier in world.store.events.oldest():
        if json.loads(earlier.body(world))["data"]["object"].get("id") == wanted:
            delivery.faults = [*(delivery.faults or []), f"stale:{earlier.id}"]
            return


def queue(world: World, delivery: Delivery) -> None:
    """Hand a delivery to the sender, now or when its time has come."""
    due = delivery.next_attempt_at
    if due is not None and due > world.clock.now():
        world.clock.at(due, "deliver", delivery.id)
        world.on_timer()
    else:
        world.on_delivery(delivery.id)


def settled(world: World, delivery: Delivery, *, delivered: bool) -> None:
    """Note that a delivery succeeded or was given up."""
    delivery.status = "delivered" if delivered else "failed"
    delivery.next_attempt_at = None
    event = world.store.events.get(delivery.event)
    if event is None or delivery.shadow or not delivered:
        return
    event.pending_webhooks -= 1
    if event.pending_webhooks == 0:
        event.undelivered = False
        world.undelivered.pop(event.id, None)


def typical(data: bytes) -> bytes:
    """Return a body that others will resemble, to compress them against."""
    return data[-SAMPLE_BYTES:]
