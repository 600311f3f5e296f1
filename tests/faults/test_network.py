"""The network between us and PostgreSQL, and between clients and us, breaks at the worst moment."""

import asyncio
import json
import secrets
import socket
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from app.config import Settings
from app.database.client import Database as ServiceDatabase
from app.database.notify import OPERATIONS
from app.worker import listener as listening
from app.worker.listener import Listener
from local.dev.tokens import mint
from tests.support.database import Database
from tests.support.failpoints import BY_WEB
from tests.support.proxy import Proxy
from tests.support.service import settings_for
from tests.support.stack import JWT_SECRET, SPLITS, TENANT, Stack
from tests.support.waiting import eventually, until


def through(url: str, proxy: Proxy) -> str:
    """The same database, by way of the proxy."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{proxy.port}"))


def port_of(url: str) -> int:
    """The port of a database."""
    return urlsplit(url).port or 5432


@pytest.fixture
def orders(stack: Stack) -> Iterator[int]:
    """How many orders are paid before this test; afterwards no worker is left."""
    yield stack.count(
        "SELECT count(*) FROM payments.payment_transactions WHERE amount_captured > 0"
    )
    for child in stack.children:
        if child.name == "worker":
            child.kill()
    stack.start_web()


# ── PostgreSQL ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("nth", "commit"), [(1, "the new payment"), (2, "Stripe's answer"), (3, "the first event")]
)
def test_a_commit_whose_answer_is_lost_is_found_out_about(
    stack: Stack, orders: int, nth: int, commit: str
) -> None:
    """F44: committed, but nobody was told: the client asks again, and there is one payment."""
    key = f"lost-{secrets.token_hex(4)}"
    with Proxy(port_of(stack.service_url)) as proxy:
        stack.start_web(DATABASE_URL=through(stack.service_url, proxy))
        proxy.lose_answer(key.encode(), nth)
        stack.start_worker()
        payment = stack.order_until_done(key, key)
        stack.pay(payment["stripePaymentIntentId"])
        stack.check_paid(orders + 1)
        assert proxy.struck, commit


def test_a_worker_whose_commits_go_unanswered_pays_once(stack: Stack, orders: int) -> None:
    """F44: claims, fences, results: each loses its answer once; one transfer a payee."""
    payment = stack.sell("unanswered")
    marker = payment["id"].encode()
    with Proxy(port_of(stack.service_url)) as proxy:
        proxy.lose_answer(marker, 1)
        stack.start_worker(DATABASE_URL=through(stack.service_url, proxy))
        until(lambda: proxy.struck, "the first lost answer")
        proxy.lose_answer(marker, 1)
        stack.check_paid(orders + 1)
        assert proxy.struck


async def test_a_listener_that_hears_nothing_connects_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F58: its connection goes silent without a word; two probes later it has a new one."""
    monkeypatch.setattr(listening, "PROBE_SECONDS", 0.1)
    monkeypatch.setattr(listening, "ANSWER_SECONDS", 0.3)
    heard = asyncio.Event()
    with Proxy(port_of(database.service_url)) as proxy:
        settings = settings_for(
            database,
            "http://127.0.0.1:1",
            LISTEN_DATABASE_URL=through(database.service_url, proxy),
        )
        async with _Listening(settings, heard) as listener:
            await eventually(_true(lambda: listener.connected))
            proxy.go_silent()
            await eventually(_true(lambda: proxy.connections > 1))
            await eventually(_true(lambda: listener.connected))
            heard.clear()
            database.execute("SELECT pg_notify(%s, 'whatever')", OPERATIONS)
            async with asyncio.timeout(10):
                await heard.wait()


class _Listening:
    """A listener that runs for as long as the block lasts."""

    def __init__(self, settings: Settings, heard: asyncio.Event) -> None:
        self._database = ServiceDatabase(settings, name="test", size=2)
        self.listener = Listener(settings, self._database, {OPERATIONS: heard.set}, "test")

    async def __aenter__(self) -> Listener:
        await self._database.open()
        self._task = asyncio.create_task(self.listener.run())
        return self.listener

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._database.close()


def _true(fact: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return fact()

    return ask


def test_a_storm_of_notifications_changes_nothing(stack: Stack, orders: int) -> None:
    """F59: ten thousand from somebody else, with payloads of theirs: work goes on as ever."""
    stack.start_worker()
    with psycopg.connect(stack.service_url, autocommit=True) as link:
        link.execute(STORM)
        stack.sell("in a storm")
        link.execute(STORM)
    stack.check_paid(orders + 1)


STORM = """
    SELECT count(pg_notify(c, i::text)) FROM generate_series(1, 5000) AS i
     CROSS JOIN unnest(ARRAY['payments_operations', 'payments_webhooks']) AS c
"""


# ── clients ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("point", sorted(BY_WEB))
def test_a_client_that_hangs_up_finds_its_payment_later(
    stack: Stack, orders: int, point: str, tmp_path: Path
) -> None:
    """F76: it closes its socket at each step; the request ends all the same, once."""
    go_on, key = tmp_path / "go on", str(uuid.uuid4())
    stack.start_web(f"{point}[intent]=pause:{go_on}")
    hang_up(stack, key)
    go_on.touch()
    payment = stack.order_until_done(key, key)
    assert payment["clientSecret"].startswith(payment["stripePaymentIntentId"])
    stack.start_worker()
    stack.pay(payment["stripePaymentIntentId"])
    stack.check_paid(orders + 1)


def hang_up(stack: Stack, key: str) -> None:
    """Ask for a payment and close the connection once it has begun."""
    body = json.dumps({"amount": 10_000, "currency": "usd", "orderId": key, "splits": SPLITS})
    head = (
        "POST /api/v1/payments/intents HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {mint(JWT_SECRET, TENANT, 'tester', 600)}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", stack.web_port)) as link:
        link.sendall((head + body).encode())
        written = "SELECT count(*) FROM payments.payment_transactions WHERE order_id = %s"
        until(lambda: stack.count(written, key) == 1, "the payment's row")
