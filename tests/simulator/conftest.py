"""An in-process simulator on a free port, and the official package pointed at it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

os.environ.setdefault("STRIPE_SUPPRESS_NOTICES", "true")

import aiohttp
import pytest
import stripe
from aiohttp import web
from aiohttp.test_utils import TestServer

from stripe_simulator.app import make_app
from stripe_simulator.config import Config
from stripe_simulator.control.base import SIMULATOR
from stripe_simulator.simulator import Simulator, Start
from stripe_simulator.world import World

stripe.enable_telemetry = False
Json = dict[str, Any]


@dataclass
class Sim:
    """A running simulator as tests use it."""

    simulator: Simulator
    url: str
    http: aiohttp.ClientSession
    stack: AsyncExitStack = field(repr=False)

    @property
    def world(self) -> World:
        """The world served now."""
        return self.simulator.world

    def client(self, key: str = "sk_test_simulator", **options: Any) -> stripe.StripeClient:
        """The official client, unchanged but for its address."""
        return stripe.StripeClient(
            key,
            base_addresses={"api": self.url},
            http_client=stripe.AIOHTTPClient(session=self.http),
            **options,
        )

    async def call(
        self, method: str, path: str, form: str = "", key: str = "sk_test_simulator", **headers: str
    ) -> tuple[int, Json, dict[str, str]]:
        """A raw API call; header names have underscores for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            named.setdefault("Authorization", f"Bearer {key}")
        body = form.encode() if method == "POST" else None
        url = self.url + path + (f"?{form}" if form and method != "POST" else "")
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        async with self.http.request(method, url, data=body, headers=kind | named) as got:
            shown = {str(name): value for name, value in got.headers.items()}
            return got.status, await got.json(), shown

    async def control(self, path: str, method: str = "POST", **body: Any) -> Json:
        """A control call that must succeed."""
        status, answer = await self.try_control(path, method, **body)
        assert status < 300, answer
        return answer

    async def try_control(self, path: str, method: str = "POST", **body: Any) -> tuple[int, Json]:
        """A control call and its status."""
        async with self.http.request(method, f"{self.url}/_sim/{path}", json=body) as got:
            return got.status, await got.json()

    async def advance(self, seconds: float) -> None:
        """Move the virtual clock."""
        await self.control("clock/advance", seconds=seconds)

    def events(self, *only: str) -> list[str]:
        """The types of all events so far, oldest first."""
        kinds = [event.type for event in self.world.store.events.oldest()]
        return [kind for kind in kinds if not only or kind in only]

    async def enabled_account(self, **params: Any) -> str:
        """A connected account that can receive transfers."""
        client = self.client()
        wanted: Any = {
            "type": "express",
            "country": "US",
            "capabilities": {"transfers": {"requested": True}},
        }
        account = await client.v1.accounts.create_async(wanted | params)
        await self.control(f"accounts/{account.id}", complete=True)
        return account.id

    async def paid(self, amount: int = 10_000, card: str = "pm_card_visa", **more: Any) -> Any:
        """A payment intent that was paid, with its charge expanded as it was in the answer."""
        wanted: Any = {
            "amount": amount,
            "currency": "usd",
            "payment_method": card,
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
        return await self.client().v1.payment_intents.create_async(wanted | more)

    async def audit(self) -> Json:
        """The ledger, after proof that it is sound."""
        book = await self.control("ledger", "GET")
        assert book["violations"] == []
        assert set(book["sums"].values()) <= {0}
        return book

    def balance(self, account: str = "", currency: str = "usd") -> tuple[int, int]:
        """Available and pending of an account, minor units; the platform's by default."""
        key = (account or self.world.platform, currency)
        return self.world.ledger.available[key], self.world.ledger.pending[key]


async def until(check: Callable[[], bool]) -> None:
    """Let other tasks run until something holds; fail when it never does."""
    for _ in range(100_000):
        if check():
            return
        await asyncio.sleep(0)
    pytest.fail("it never came true")


MakeSim = Callable[..., Any]


async def start_sim(stack: AsyncExitStack, config: Config, start: Start) -> Sim:
    """Start a simulator that stops with the stack."""
    app = make_app(config, start)
    server = await stack.enter_async_context(TestServer(app, host="127.0.0.1"))
    url = f"http://127.0.0.1:{server.port}"
    app[SIMULATOR].base_url = app[SIMULATOR].world.base_url = url
    http = await stack.enter_async_context(aiohttp.ClientSession())
    return Sim(app[SIMULATOR], url, http, stack)


@pytest.fixture
async def make_sim() -> AsyncIterator[MakeSim]:
    """A factory of simulators with a virtual clock; options are those of Config."""
    async with AsyncExitStack() as stack:

        async def make(start: Start | None = None, **options: Any) -> Sim:
            chosen = start or Start(seed=7, wall=False)
            return await start_sim(stack, Config(**options), chosen)

        yield make


@pytest.fixture
async def sim(make_sim: MakeSim) -> AsyncIterator[Sim]:
    """A simulator with a virtual clock where money settles at once; audited at the end."""
    made = await make_sim(settle="now")
    yield made
    assert made.world.bugs == []
    await made.audit()


@pytest.fixture
async def slow_sim(make_sim: MakeSim) -> AsyncIterator[Sim]:
    """A simulator where money settles after two business days; audited at the end."""
    made = await make_sim()
    yield made
    assert made.world.bugs == []
    await made.audit()


@dataclass
class Hook:
    """A webhook receiver that keeps what it was sent and answers as told."""

    url: str
    secret: str
    got: list[tuple[bytes, str]] = field(default_factory=list)
    status: int = 200

    def types(self) -> list[str]:
        """The types received, in order of arrival."""
        return [json.loads(body)["type"] for body, _ in self.got]


@pytest.fixture
async def make_hook() -> AsyncIterator[Callable[..., Any]]:
    """A factory of receivers."""
    async with AsyncExitStack() as stack:

        async def make(secret: str = "whsec_test") -> Hook:
            hook = Hook("", secret)

            async def receive(request: web.Request) -> web.Response:
                hook.got.append((await request.read(), request.headers["Stripe-Signature"]))
                return web.json_response({"received": True}, status=hook.status)

            app = web.Application(client_max_size=4 * 1024 * 1024)
            app.router.add_post("/hook", receive)
            server = await stack.enter_async_context(TestServer(app, host="127.0.0.1"))
            hook.url = f"http://127.0.0.1:{server.port}/hook"
            return hook

        yield make
