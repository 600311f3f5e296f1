"""Stripe's webhooks: verify, store the raw bytes, commit, 200. Nothing is understood here."""

import time
from http import HTTPStatus

from aiohttp import web

from app.database.inbox import Delivery, describe
from app.errors import DatabaseError, Problem
from app.http.context import SERVICES, Services
from app.http.endpoint import check_encoding, count_request, read_body
from app.observability.tracing import answered, spans
from app.stripe.webhook_signature import verify_signature

MAX_BODY_BYTES = 256 * 1024
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
    context = await services.event_traces.of(body) if spans.on else None
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
