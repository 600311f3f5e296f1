"""What ours is measured against: the barest thing that does the same outside work.

`python -m bench.floor webhooks PORT`: verifies the signature, does the same micro-batched INSERT.
`python -m bench.floor intents PORT`: makes the same call with the SDK; no database at all.
`python -m bench.floor transfers CALLS CONCURRENCY`: a loop of SDK calls; prints calls a second.
All three take addresses and secrets from the environment of the service.
"""

import asyncio
import hashlib
import hmac
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, LiteralString
from uuid import uuid4

import aiohttp
import orjson
import psycopg
import stripe
from aiohttp import web

from app.database.group_commit import MicroBatch

TOLERANCE_SECONDS = 300
FLUSHES = 2
MAX_BATCH = 64
"""As in app/http/routes/webhooks.py: the same batching on both sides."""

INSERT: LiteralString = """
INSERT INTO payments.webhook_inbox
    (source, event_id, event_type, object_ids, payload, state, next_run_at, received_at)
SELECT 'platform', e.event_id, e.event_type, '[]', e.payload, 'received', now(), now()
  FROM unnest(%s::text[], %s::text[], %s::bytea[]) AS e (event_id, event_type, payload)
ON CONFLICT (source, event_id) DO NOTHING
"""

Event = tuple[str, str, bytes]
INBOX: web.AppKey[MicroBatch[Event, None]] = web.AppKey("inbox", MicroBatch)
CLIENT: web.AppKey[stripe.StripeClient] = web.AppKey("client", stripe.StripeClient)


# ── webhooks ──────────────────────────────────────────────────────────────────────────────────


async def _receive(request: web.Request) -> web.Response:
    body = await request.read()
    if not _verified(request.headers["Stripe-Signature"], body):
        return web.Response(status=400)
    event = orjson.loads(body)
    await request.app[INBOX].submit((event["id"], event["type"], body))
    return web.Response(body=b'{"received":true}', content_type="application/json")


def _verified(header: str, body: bytes) -> bool:
    moment, _, given = header.removeprefix("t=").partition(",v1=")
    if abs(time.time() - int(moment)) > TOLERANCE_SECONDS:
        return False
    secret = os.environ["STRIPE_WEBHOOK_SECRET"].encode()
    expected = hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, given)


async def _inbox(app: web.Application) -> AsyncIterator[None]:
    free: asyncio.LifoQueue[psycopg.AsyncConnection[Any]] = asyncio.LifoQueue()
    for _ in range(FLUSHES):
        free.put_nowait(
            await psycopg.AsyncConnection.connect(os.environ["FLOOR_DATABASE_URL"], autocommit=True)
        )

    async def store(events: list[Event]) -> Sequence[None]:
        connection = await free.get()
        try:
            columns = [list(column) for column in zip(*events, strict=True)]
            await connection.execute(INSERT, columns, prepare=True)
        finally:
            free.put_nowait(connection)
        return [None] * len(events)

    app[INBOX] = MicroBatch(store, max_items=MAX_BATCH, concurrency=FLUSHES)
    yield


# ── calls with the SDK ────────────────────────────────────────────────────────────────────────


def _client(session: aiohttp.ClientSession) -> stripe.StripeClient:
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        os.environ["STRIPE_SECRET_KEY"],
        base_addresses={"api": os.environ["STRIPE_API_BASE"]},
        http_client=stripe.AIOHTTPClient(session=session),
    )


def _metadata(*names: str) -> dict[str, str]:
    return {name: str(uuid4()) for name in names}


async def _create(request: web.Request) -> web.Response:
    asked = orjson.loads(await request.read())
    metadata = _metadata("operation_id", "payment_id", "tenant_id")
    intent = await request.app[CLIENT].v1.payment_intents.create_async(
        {
            "amount": asked["amount"],
            "currency": asked["currency"],
            "capture_method": "automatic_async",
            "automatic_payment_methods": {"enabled": True},
            "transfer_group": f"pay_{metadata['payment_id']}",
            "metadata": {**metadata, "order_id": asked["orderId"]},
        },
        {"idempotency_key": request.headers["Idempotency-Key"]},
    )
    answer = {"id": intent.id, "status": intent.status, "clientSecret": intent.client_secret}
    return web.Response(body=orjson.dumps(answer), status=201, content_type="application/json")


async def _sdk(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession() as session:
        app[CLIENT] = _client(session)
        yield


async def transfers(calls: int, concurrency: int) -> float:
    """Calls a second of a bare loop."""
    async with aiohttp.ClientSession() as session:
        client = _client(session)
        numbers = iter(range(calls))

        async def work() -> None:
            for _ in numbers:
                await _transfer(client)

        await _transfer(client)
        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(concurrency)))
        return calls / (time.perf_counter() - started)


async def _transfer(client: stripe.StripeClient) -> None:
    metadata = _metadata("operation_id", "payment_id", "transfer_id", "tenant_id")
    await client.v1.transfers.create_async(
        {
            "amount": 7001,
            "currency": "usd",
            "destination": "acct_00000000000000000000",
            "source_transaction": "ch_00000000000000000000",
            "transfer_group": f"pay_{metadata['payment_id']}",
            "metadata": metadata,
        },
        {"idempotency_key": f"{metadata['operation_id']}:0"},
    )


# ── the processes ─────────────────────────────────────────────────────────────────────────────


def _app(kind: str) -> web.Application:
    app = web.Application()
    if kind == "webhooks":
        app.router.add_post("/webhooks/stripe", _receive)
        app.cleanup_ctx.append(_inbox)
    else:
        app.router.add_post("/api/v1/payments/intents", _create)
        app.cleanup_ctx.append(_sdk)
    return app


def main(kind: str, first: int, second: int = 0) -> None:
    """Be the floor that is asked for."""
    if kind == "transfers":
        print(asyncio.run(transfers(first, second)))
    else:
        web.run_app(_app(kind), host="127.0.0.1", port=first, access_log=None, print=None)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
