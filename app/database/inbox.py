"""The inbox of Stripe's events: how a delivery is stored before anything in it is understood."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import orjson

from app.database.client import Database, Jsonb
from app.database.group_commit import MicroBatch
from app.database.notify import WEBHOOKS, Notifier
from app.errors import Refused
from app.failpoints import failpoint

MAX_BATCH = 64
FLUSHES = 2
"""Commits under way at once: while one waits for its disk the next is filled."""

MAX_ID_CHARS = 255
NAMING = (
    "id",
    "payment_intent",
    "charge",
    "transfer",
    "source_transaction",
    "destination",
    "account",
)
"""Fields of an event's object that may hold an id of ours: by them its tenant is found."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified webhook, as it goes into the inbox.

    Attributes:
        source: platform or connect.
        event_id: Stripe's, or `sha256:…` when the body names none.
        event_type: as the event says, or empty.
        object_ids: Stripe ids the event names.
        payload: the raw body.
    """

    source: str
    event_id: str
    event_type: str
    object_ids: list[str]
    payload: bytes


Inbox = MicroBatch[Delivery, None]


def inbox(database: Database, notifier: Notifier) -> Inbox:
    """Group commit for concurrent deliveries."""

    async def store(deliveries: list[Delivery]) -> Sequence[None]:
        await failpoint("webhook.before_store")
        fresh = await database.value(
            "inbox_receive",
            sources=[d.source for d in deliveries],
            event_ids=[d.event_id for d in deliveries],
            event_types=[d.event_type for d in deliveries],
            object_ids=[Jsonb(d.object_ids) for d in deliveries],
            payloads=[d.payload for d in deliveries],
        )
        await failpoint("webhook.after_store")
        if fresh:
            notifier.wake(WEBHOOKS)
        return [None] * len(deliveries)

    return MicroBatch(
        store,
        function="inbox_receive",
        max_items=MAX_BATCH,
        concurrency=FLUSHES,
        one_by_one=(Refused,),
    )


def describe(source: str, body: bytes) -> Delivery:
    """What the inbox is told of an event: enough to find its tenant by, no more."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError:
        event = None
    if not isinstance(event, dict) or not _is_id(event.get("id")):
        return Delivery(source, f"sha256:{hashlib.sha256(body).hexdigest()}", "", [], body)
    kind = event.get("type")
    return Delivery(source, event["id"], kind if _is_id(kind) else "", _names(event), body)


def _names(event: dict[str, Any]) -> list[str]:
    data = event.get("data")
    found = data.get("object") if isinstance(data, dict) else None
    values = [event.get("account")]
    if isinstance(found, dict):
        values += [found.get(name) for name in NAMING]
    ids = [value.get("id") if isinstance(value, dict) else value for value in values]
    return list(dict.fromkeys(value for value in ids if _is_id(value)))


def _is_id(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARS and "\x00" not in value
