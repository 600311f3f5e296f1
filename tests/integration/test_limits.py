"""Limits on a real Valkey: counted, told, refused; and what happens when it is not there."""

import asyncio
import hmac
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

import pytest
import pytest_asyncio
import redis

from app.config import Settings, load_settings
from app.http import application
from app.http.input.client_address import parse_hop
from app.http.limits.limiter import (
    OPEN_SECONDS,
    WINDOW_SECONDS,
    Limiter,
    LocalCounter,
    Verdict,
    fallbacks,
)
from local.embedded import EmbeddedValkey
from tests.support.database import Database
from tests.support.service import (
    PLATFORM_SECRET,
    TENANT,
    Service,
    running_service,
    token,
)
from tests.unit.test_config import GOOD

LONG_BUDGET = 20.0
"""A budget that a busy machine keeps: these tests are about counting, not about time."""

ADDRESS = parse_hop("203.0.113.9")
OTHER = parse_hop("203.0.113.10")
MINE = UUID(TENANT)


class Clock:
    """Monotonic seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def settings(redis_url: str, **changes: str) -> Settings:
    """With small limits."""
    small = {"RATE_LIMIT_PER_IP": "5", "RATE_LIMIT_PAYMENTS_PER_USER": "3"}
    return load_settings(GOOD | {"REDIS_URL": redis_url} | small | changes)


@asynccontextmanager
async def limiter(
    redis_url: str, *, budget: float = LONG_BUDGET, clock: Clock | None = None
) -> AsyncIterator[Limiter]:
    """A limiter, closed afterwards."""
    made = Limiter(settings(redis_url), budget_seconds=budget, clock=clock or Clock())
    yield made
    await made.close()


@pytest.fixture
def own_valkey() -> Iterator[EmbeddedValkey]:
    """A server of this test, to be stopped at will."""
    with EmbeddedValkey() as made:
        yield made


@pytest_asyncio.fixture
async def limited(
    database: Database, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    """A service that counts in Valkey, with the limits of the contract, behind a proxy."""
    monkeypatch.setattr(application, "Limiter", partial(Limiter, budget_seconds=LONG_BUDGET))
    async with running_service(
        database,
        REDIS_URL=redis_url,
        RATE_LIMIT_PER_IP="100",
        RATE_LIMIT_PAYMENTS_PER_USER="10",
        TRUSTED_PROXY_IPS="127.0.0.1/32",
    ) as running:
        yield running


def told(verdicts: list[Verdict]) -> list[tuple[bool, int]]:
    """Whether each was allowed, and how many were left."""
    return [(v.allowed, v.remaining) for v in verdicts]


async def test_two_processes_count_together(redis_url: str) -> None:
    """An address and a user have one number, however many processes they meet."""
    async with limiter(redis_url) as one, limiter(redis_url) as two:
        seen = [await which.request(ADDRESS) for which in (one, two, one, two, one, two)]
        assert told(seen) == [(True, 4), (True, 3), (True, 2), (True, 1), (True, 0), (False, 0)]
        assert (await one.request(OTHER)).allowed
        paid = [await which.payment(MINE, "u") for which in (one, two, one, two)]
        assert told(paid) == [(True, 2), (True, 1), (True, 0), (False, 0)]
        assert (await one.payment(MINE, "v")).allowed
        assert (await one.payment(UUID(int=1), "u")).allowed
        assert all(1 <= v.reset <= WINDOW_SECONDS for v in seen + paid)


async def test_the_limit_holds_among_many_at_once(redis_url: str) -> None:
    """M27: not one more than allowed, in two processes at the same moment."""
    async with limiter(redis_url) as one, limiter(redis_url) as two:
        asked = (which.payment(MINE, "u") for _ in range(20) for which in (one, two))
        assert sum(v.allowed for v in await asyncio.gather(*asked)) == 3


async def test_an_ipv6_subscriber_is_counted_once(redis_url: str) -> None:
    """By its /64: it has more addresses than we have counters."""
    async with limiter(redis_url) as one:
        for n in range(5):
            assert (await one.request(parse_hop(f"2001:db8::{n + 1}"))).allowed
        assert not (await one.request(parse_hop("2001:db8::ffff"))).allowed
        assert (await one.request(parse_hop("2001:db8:0:1::1"))).allowed


def alone() -> float:
    """How many requests were counted without Redis so far."""
    return sum(
        sample.value
        for metric in fallbacks.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    )


async def still_limits(made: Limiter) -> None:
    """Five of six requests are allowed, whoever counts them."""
    before = alone()
    seen = [await made.request(ADDRESS) for _ in range(6)]
    assert [v.allowed for v in seen] == [True] * 5 + [False]
    assert alone() == before + 6


async def test_redis_down_and_up_again(own_valkey: EmbeddedValkey) -> None:
    """F71: counted alone while it is away; tried again by one request after five seconds."""
    clock = Clock()
    async with limiter(own_valkey.url, clock=clock) as made:
        assert (await made.request(OTHER)).allowed
        own_valkey.kill()
        await still_limits(made)
        own_valkey.start()
        before = alone()
        await made.request(OTHER)
        assert alone() == before + 1, "the breaker is open"
        clock.now += OPEN_SECONDS
        await made.request(OTHER)
        await made.request(OTHER)
        assert alone() == before + 1, "and closed again"


async def test_redis_hung(own_valkey: EmbeddedValkey) -> None:
    """F72: a server that accepts and says nothing costs one budget, then nothing."""
    clock = Clock()
    async with limiter(own_valkey.url, clock=clock) as made:
        assert (await made.request(OTHER)).allowed
        os.kill(own_valkey.pid, signal.SIGSTOP)
        try:
            made._budget = 0.05
            await still_limits(made)
        finally:
            os.kill(own_valkey.pid, signal.SIGCONT)
        made._budget = LONG_BUDGET
        clock.now += OPEN_SECONDS
        before = alone()
        fresh = parse_hop("203.0.113.11")
        seen = [await made.request(fresh) for _ in range(6)]
        assert told(seen) == [(True, n) for n in (4, 3, 2, 1, 0)] + [(False, 0)], "answers are ours"
        assert alone() == before


async def test_redis_out_of_memory(own_valkey: EmbeddedValkey) -> None:
    """F74: it answers, and refuses to write."""
    async with limiter(own_valkey.url) as made:
        with redis.Redis.from_url(own_valkey.url) as client:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", "1")
        await still_limits(made)


async def test_redis_emptied(redis_url: str) -> None:
    """F73, F74: keys and scripts gone: counting starts anew, and nobody is refused for it."""
    async with limiter(redis_url) as made:
        before = alone()
        seen = [await made.request(ADDRESS) for _ in range(6)]
        with redis.Redis.from_url(redis_url) as client:
            client.flushdb()
            client.script_flush()
        seen += [await made.request(ADDRESS) for _ in range(6)]
        assert [v.allowed for v in seen] == ([True] * 5 + [False]) * 2
        assert alone() == before


def test_counting_alone_is_bounded() -> None:
    """Whoever was counted longest ago is forgotten; a window ends."""
    counter = LocalCounter(max_keys=3)
    for n in range(10):
        counter.hit(f"k{n}", 0.0)
    assert len(counter) == 3
    assert counter.hit("k9", 10.0) == (2, 50.0)
    assert counter.hit("k0", 10.0) == (1, 60.0)
    assert counter.hit("k9", 60.0) == (1, 60.0)


# ── over HTTP ─────────────────────────────────────────────────────────────────────────────────


async def test_the_eleventh_payment_of_a_user_is_429(limited: Service) -> None:
    """Told by both headers and Retry-After; another user and another route go on."""
    limited.http.headers["X-Forwarded-For"] = "203.0.113.9"
    for n in range(10):
        reply = await limited.ask("POST", "/api/v1/payments/intents", {"amount": "bad"})
        assert (reply.status, reply.code) == (422, "validation_failed")
        assert reply.headers["RateLimit-Policy"] == '"default";q=100;w=60, "payments";q=10;w=60'
        assert f'"payments";r={9 - n};t=' in reply.headers["RateLimit"]
    reply = await limited.ask("POST", "/api/v1/payments/intents", {"amount": "bad"})
    assert (reply.status, reply.code) == (429, "rate_limited")
    assert 1 <= int(reply.headers["Retry-After"]) <= WINDOW_SECONDS
    assert f'"payments";r=0;t={reply.headers["Retry-After"]}' in reply.headers["RateLimit"]
    other = {"Authorization": f"Bearer {token(subject='other')}"}
    reply = await limited.ask("POST", "/api/v1/payments/intents", {"amount": "bad"}, headers=other)
    assert reply.status == 422
    assert (await limited.ask("GET", "/api/v1/payments")).status == 200


async def test_the_hundred_and_first_request_of_an_address_is_429(limited: Service) -> None:
    """Before its token is looked at; its neighbour, liars and probes are not concerned."""
    mine = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "Authorization": None}
    for n in range(100):
        reply = await limited.ask("GET", "/api/v1/payments", headers=mine)
        assert reply.status == 401
        assert reply.headers["RateLimit"].startswith(f'"default";r={99 - n};t=')
    spoofed = mine | {"X-Forwarded-For": "198.51.100.8, 203.0.113.9"}
    for headers in (mine, spoofed):
        reply = await limited.ask("GET", "/api/v1/payments", headers=headers)
        assert (reply.status, reply.code) == (429, "rate_limited")
    too_large = await limited.ask(
        "POST", "/api/v1/refunds", data=b"x" * 70_000, headers=mine | {"Content-Type": "text/x"}
    )
    assert too_large.status == 413, "what is wrong with size and type is said first"
    assert (await limited.ask("GET", "/nowhere", headers=mine)).status == 404
    assert (await limited.ask("GET", "/health", headers=mine)).status == 200
    neighbour = mine | {"X-Forwarded-For": "203.0.113.10"}
    assert (await limited.ask("GET", "/api/v1/payments", headers=neighbour)).status == 401


async def test_only_webhooks_that_are_not_stripes_are_counted(limited: Service) -> None:
    """Stripe's own come as they come; whoever guesses is stopped."""
    limited.http.headers["X-Forwarded-For"] = "203.0.113.9"
    forged = {"Stripe-Signature": "t=1,v1=00", "Authorization": None}
    for _ in range(100):
        reply = await limited.ask("POST", "/webhooks/stripe", data=b"{}", headers=forged)
        assert (reply.status, reply.code) == (400, "invalid_signature")
    reply = await limited.ask("POST", "/webhooks/stripe", data=b"{}", headers=forged)
    assert (reply.status, reply.code) == (429, "rate_limited")
    event = b'{"id": "evt_limits", "type": "ping"}'
    signed = {"Stripe-Signature": sign(event), "Authorization": None}
    reply = await limited.ask("POST", "/webhooks/stripe", data=event, headers=signed)
    assert reply.status == 200
    assert "RateLimit" not in reply.headers


def sign(body: bytes) -> str:
    """Stripe's signature of a body."""
    now = int(time.time())
    digest = hmac.digest(PLATFORM_SECRET.encode(), f"{now}.".encode() + body, "sha256").hex()
    return f"t={now},v1={digest}"


async def test_money_moves_without_redis(service: Service) -> None:
    """F71: no Redis at all: a payment is made, and its headers say what this process counts."""
    await service.payee()
    reply = await service.ask("GET", "/api/v1/payments")
    assert reply.status == 200
    assert reply.headers["RateLimit"].startswith('"default";r=')
    payment = await service.payment()
    assert payment["status"] == "requires_payment_method"
