"""Spans of an order: from its request to its payee, through Stripe and back, in one trace."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest_asyncio

from app.config import Settings
from app.observability.tracing import spans
from local.embedded.process import free_port
from tests.support.collector import Collector, Told, running_collector
from tests.support.database import Database
from tests.support.local_stack import ROOT
from tests.support.service import (
    CONNECT_SECRET,
    JWT_SECRET,
    PLATFORM_SECRET,
    STRIPE_KEY,
    Service,
    running_service,
    settings_for,
    token,
)
from tests.support.waiting import eventually

CALLER = "00f067aa0ba902b7"
EMAIL = "fan@example.org"
INTENTS = "/api/v1/payments/intents"
ENDS_SECONDS = 25.0
"""An exporter that were waited for would keep a process for thirty seconds and more."""


@pytest_asyncio.fixture
async def collector() -> AsyncIterator[Collector]:
    """A collector that this process exports to."""
    async with running_collector() as collector:
        yield collector
        await spans.stop()


def traced(database: Database, collector: Collector) -> Settings:
    """Settings that export."""
    return settings_for(database, "http://127.0.0.1:9", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)


def headers(trace: str) -> dict[str, str]:
    """What a caller sends that takes part in a trace."""
    return {"traceparent": f"00-{trace}-{CALLER}-01"}


async def paid(service: Service, trace: str) -> Any:
    """An order in the given trace, paid, its payee's transfer and all events known to us."""
    share = {"recipientType": "venue", "recipientId": "venue-1", "basisPoints": 9000}
    order = {"amount": 10_000, "currency": "usd", "orderId": "order-1", "splits": [share]}
    reply = await service.ask(
        "POST", INTENTS, order | {"receiptEmail": EMAIL}, headers=headers(trace)
    )
    await service.pay(reply.body)

    async def arrived() -> bool:
        await service.control("POST", "drain", {})
        page = await service.get(f"/api/v1/transfers?paymentId={reply.body['id']}&status=paid")
        return bool(page["data"]) and not service.database.execute(
            "SELECT FROM payments.webhook_inbox WHERE state IN ('received', 'waiting')"
        )

    await eventually(arrived)
    return reply.body


async def test_an_order_is_one_trace(database: Database, collector: Collector) -> None:
    """Request, SQL function, call to Stripe; webhook, its apply, and the transfer hang on it."""
    trace = os.urandom(16).hex()
    async with running_service(database) as service:
        await service.payee()
        spans.start(traced(database, collector))
        await service.start_worker()
        payment = await paid(service, trace)
    await spans.stop()

    (request,) = collector.named(f"POST {INTENTS}", trace)
    assert (request.kind, request.parent) == ("server", CALLER)
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": INTENTS,
        "http.response.status_code": 201,
    }

    def below(name: str, parent: Told) -> Told:
        found = [one for one in collector.named(name, trace) if one.parent == parent.identity]
        assert found, (name, [one.name for one in collector.spans if one.trace == trace])
        return found[0]

    created = below("api.payments_create", request)
    assert created.kind == "client"
    assert created.attributes["db.system.name"] == "postgresql"
    assert created.attributes["db.stored_procedure.name"] == "api.payments_create"
    asked = below("POST /v1/payment_intents", request)
    assert asked.attributes["http.response.status_code"] == 200
    assert asked.attributes["server.address"] == "127.0.0.1"
    below("api.requests_record", request)

    webhook = below("POST /webhooks/stripe", request)
    assert webhook.kind == "server"
    below("api.inbox_receive", webhook)
    applied = below("process webhook_inbox", request)
    assert applied.kind == "consumer"
    below("api.inbox_apply", applied)
    received = {
        one.attributes["messaging.message.id"]
        for one in collector.named("POST /webhooks/stripe", trace)
    }
    assert applied.attributes["messaging.message.id"] in received

    carried = [
        one
        for one in collector.named("process stripe_operations", trace)
        if one.attributes["payment_service.operation_kind"] == "transfer"
    ]
    assert [one.parent for one in carried] == [request.identity]
    below("POST /v1/transfers", carried[0])
    assert not [one for one in collector.spans if one.trace == trace and one.failed]

    assert collector.resource["service.name"] == "payment-service"
    for secret in (
        EMAIL,
        token()[:40],
        payment["clientSecret"],
        STRIPE_KEY,
        PLATFORM_SECRET,
        "9000",
    ):
        assert not any(secret.encode() in body for body in collector.raw), secret


async def test_a_refund_and_its_reversal_are_the_refund_s_trace(
    database: Database, collector: Collector
) -> None:
    """Not the order's, which may be weeks old."""
    order, refund = os.urandom(16).hex(), os.urandom(16).hex()
    async with running_service(database) as service:
        await service.payee()
        await service.start_worker()
        payment = await paid(service, order)
        spans.start(traced(database, collector))
        body = {"paymentId": payment["id"], "reason": "requested_by_customer"}
        reply = await service.ask("POST", "/api/v1/refunds", body, headers=headers(refund))
        assert reply.status == 201, reply.body

        async def given_back() -> bool:
            read = await service.get(f"/api/v1/refunds/{reply.body['id']}")
            return bool(read["reversals"][0]["status"] == "succeeded")

        await eventually(given_back)
    await spans.stop()
    (request,) = collector.named("POST /api/v1/refunds", refund)
    (reversal,) = collector.named("POST /v1/transfers/{id}/reversals", refund)
    (carried,) = [one for one in collector.spans if one.identity == reversal.parent]
    assert carried.parent == request.identity


async def test_what_goes_wrong_is_told_by_code(database: Database, collector: Collector) -> None:
    """SQLSTATE and status; only a fault of ours makes a request an error."""
    trace = os.urandom(16).hex()
    async with running_service(database) as service:
        spans.start(traced(database, collector))
        path = "/api/v1/payments/00000000-0000-4000-8000-000000000000"
        assert (await service.ask("GET", path, headers=headers(trace))).status == 404
        database.execute("ALTER FUNCTION api.payment_get(uuid, uuid) RENAME TO payment_away")
        assert (await service.ask("GET", path, headers=headers(trace))).status == 500
    await spans.stop()
    missing, broken = collector.named("GET /api/v1/payments/{id}", trace)
    assert (missing.failed, missing.attributes["http.response.status_code"]) == (False, 404)
    assert (broken.failed, broken.attributes["error.type"]) == (True, "500")
    refused, undefined = collector.named("api.payment_get", trace)
    assert refused.attributes["db.response.status_code"] == "PY010"
    assert undefined.attributes["error.type"] == "42883"


async def test_an_unsampled_caller_is_not_told(database: Database, collector: Collector) -> None:
    """Nor what it causes; its trace still goes on in the answer and with the operation."""
    trace = os.urandom(16).hex()
    async with running_service(database) as service:
        spans.start(traced(database, collector))
        quiet = {"traceparent": f"00-{trace}-{CALLER}-00"}
        reply = await service.ask("GET", "/api/v1/payments/x", headers=quiet)
        assert reply.body["traceId"] == trace
        await service.payee()
    await spans.stop()
    assert collector.spans
    assert trace not in {one.trace for one in collector.spans}


async def test_probes_and_strangers_have_no_span(database: Database, collector: Collector) -> None:
    """Health, unknown paths, webhooks that nobody signed."""
    async with running_service(database) as service:
        spans.start(traced(database, collector))
        for path in ("/health", "/health/ready", "/nowhere", "/openapi.json"):
            await service.http.get(service.url + path)
        await service.http.post(service.url + "/webhooks/stripe", data=b"{}")
    await spans.stop()
    assert collector.spans == []


class Silent:
    """A collector that accepts and never answers."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read for ever."""
        self.reached.set()
        await reader.read(-1)
        writer.close()


@asynccontextmanager
async def process_beside(
    service: Service, redis_url: str, command: str, port: int
) -> AsyncIterator[Silent]:
    """`payment-service COMMAND` that exports into the void; ends when told, in time, with 0."""
    silent = Silent()
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    environ = {
        "APP_ENV": "test",
        "DATABASE_URL": service.database.service_url,
        "REDIS_URL": redis_url,
        "JWT_SECRET": JWT_SECRET,
        "STRIPE_SECRET_KEY": STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRET": PLATFORM_SECRET,
        "STRIPE_CONNECT_WEBHOOK_SECRET": CONNECT_SECRET,
        "STRIPE_API_BASE": service.stripe_url,
        "PORT": str(port),
        "ADMIN_PORT": "0",
        "WORKER_ADMIN_PORT": str(port),
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "600",
        "OTEL_BSP_SCHEDULE_DELAY": "10",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", command),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        env=os.environ | environ,
    )
    try:
        yield silent
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(ENDS_SECONDS):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        server.close()


def answers(service: Service, url: str, status: int) -> Callable[[], Awaitable[bool]]:
    """Whether a GET is answered so."""

    async def look() -> bool:
        try:
            async with service.http.get(url) as response:
                return response.status == status
        except aiohttp.ClientConnectorError:
            return False

    return look


async def test_a_silent_collector_delays_no_request(database: Database, redis_url: str) -> None:
    """Requests and probes are answered while the exporter hangs, and the process ends in time."""
    async with running_service(database) as service:
        url = f"http://127.0.0.1:{(port := free_port())}"
        async with process_beside(service, redis_url, "serve", port) as silent:
            await eventually(answers(service, f"{url}/health/ready", 200))
            await eventually(answers(service, f"{url}/api/v1/payments", 401))
            await silent.reached.wait()
            assert await answers(service, f"{url}/health", 200)()
            assert await answers(service, f"{url}/api/v1/payments", 401)()


async def test_a_silent_collector_delays_no_work(database: Database, redis_url: str) -> None:
    """The worker pays out while its exporter hangs, and ends in time."""
    async with running_service(database) as service:
        await service.payee()
        await service.pay(await service.payment())
        async with process_beside(service, redis_url, "worker", free_port()) as silent:
            await silent.reached.wait()

            async def paid_out() -> bool:
                return bool((await service.get("/api/v1/transfers?status=paid"))["data"])

            await eventually(paid_out)
