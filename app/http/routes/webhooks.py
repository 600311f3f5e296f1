"""Stripe's webhooks: verify, store the raw bytes, commit, 200. Nothing is understood here."""

import hashlib
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, TypeGuard

import orjson
from aiohttp import web

from app.database.client import Database, Jsonb
from app.database.group_commit import MicroBatch
from app.database.notify import WEBHOOKS, Notifier
from app.errors import DatabaseError, Problem, Refused
from app.failpoints import failpoint
from app.http.context import SERVICES, Delivery, Services
from app.http.endpoint import check_encoding, count_request, read_body
from app.observability.tracing import answered, spans
from app.stripe.gateway import verify_signature

MAX_BODY_BYTES = 256 * 1024
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
RECEIVED = b'{"received":true}'


async def platform(request: web.Request) -> web.Response:
    """POST /webhooks/stripe."""
    return await _receive(request, "platform")


async def connect(request: web.Request) -> web.Response:
    """POST /webhooks/stripe/connect."""
    return await _receive(request, "connect")


async def _receive(request: web.Request, source: str) -> web.Response:
    started = time.time_ns()
    services = request.app[SERVICES]
    check_encoding(request)
    body = await read_body(request)
    header = request.headers.get("Stripe-Signature")
    if not verify_signature(header, body, services.secrets[source], time.time()):
        await count_request(request)  # Stripe's own are never counted
        raise Problem("invalid_signature")
    delivery = describe(source, body)
    context = await services.origins.of(body) if spans.on else None
    with spans.request(request.method, request.path, context, started=started) as span:
        span.set_attribute("messaging.message.id", delivery.event_id)
        await _store(services, delivery)
        answered(span, HTTPStatus.OK)
    return web.Response(body=RECEIVED, content_type="application/json")


async def _store(services: Services, delivery: Delivery) -> None:
    try:
        await services.inbox.submit(delivery)
    except DatabaseError as error:
        # Whatever it was: Stripe must come again.
        raise Problem("unavailable") from error


def inbox(database: Database, notifier: Notifier) -> MicroBatch[Delivery, None]:
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
