"""Making events: the body is fixed at the moment of the change, then sent to who asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stripe_simulator.objects.delivery import Delivery
from stripe_simulator.objects.event import Event
from stripe_simulator.objects.shared import encode

if TYPE_CHECKING:
    from stripe_simulator.objects.webhook_endpoint import WebhookEndpoint
    from stripe_simulator.state import State
    from stripe_simulator.webhook_faults import Rule

Json = dict[str, Any]
INTENT, CHARGE = 0, 1


def emit(
    world: State,
    kind: str,
    shown: Json,
    account: str | None = None,
    previous: Json | None = None,
) -> Event:
    """Record an event about an object as it is shown now, and send it on its way.

    `account` is the connected account it happened on, if any.
    """
    request_id, key = world.request
    envelope: Json = {
        "id": world.ids.make("evt_"),
        "object": "event",
        "api_version": world.config.api_version,
        "created": world.clock.seconds(),
        "livemode": world.config.livemode,
        "request": {"id": request_id, "idempotency_key": key},
        "type": kind,
    }
    if account is not None and account != world.platform:
        envelope["account"] = account
    endpoints = _listeners(world, kind, account or world.platform)
    envelope["pending_webhooks"] = len(endpoints)
    text = encode(shown)
    event = _record(world, envelope, _written(envelope, text, previous), account or world.platform)
    world.echo = (shown, text, event.id)
    for endpoint in endpoints:
        _send(world, event, endpoint)
    return event


def _listeners(world: State, kind: str, account: str) -> list[WebhookEndpoint]:
    """Return the endpoints of the account itself, and the platform's for connected ones."""
    return [
        endpoint
        for endpoint in world.store.webhook_endpoints.oldest()
        if endpoint.status == "enabled"
        and endpoint.account == (world.platform if endpoint.connect else account)
        and not (endpoint.connect and account == world.platform)
        and endpoint.wants(kind)
    ]


def _written(envelope: Json, text: str, previous: Json | None) -> bytes:
    """Put the object's text into the event's, so that it is written only once."""
    more = f',"previous_attributes":{encode(previous)}' if previous else ""
    return f'{encode(envelope)[:-1]},"data":{{"object":{text}{more}}}}}'.encode()


def _record(world: State, envelope: Json, data: bytes, account: str) -> Event:
    sample = CHARGE if envelope["type"].startswith("charge.") else INTENT
    pending = envelope["pending_webhooks"]
    return world.store.events.add(
        Event(
            id=envelope["id"],
            account=account,
            created=envelope["created"],
            type=envelope["type"],
            packed=world.packer.pack(data, sample),
            pending_webhooks=pending,
            undelivered=pending > 0,
        )
    )


def _send(world: State, event: Event, endpoint: WebhookEndpoint) -> None:
    rules = world.webhook_faults.strike(event.type, endpoint.id)
    delivery = _delivery(world, event, endpoint)
    for rule in rules:
        _tamper(world, event, delivery, rule)
        if rule.fault == "duplicate":
            for _ in range(rule.count()):
                queue(world, _delivery(world, event, endpoint, shadow=True))
        if rule.fault == "duplicate_new_id":
            _twin(world, event, endpoint)
    if delivery.status == "pending":
        queue(world, delivery)


def _twin(world: State, event: Event, endpoint: WebhookEndpoint) -> None:
    """Record a second event for the same change, and send that too."""
    body = event.render(world) | {"id": world.ids.make("evt_"), "pending_webhooks": 1}
    twin = _record(world, body, encode(body).encode(), event.account)
    queue(world, _delivery(world, twin, endpoint))


def _delivery(
    world: State, event: Event, endpoint: WebhookEndpoint, *, shadow: bool = False
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


def _tamper(world: State, event: Event, delivery: Delivery, rule: Rule) -> None:
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


def _make_stale(world: State, event: Event, delivery: Delivery) -> None:
    """Let the delivery carry the object as the first event about it had it."""
    wanted = json.loads(event.body(world))["data"]["object"].get("id")
    for earlier in world.store.events.oldest():
        if json.loads(earlier.body(world))["data"]["object"].get("id") == wanted:
            delivery.faults = [*(delivery.faults or []), f"stale:{earlier.id}"]
            return


def queue(world: State, delivery: Delivery) -> None:
    """Hand a delivery to the sender, now or when its time has come."""
    due = delivery.next_attempt_at
    if due is not None and due > world.clock.now():
        world.clock.at(due, "deliver", delivery.id)
        world.on_timer()
    else:
        world.on_delivery(delivery.id)


def settled(world: State, delivery: Delivery, *, delivered: bool) -> None:
    """Note that a delivery succeeded or was given up."""
    delivery.status = "delivered" if delivered else "failed"
    delivery.next_attempt_at = None
    event = world.store.events.get(delivery.event)
    if event is None or delivery.shadow or not delivered:
        return
    rows = world.store.deliveries.where("event", event.id)
    event.pending_webhooks = sum(not row.shadow and row.status != "delivered" for row in rows)
    event.undelivered = event.pending_webhooks > 0
