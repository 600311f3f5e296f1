"""The service, the worker and Stripe's simulator in one event loop, on one test's database."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.config import Settings, load_settings
from app.http.application import create_app, create_runner
from app.worker.process import Worker
from stripe_simulator.app import make_app
from stripe_simulator.config import Config
from stripe_simulator.simulator import Start
from tests.support.conformance import check_answer
from tests.support.database import Database
from tests.support.waiting import eventually

TENANT = "11111111-1111-4111-8111-111111111111"
OTHER_TENANT = "22222222-2222-4222-8222-222222222222"
JWT_SECRET = "0123456789abcdef0123456789abcdef"
PLATFORM_SECRET = "whsec_platform_0123456789"
CONNECT_SECRET = "whsec_connect_0123456789"
STRIPE_KEY = "sk_test_simulator"
ALL_SCOPES = "payments:read payments:write refunds:write escrow:write accounts:write"

_numbers = count(1)


def token(
    tenant: str = TENANT, scope: str = ALL_SCOPES, subject: str = "tester", seconds: int = 86_400
) -> str:
    """A bearer token."""
    now = int(time.time())
    claims = {"sub": subject, "tenant_id": tenant, "scope": scope, "iat": now, "exp": now + seconds}
    return jwt.encode(claims, JWT_SECRET, "HS256")


def settings_for(database: Database, stripe_url: str, **changes: str) -> Settings:
    """Settings of a service on this database, with short times."""
    return load_settings(
        {
            "APP_ENV": "test",
            "DATABASE_URL": database.service_url,
            "REDIS_URL": "redis://127.0.0.1:1",
            "RATE_LIMIT_PER_IP": "1000000",
            "RATE_LIMIT_PAYMENTS_PER_USER": "1000000",
            "JWT_SECRET": JWT_SECRET,
            "STRIPE_SECRET_KEY": STRIPE_KEY,
            "STRIPE_WEBHOOK_SECRET": PLATFORM_SECRET,
            "STRIPE_CONNECT_WEBHOOK_SECRET": CONNECT_SECRET,
            "STRIPE_API_BASE": stripe_url,
            "STRIPE_RATE": "1000",
            "STRIPE_TIMEOUT_SECONDS": "1",
            "OPERATION_LEASE_SECONDS": "2",
            "OPERATION_BACKOFF_SECONDS": "0.05",
        }
        | changes
    )


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, read."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        """The problem's code."""
        return str(self.body["code"])

    @property
    def is_early(self) -> bool:
        """Whether the same key is being worked on: to be asked again."""
        return self.status == 409 and self.code == "idempotency_in_progress"


@dataclass
class Service:
    """One running service.

    Attributes:
        database: of this test.
        url: of the API.
        stripe_url: of the simulator.
        settings: of API and worker.
        http: for everything the test asks.
    """

    database: Database
    url: str
    stripe_url: str
    settings: Settings
    http: aiohttp.ClientSession
    _tasks: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Reply:
        """One request with a good token and, for a POST, a fresh key; it is as documented."""
        headers: dict[str, str | None] = {"Authorization": f"Bearer {token()}"}
        if method == "POST":
            headers["Idempotency-Key"] = f"key-{next(_numbers)}"
        headers |= options.pop("headers", {})
        sent = {name: value for name, value in headers.items() if value is not None}
        if body is not None:
            options["json"] = body
        async with self.http.request(method, self.url + path, headers=sent, **options) as response:
            kind = response.content_type
            read = await (response.json() if kind.endswith("json") else response.text())
            check_answer(method, path, response.status, read)
            return Reply(response.status, read, response.headers)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the simulator's control API."""
        async with self.http.request(
            method, f"{self.stripe_url}/_sim/{path}", json=body
        ) as response:
            assert response.status < 300, await response.text()
            return await response.json()

    async def stripe(self, path: str, **form: str) -> Any:
        """One POST as the buyer's browser or the platform would make it."""
        async with self.http.post(
            f"{self.stripe_url}/v1/{path}",
            data=form,
            headers={"Authorization": f"Bearer {STRIPE_KEY}"},
        ) as response:
            return await response.json()

    async def stripe_get(self, path: str) -> Any:
        """One object as Stripe shows it to the platform."""
        async with self.http.get(
            f"{self.stripe_url}/v1/{path}", headers={"Authorization": f"Bearer {STRIPE_KEY}"}
        ) as response:
            return await response.json()

    async def payee(self, recipient_id: str = "venue-1") -> Any:
        """A venue that can receive."""
        body = {
            "recipientType": "venue",
            "recipientId": recipient_id,
            "email": "v@example.org",
            "country": "US",
        }
        return await self.made("/api/v1/connected-accounts", body)

    async def payment(self, **changes: Any) -> Any:
        """A payment of 10000, nine tenths for venue-1."""
        share = {"recipientType": "venue", "recipientId": "venue-1", "basisPoints": 9000}
        body = {"amount": 10_000, "currency": "usd", "orderId": "order-1", "splits": [share]}
        return await self.made("/api/v1/payments/intents", body | changes)

    async def made(self, path: str, body: Any) -> Any:
        """What a POST made, asked for under its key until there is a last word, as a client does.

        On a starved machine Stripe's answer, or a connection, can come too late for the first.
        """
        key = {"Idempotency-Key": f"key-{next(_numbers)}"}
        replies: list[Reply] = []

        async def answered() -> bool:
            replies.append(await self.ask("POST", path, body, headers=key))
            return replies[-1].status not in {202, 503} and not replies[-1].is_early

        await eventually(answered, f"an answer to POST {path}", seen=lambda: replies[-1])
        assert replies[-1].status == 201, replies[-1].body
        return replies[-1].body

    async def pay(self, payment: Any, card: str = "pm_card_visa") -> Any:
        """The buyer confirms with a test card; webhooks are delivered."""
        answer = await self.stripe(
            f"payment_intents/{payment['stripePaymentIntentId']}/confirm",
            payment_method=card,
            return_url="https://shop.example/return",
        )
        await self.control("POST", "drain", {})
        return answer

    async def paid(self, card: str = "pm_card_visa", **changes: Any) -> Any:
        """A payment that has succeeded."""
        payment = await self.payment(**changes)
        await self.pay(payment, card)
        return await self.until(f"/api/v1/payments/{payment['id']}", status="succeeded")

    async def paid_out(self, payment: Any) -> Any:
        """The payment once every transfer has arrived."""
        found: dict[str, Any] = {}

        async def arrived() -> bool:
            found.update(await self.get(f"/api/v1/payments/{payment['id']}"))
            transfers = found["transfers"]
            return bool(transfers) and all(t["status"] == "paid" for t in transfers)

        await eventually(arrived)
        return found

    async def get(self, path: str) -> Any:
        """The body of a successful GET."""
        reply = await self.ask("GET", path)
        assert reply.status == 200, reply.body
        return reply.body

    async def until(self, path: str, **wanted: Any) -> Any:
        """The body of a GET once it has these values."""
        bodies: list[Any] = []

        async def so() -> bool:
            bodies.append(await self.get(path))
            return bool(wanted.items() <= bodies[-1].items())

        await eventually(so, f"{path} with {wanted}", seen=lambda: bodies[-1])
        return bodies[-1]

    async def transfers_at_stripe(self) -> list[Any]:
        """Every transfer that Stripe carried out."""
        journal = await self.control("GET", "requests?method=POST&path=/v1/transfers&executed=true")
        return [request for request in journal["requests"] if request["status"] in {200, None}]

    def violations(self) -> list[tuple[Any, ...]]:
        """Breaches of the money invariants."""
        return self.database.execute("SELECT * FROM ops.money_violations()")

    async def start_worker(self, **changes: str) -> "RunningWorker":
        """A worker on the same database; stopped with the service at the latest."""
        settings = settings_for(self.database, self.stripe_url, **changes)
        return await self._tasks.enter_async_context(running_worker(settings))


@dataclass
class RunningWorker:
    """A worker in this event loop."""

    worker: Worker
    stop_event: asyncio.Event
    task: "asyncio.Task[None]"

    async def listening(self) -> bool:
        """Whether notifications are heard."""
        return self.worker.listener.connected

    async def stop(self) -> None:
        """As SIGTERM does."""
        self.stop_event.set()
        await self.task


@asynccontextmanager
async def running_worker(settings: Settings) -> AsyncIterator[RunningWorker]:
    """Run a worker; stop it in order at the end."""
    worker, stop = Worker(settings), asyncio.Event()
    running = RunningWorker(worker, stop, asyncio.create_task(worker.run(stop)))
    try:
        yield running
        await running.stop()
    finally:
        running.task.cancel()
        await worker.close()


@asynccontextmanager
async def running_service(database: Database, **changes: str) -> AsyncIterator[Service]:
    """API and simulator, with two tenants and both webhook endpoints registered."""
    for tenant in (TENANT, OTHER_TENANT):
        database.execute("SELECT ops.tenant_register(p_tenant_id => %s, p_name => 'test')", tenant)
    async with AsyncExitStack() as stack:
        config = Config(settle="now", onboarding="auto")
        simulator = await stack.enter_async_context(TestServer(make_app(config, Start(seed=7))))
        stripe_url = str(simulator.make_url("")).rstrip("/")
        settings = settings_for(database, stripe_url, **changes)
        runner = create_runner(create_app(settings), settings)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        http = await stack.enter_async_context(aiohttp.ClientSession())
        url = "http://{}:{}".format(*runner.addresses[0])
        service = Service(database, url, stripe_url, settings, http)
        await stack.enter_async_context(service._tasks)
        await service.control("POST", "accounts/platform", {"balance": {"usd": 1_000_000}})
        for path, secret, connect in (
            ("/webhooks/stripe", PLATFORM_SECRET, False),
            ("/webhooks/stripe/connect", CONNECT_SECRET, True),
        ):
            endpoint = {"url": url + path, "secret": secret, "connect": connect}
            await service.control("POST", "webhook_endpoints", endpoint)
        yield service
