"""Webhooks: verified, stored raw, committed, answered."""

import asyncio
import time
from typing import Any

import orjson
import pytest
import stripe

from tests.support.service import CONNECT_SECRET, PLATFORM_SECRET, Reply, Service
from tests.support.waiting import eventually

PLATFORM, CONNECT = "/webhooks/stripe", "/webhooks/stripe/connect"
EVENT = {"id": "evt_1", "object": "event", "type": "charge.updated", "data": {"object": {}}}


async def deliver(
    service: Service,
    body: bytes,
    *,
    path: str = PLATFORM,
    secret: str = PLATFORM_SECRET,
    header: str | None = None,
) -> Reply:
    """Post a body as Stripe would."""
    signature = header or stripe.WebhookSignature.generate_signature_header(
        body.decode("latin1"), secret, int(time.time())
    )
    return await service.ask(
        "POST", path, data=body, headers={"Stripe-Signature": signature, "Authorization": None}
    )


def inbox(service: Service) -> list[tuple[Any, ...]]:
    """What is stored."""
    return service.database.execute(
        "SELECT source, event_id, payload, state, attempts"
        " FROM payments.webhook_inbox ORDER BY 1, 2"
    )


async def test_raw_bytes_are_kept(service: Service) -> None:
    """Not what a parser makes of them."""
    body = b'{ "id":"evt_1" ,"type":"x","n":1.10}'
    reply = await deliver(service, body)
    assert (reply.status, reply.body) == (200, {"received": True})
    assert inbox(service) == [("platform", "evt_1", body, "received", 0)]


async def test_fifty_deliveries_at_once_are_one_event(service: Service) -> None:
    """F29: each 200, one row, no attempt counted."""
    body = orjson.dumps(EVENT)
    replies = await asyncio.gather(*(deliver(service, body) for _ in range(50)))
    assert {reply.status for reply in replies} == {200}
    assert inbox(service) == [("platform", "evt_1", body, "received", 0)]


async def test_each_endpoint_has_its_own_secret(service: Service) -> None:
    """An event signed for one is refused at the other."""
    body = orjson.dumps(EVENT)
    for path, secret in ((PLATFORM, CONNECT_SECRET), (CONNECT, PLATFORM_SECRET)):
        reply = await deliver(service, body, path=path, secret=secret)
        assert (reply.status, reply.code) == (400, "invalid_signature")
    assert inbox(service) == []
    assert (await deliver(service, body, path=CONNECT, secret=CONNECT_SECRET)).status == 200


@pytest.mark.parametrize("header", ["x", "t=1,v1=00", "t=é,v1=é"])
async def test_a_bad_signature_is_400(service: Service, header: str) -> None:
    """Malformed, old, not even ASCII."""
    reply = await deliver(service, orjson.dumps(EVENT), header=header)
    assert (reply.status, reply.code) == (400, "invalid_signature")


@pytest.mark.parametrize("body", [b"nonsense", b"{}", b'{"id":"a\\u0000b"}', b""])
async def test_an_unreadable_event_is_kept_and_ends_dead(service: Service, body: bytes) -> None:
    """F40: it was signed, so it is stored, seen by people, and blocks nobody."""
    assert (await deliver(service, body)).status == 200
    await deliver(service, orjson.dumps(EVENT | {"type": "unheard.of"}))
    await service.start_worker()

    async def ended() -> bool:
        return {row[3] for row in inbox(service)} == {"dead", "ignored"}

    await eventually(ended)


async def test_too_large_is_413(service: Service) -> None:
    """F77: 256 KiB are plenty."""
    reply = await deliver(service, b"x" * (256 * 1024 + 1))
    assert (reply.status, reply.code) == (413, "payload_too_large")
    assert (await deliver(service, b"x" * (256 * 1024))).status == 200


async def test_database_trouble_is_503(service: Service) -> None:
    """F36: never 200, so that Stripe comes again; never 500 either."""
    service.database.execute(
        "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA api FROM payments_webhook, payments_worker"
    )
    reply = await deliver(service, orjson.dumps(EVENT))
    assert (reply.status, reply.code) == (503, "unavailable")
    assert inbox(service) == []
