"""Probes and what they tell, while what stands behind the service is well, away or hanging."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import psycopg
from aiohttp.test_utils import TestServer
from prometheus_client import generate_latest

from app.observability import metrics
from app.worker.process import create_admin_app
from tests.support.database import Database
from tests.support.service import Reply, Service, running_service
from tests.support.waiting import eventually

EVERYTHING = {
    "postgresql",
    "migrations",
    "login",
    "pool",
    "redis",
    "stripe",
    "queues",
    "operations",
    "reconciliation",
    "violations",
}
GAP = "DELETE FROM migrations._yoyo_migration WHERE migration_id = '001_baseline_payment'"
HANG_SECONDS = 10.0
"""A probe that waited for what hangs would wait much longer."""


async def look(service: Service, path: str) -> Reply:
    """One probe, without a token."""
    async with asyncio.timeout(HANG_SECONDS):
        return await service.ask("GET", path, headers={"Authorization": None})


async def becomes(service: Service, path: str, status: int, **checks: str) -> Any:
    """Wait for the answer of a probe; return its body."""
    bodies: list[Any] = []

    async def there() -> bool:
        reply = await look(service, path)
        bodies.append(reply.body)
        told = {name: reply.body["checks"].get(name, {}).get("status") for name in checks}
        return reply.status == status and told == checks

    await eventually(there, f"{path} {status} {checks}", lambda: bodies[-1])
    return bodies[-1]


@asynccontextmanager
async def tarpit() -> AsyncIterator[int]:
    """A port that takes every connection and says nothing."""
    held: list[asyncio.StreamWriter] = []

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for writer in held:
            writer.close()
        server.close()


async def test_all_is_well(database: Database, redis_url: str) -> None:
    """Alive, ready, started, and every integration with its latency."""
    async with running_service(database, REDIS_URL=redis_url) as service:
        for path in ("/health", "/health/ready", "/health/startup", "/health/integrations"):
            body = await becomes(service, path, 200)
            assert body["version"], path
        well = dict.fromkeys(EVERYTHING, "ok")
        body = await becomes(service, "/health/integrations", 200, **well)
        assert body["status"] == "ok"
        assert set(body["checks"]) == EVERYTHING
        assert all(check["latencyMs"] >= 0 for check in body["checks"].values())
        assert abs(body["checks"]["postgresql"]["clockSkewSeconds"]) < 1
        assert body["checks"]["queues"]["operations"] == {"depth": 0, "oldestSeconds": 0}


async def test_alive_touches_nothing(service: Service) -> None:
    """F81: no check is even named: a restart would help against none of them."""
    assert (await look(service, "/health")).body["checks"] == {}


async def test_a_migration_that_is_missing_is_waited_for(service: Service) -> None:
    """Not ready, but alive; one that only a later release knows disturbs nobody."""
    await becomes(service, "/health/ready", 200)
    service.database.execute(GAP)
    body = await becomes(service, "/health/ready", 503, migrations="unavailable")
    assert body["checks"]["migrations"]["reason"] == "waits for 001_baseline_payment"
    assert (await look(service, "/health")).status == 200
    assert (await look(service, "/health/startup")).status == 200
    service.database.execute(
        "INSERT INTO migrations._yoyo_migration (migration_hash, migration_id)"
        " VALUES ('h1', '001_baseline_payment'), ('h2', '999_of_the_next_release')"
    )
    await becomes(service, "/health/ready", 200, migrations="ok")


async def test_start_up_waits_for_migrations(database: Database) -> None:
    """503 from the first answer on, 200 once everything is applied."""
    database.execute(GAP)
    async with running_service(database) as service:
        await becomes(service, "/health/startup", 503, migrations="unavailable", login="ok")
        database.execute(
            "INSERT INTO migrations._yoyo_migration (migration_hash, migration_id)"
            " VALUES ('h1', '001_baseline_payment')"
        )
        await becomes(service, "/health/startup", 200)


async def test_a_database_that_hangs_is_unavailable_and_heals(service: Service) -> None:
    """Whatever asks it hangs, the probe does not."""
    await becomes(service, "/health/ready", 200)
    with psycopg.connect(service.database.superuser_url) as blocker:
        blocker.execute("LOCK TABLE payments.deployment IN ACCESS EXCLUSIVE MODE")
        body = await becomes(service, "/health/ready", 503, migrations="unavailable")
        assert "no answer" in body["checks"]["migrations"]["reason"]
        assert (await look(service, "/health")).status == 200
    await becomes(service, "/health/ready", 200, migrations="ok")


async def test_redis_and_stripe_that_hang_only_degrade(database: Database) -> None:
    """F81: payments go on without Redis, and webhooks without Stripe's API."""
    async with tarpit() as port:
        changes = {
            "REDIS_URL": f"redis://127.0.0.1:{port}",
            "STRIPE_API_BASE": f"http://127.0.0.1:{port}",
        }
        async with running_service(database, **changes) as service:
            body = await becomes(service, "/health/ready", 200, redis="degraded")
            assert body["status"] == "degraded"
            body = await becomes(service, "/health/integrations", 200, stripe="degraded")
            assert body["checks"]["stripe"]["reason"]


async def test_a_refused_key_degrades_stripe(database: Database) -> None:
    """The reason is the kind of error: no key, no address."""
    async with running_service(database, STRIPE_SECRET_KEY="sk_live_wrong") as service:
        body = await becomes(service, "/health/integrations", 200, stripe="degraded")
        assert body["checks"]["stripe"]["reason"] == "invalid_request_error"


async def test_work_given_up_degrades_and_is_measured(service: Service) -> None:
    """Dead operations are visible with the money they hold, in health and in metrics."""
    await service.payee()
    paid = await service.payment()
    await service.pay(paid)
    service.database.execute(
        "DO $$ BEGIN SET LOCAL session_replication_role = replica;"
        " UPDATE payments.stripe_operations SET state = 'dead', outcome = NULL"
        " WHERE kind = 'intent'; END $$"
    )
    body = await becomes(service, "/health/integrations", 200, operations="degraded")
    assert body["checks"]["operations"]["reason"] == "1 operations were given up"
    shown = generate_latest(metrics.registry).decode()
    assert 'stripe_operations_open_minor_units{currency="usd",state="dead"} 10000.0' in shown


async def test_the_worker_has_the_same_probes(service: Service) -> None:
    """And tells whether it hears notifications."""
    worker = (await service.start_worker()).worker
    async with TestServer(create_admin_app(worker)) as server, aiohttp.ClientSession() as http:

        async def answer(path: str) -> tuple[int, Any]:
            async with http.get(server.make_url(path)) as response:
                return response.status, await response.json()

        async def hears() -> bool:
            status, body = await answer("/health/ready")
            return status == 200 and body["checks"].get("listener", {}).get("status") == "ok"

        await eventually(hears)
        assert (await answer("/health"))[1]["checks"] == {}
        assert (await answer("/health/startup"))[0] == 200
        assert "listener" in (await answer("/health/integrations"))[1]["checks"]
        service.database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'payment-service listener'"
        )

        async def silent() -> bool:
            status, body = await answer("/health/ready")
            return status == 200 and body["status"] == "degraded"

        await eventually(silent)
        await eventually(hears)
