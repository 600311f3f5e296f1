"""Canaries: secrets, tokens, cards, addresses and bodies are in no log, metric or error."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
import stripe

from app.migrations.migrate import migrate
from app.migrations.roles import provision_service
from local.embedded import EmbeddedPostgres
from local.embedded.process import free_port
from tests.integration.test_hostile import TABLES
from tests.support.database import Database, Server, create_database
from tests.support.hostile.attack import GOOD, Attack, send
from tests.support.hostile.world import Ids, fill
from tests.support.service import (
    CONNECT_SECRET,
    JWT_SECRET,
    OTHER_TENANT,
    Service,
    settings_for,
)
from tests.support.stack import PLATFORM_SECRET, STRIPE_KEY, Stack, running_stack

PASSWORD = "canary-password-of-the-service"
BODY = "canary-body"
EMAIL = "canary@buyer.example"
EVENT_ID = "evt_canary"

CANARIES = (
    re.compile(re.escape(JWT_SECRET)),
    re.compile(re.escape(PLATFORM_SECRET)),
    re.compile(re.escape(CONNECT_SECRET)),
    re.compile(re.escape(STRIPE_KEY)),
    re.compile(re.escape(PASSWORD)),
    re.compile(r"canary-body"),
    re.compile(r"[\w.-]+@[\w-]+\.example|@example\.(?:org|com)"),  # every address in use here
    re.compile(r"eyJ[\w-]{8,}"),  # every token
    re.compile(r"_secret_\w{4,}"),  # every client secret
    re.compile(r"4242[ -]?4242|42424242|378282246310005|5555-5555"),
    re.compile(r"v1=[0-9a-f]{32}"),  # every signature of a webhook
)


@pytest.fixture
def postgres() -> Iterator[EmbeddedPostgres]:
    """A server of this test, with the log that every embedded server writes."""
    with EmbeddedPostgres(durable=False, in_memory=True) as server:
        yield server


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """A migrated database on it."""
    made = create_database(Server(postgres.superuser_url, "", 2, "", PASSWORD), "canaries")
    migrate(made.superuser_url)
    provision_service(made.superuser_url, PASSWORD)
    made.execute("SELECT ops.deployment_set('test')")
    made.execute("SELECT ops.tenant_register(%s, 'other')", OTHER_TENANT)
    yield made
    made.close()


async def test_nothing_that_came_in_is_told(
    postgres: EmbeddedPostgres, database: Database, tmp_path: Path
) -> None:
    """After every route, every hostile request, Stripe's faults, a dead database and bad events."""
    log, ports = tmp_path / "log", (free_port(), free_port())
    told = ""
    with log.open("wb") as out, running_stack(database, out) as stack:
        loud = {"LOG_LEVEL": "debug", "BODY_TIMEOUT_SECONDS": "1"}
        stack.start_web(**loud, ADMIN_PORT=str(ports[0]))
        stack.start_worker(**loud, WORKER_ADMIN_PORT=str(ports[1]), POLL_SECONDS="0.2")
        async with aiohttp.ClientSession() as http:
            service = _service(stack, http)
            ids = await fill(service)
            told += await _attack_everything(service, ids)
            await _sell_with_canaries(service)
            await _let_stripe_fail(service, stack)
            await _deliver_bad_events(service)
            for port in ports:
                told += await _read(http, f"http://127.0.0.1:{port}/metrics")
            told += await _ask_while_the_database_is_away(service, postgres)
    lines = [line for line in log.read_text().splitlines() if '"component":' in line]
    seen = {
        "answers and metrics": told,
        "logs": "\n".join(lines),
        "postgresql": postgres.log.read_text(),
    }
    assert '"component":"web"' in seen["logs"]
    assert '"component":"worker"' in seen["logs"]
    assert "ERROR" in seen["postgresql"]
    found = {
        (name, match[0]): text[max(0, match.start() - 150) : match.end() + 50]
        for name, text in seen.items()
        for canary in CANARIES
        for match in canary.finditer(text)
    }
    assert found == {}


def _service(stack: Stack, http: aiohttp.ClientSession) -> Service:
    web, simulator = (f"http://127.0.0.1:{port}" for port in (stack.web_port, stack.stripe_port))
    return Service(stack.database, web, simulator, settings_for(stack.database, simulator), http)


async def _attack_everything(service: Service, ids: Ids) -> str:
    """Every hostile request; what the refusals said."""
    answers = []
    for table in TABLES.values():
        for attack in table():
            answer = await send(service, attack, ids)
            answers.append(answer.text if answer.status >= 400 else "")
    return "\n".join(answers)


async def _sell_with_canaries(service: Service) -> None:
    """Every free text of an order, a refund and a cancellation; a card that is declined."""
    order = GOOD | {
        "description": BODY,
        "receiptEmail": EMAIL,
        "metadata": {"note": BODY},
        "device": {"fingerprint": BODY},
        "customerId": BODY,
        "eventId": BODY,
    }
    reply = await service.ask("POST", "/api/v1/payments/intents", order)
    assert reply.status == 201, reply.body
    await service.pay(reply.body, "pm_card_chargeDeclined")
    await service.pay(reply.body)
    await service.until(f"/api/v1/payments/{reply.body['id']}", status="succeeded")


async def _let_stripe_fail(service: Service, stack: Stack) -> None:
    """5xx, silence and nonsense while canaries are on their way; an address it does not take."""
    account = {"recipientType": "artist", "email": EMAIL, "country": "US", "businessName": BODY}
    order = GOOD | {"receiptEmail": EMAIL, "description": BODY}
    for number, fault in enumerate(("bad_gateway_before", "lost_after", "rate_limit", "garbage")):
        for path in ("/v1/payment_intents", "/v1/accounts"):
            stack.fault(fault, path, times=1)
        await service.ask("POST", "/api/v1/payments/intents", order)
        body = account | {"recipientId": f"artist-{number}"}
        await service.ask("POST", "/api/v1/connected-accounts", body)


async def _deliver_bad_events(service: Service) -> None:
    """Signed, and yet not what SQL can take."""
    payment = await service.payment(splits=[], description=BODY, receiptEmail=EMAIL)
    known = {
        "id": payment["stripePaymentIntentId"],
        "object": "payment_intent",
        "client_secret": payment["clientSecret"],
        "receipt_email": EMAIL,
        "description": BODY,
    }
    wrong: tuple[dict[str, Any], ...] = (
        {"amount": 2**63},
        {"status": BODY},
        {"created": BODY},
        {"description": f"{BODY}\x00"},
    )
    for number, changes in enumerate(wrong):
        event = {
            "id": f"{EVENT_ID}_{number}",
            "object": "event",
            "type": "payment_intent.succeeded",
            "livemode": False,
            "created": int(time.time()),
            "data": {"object": known | changes},
        }
        await _deliver(service, orjson.dumps(event))
    await _deliver(service, b'{"id":"evt_cut","type":"charge.updated","data":"' + BODY.encode())

    async def read() -> bool:
        (left,) = service.database.execute(
            "SELECT count(*) FROM payments.webhook_inbox WHERE state = 'received' AND attempts = 0"
        )
        return bool(left[0] == 0)

    async with asyncio.timeout(30):
        while not await read():
            await asyncio.sleep(0.05)


async def _deliver(service: Service, body: bytes) -> None:
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode(), PLATFORM_SECRET, int(time.time())
    )
    reply = await service.ask(
        "POST", "/webhooks/stripe", data=body, headers={"Stripe-Signature": header}
    )
    assert reply.status == 200, reply.body


async def _ask_while_the_database_is_away(service: Service, postgres: EmbeddedPostgres) -> str:
    """What a caller is told then."""
    postgres.kill()
    order = Attack("an order", 503, "unavailable", body=GOOD | {"description": BODY})
    answer = await send(service, order, {})
    postgres.start()
    assert answer.status == 503
    return answer.text


async def _read(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as response:
        return await response.text()
