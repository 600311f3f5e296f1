"""Workers that sleep, multiply, stop, or lose their database: nothing lost, nothing twice."""

import contextlib
import hashlib
import hmac
import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.migrations.migrate import migrate
from app.migrations.roles import provision_service
from local.embedded import EmbeddedPostgres
from tests.support.database import Database, Server
from tests.support.scenario import Scenarios
from tests.support.stack import (
    PAYEES,
    PLATFORM_SECRET,
    TENANT,
    NoAnswerError,
    Process,
    Reply,
    Stack,
    request,
    running_stack,
)
from tests.support.waiting import until

PAYMENTS = "SELECT count(*) FROM payments.payment_transactions"
DUE_TRANSFER = """
    SELECT id FROM payments.stripe_operations
     WHERE kind = 'transfer' AND outcome IS NULL ORDER BY id LIMIT 1
"""
PAID_ORDERS = "SELECT count(*) FROM payments.payment_transactions WHERE settled_at > '-infinity'"


@pytest.fixture
def orders(stack: Stack) -> Iterator[int]:
    """How many orders are paid before this test; afterwards no worker and no fault is left."""
    yield stack.count(PAID_ORDERS)
    for child in stack.children:
        if child.name == "worker":
            resume(child)
            child.kill()
    stack.control("DELETE", "faults")
    stack.control("DELETE", "webhooks")


def pause(child: Process) -> None:
    """Freeze a process, as a long pause of its machine would."""
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)


def resume(child: Process) -> None:
    """Let a process go on."""
    if child.pid is not None:
        os.kill(child.pid, signal.SIGCONT)


# ── several workers ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_side_by_side_send_each_job_once(stack: Stack, orders: int, workers: int) -> None:
    """F60: 300 jobs among several workers: each has its share, none is sent twice."""
    with Scenarios(stack.database) as scenarios:
        prepare(scenarios, stack, 150)
    made = len(stack.journal("/v1/transfers"))
    for _ in range(workers):
        stack.start_worker(WORKER_CONCURRENCY="4")
    stack.check_paid(orders + 150)
    assert len(stack.journal("/v1/transfers")) == made + 300
    sent = stack.database.execute(
        "SELECT count(*) FROM payments.stripe_operation_attempts WHERE NOT applied"
    )
    assert sent == [(0,)]


def prepare(scenarios: Scenarios, stack: Stack, number: int) -> None:
    """Orders that are captured, with their charges at Stripe; their transfers are due."""
    opened = scenarios.new(TENANT)
    stack.control("POST", "webhooks", {"drop_forever": True})  # its events are not the subject
    for _ in range(number):
        payment = opened.payment(10_000, SHARES)
        params = payment.operation["request"]["params"]
        found = stack.stripe("payment_intents", **form(params), **PAID_AT_ONCE)
        result = {"outcome": "succeeded", "httpStatus": 200, "object": found}
        opened.finish(payment.operation, result)
    stack.control("POST", "drain")
    stack.control("DELETE", "webhooks")


SHARES = [
    {"recipientType": kind, "recipientId": name, "basisPoints": 4000} for kind, name in PAYEES
]
PAID_AT_ONCE = {
    "confirm": "true",
    "payment_method": "pm_card_visa",
    "return_url": "https://shop.example/return",
}


def form(params: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Parameters as Stripe's form encoding has them."""
    found: dict[str, str] = {}
    for key, value in params.items():
        name = f"{prefix}[{key}]" if prefix else key
        if isinstance(value, dict):
            found |= form(value, name)
        else:
            found[name] = json.dumps(value) if isinstance(value, bool) else str(value)
    return found


# ── sleep ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("point", ["worker.after_claim", "worker.after_fence", "stripe.after_send"])
def test_a_worker_frozen_beyond_its_lease_changes_nothing(
    stack: Stack, orders: int, point: str, tmp_path: Path
) -> None:
    """F61: frozen after claim, fence or answer, overtaken, woken: one transfer, evidence kept."""
    go_on = tmp_path / "go on"
    kind = "" if point == "worker.after_claim" else "[transfer]"
    sleeper = stack.start_worker(f"{point}{kind}=pause:{go_on}", WORKER_CONCURRENCY="1")
    payment = stack.sell(f"frozen {point}")
    until(lambda: stack.count(LEASED, payment["id"]) > 0, "the sleeper's lease")
    if point == "stripe.after_send":
        until(lambda: bool(stack.journal_of(payment["id"])), "its call")
    pause(sleeper)
    stack.start_worker()
    stack.check_paid(orders + 1)
    go_on.touch()
    resume(sleeper)
    if point == "stripe.after_send":
        until(lambda: stack.count(STALE, payment["id"]) > 0, "the sleeper's evidence")
    stack.sell(f"afterwards {point}")
    stack.check_paid(orders + 2)
    assert stack.count(STALE_APPLIED, payment["id"]) == len(PAYEES)


LEASED = """
    SELECT count(*) FROM payments.stripe_operations
     WHERE payment_id = %s AND state = 'leased'
"""
STALE = """
    SELECT count(*) FROM payments.stripe_operation_attempts AS a
      JOIN payments.stripe_operations AS o ON o.id = a.operation_id
     WHERE o.payment_id = %s AND o.kind = 'transfer' AND NOT a.applied
"""
STALE_APPLIED = """
    SELECT count(*) FROM payments.stripe_operation_attempts AS a
      JOIN payments.stripe_operations AS o ON o.id = a.operation_id
     WHERE o.payment_id = %s AND o.kind = 'transfer' AND a.applied AND a.outcome = 'succeeded'
"""


# ── stop ──────────────────────────────────────────────────────────────────────────────────────


def test_sigterm_finishes_what_is_in_flight_and_gives_the_rest_back(
    stack: Stack, orders: int
) -> None:
    """F65: the calls under way are recorded, what was only claimed is released, exit 0."""
    stack.fault("latency", "/v1/transfers", seconds=0.4)
    with Scenarios(stack.database) as scenarios:
        prepare(scenarios, stack, 10)
    made = len(stack.journal("/v1/transfers"))
    worker = stack.start_worker(WORKER_CONCURRENCY="2")
    until(lambda: len(stack.journal("/v1/transfers")) > made, "a call under way")
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGTERM)
    until(lambda: worker.ended() is not None, "the end of the worker")
    assert worker.ended() == 0
    states = (
        "SELECT count(*) FROM payments.stripe_operations WHERE state = %s AND kind = 'transfer'"
    )
    assert stack.count(states, "leased") == 0
    assert stack.count(states, "ready") > 0
    assert stack.count(states, "unknown") == 0
    sent = len(stack.journal("/v1/transfers")) - made
    assert stack.paid() - orders * len(PAYEES) == sent
    stack.control("DELETE", "faults")
    stack.start_worker()
    stack.check_paid(orders + 10)


# ── hints and polls ───────────────────────────────────────────────────────────────────────────


def test_a_notification_that_nobody_heard_is_made_good_by_polling(
    stack: Stack, orders: int
) -> None:
    """F57: with an unreachable listener every order is still paid out."""
    stack.start_worker(LISTEN_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nowhere")
    stack.sell("unheard")
    stack.check_paid(orders + 1)


# ── one bad among many ────────────────────────────────────────────────────────────────────────


def test_a_poison_operation_does_not_hold_up_the_others(stack: Stack, orders: int) -> None:
    """F62: a call that Stripe always breaks on backs off alone; all others go through."""
    with Scenarios(stack.database) as scenarios:
        prepare(scenarios, stack, 1)
    [(poison,)] = stack.database.execute(DUE_TRANSFER)
    match = {"param": {"metadata[operation_id]": str(poison)}}
    stack.fault("bad_gateway_before", "/v1/transfers", match=match)
    with Scenarios(stack.database) as scenarios:
        prepare(scenarios, stack, 20)
    stack.start_worker()
    until(lambda: stack.paid() == (orders + 21) * len(PAYEES) - 1, "all but the poison")
    failures = "SELECT failures FROM payments.stripe_operations WHERE id = %s"
    until(lambda: stack.count(failures, poison) >= 3, "its failures")
    [(state,)] = stack.database.execute(
        "SELECT state FROM payments.stripe_operations WHERE id = %s", poison
    )
    assert state in {"unknown", "leased"}
    stack.control("DELETE", "faults")
    stack.check_paid(orders + 21)


def test_a_poison_operation_dies_visibly_and_can_be_revived(stack: Stack, orders: int) -> None:
    """F62: after twenty failures it is dead and listed; one verb revives it; it is paid once."""
    with Scenarios(stack.database) as scenarios:
        prepare(scenarios, stack, 1)
    [(poison,)] = stack.database.execute(DUE_TRANSFER)
    match = {"param": {"metadata[operation_id]": str(poison)}}
    stack.fault("bad_gateway_before", "/v1/transfers", match=match)
    # It has failed eighteen times already: two more are all that is waited for.
    stack.database.execute(
        "UPDATE payments.stripe_operations SET failures = 18 WHERE id = %s", poison
    )
    stack.start_worker(OPERATION_BACKOFF_SECONDS="0.000001")
    dead = "SELECT count(*) FROM payments.stripe_operations WHERE id = %s AND state = 'dead'"
    until(lambda: stack.count(dead, poison) == 1, "the death of the poison")
    stuck = stack.database.execute("SELECT * FROM ops.operations_stuck(%s)", TENANT)
    assert str(poison) in str(stuck)
    stack.control("DELETE", "faults")
    stack.database.execute("SELECT ops.operation_retry(%s, %s)", TENANT, poison)
    stack.check_paid(orders + 1)


def test_a_time_of_429_costs_no_failure(stack: Stack, orders: int) -> None:
    """F17: turned away some forty times, no operation is nearer to its death."""
    with Scenarios(stack.database) as scenarios:
        prepare(scenarios, stack, 5)
    stack.fault("rate_limit", "/v1/transfers", times=40)
    stack.start_worker()
    stack.check_paid(orders + 5)
    refused = [row for row in stack.journal("/v1/transfers") if row["status"] == 429]
    assert len(refused) >= 40
    assert (
        stack.count(
            "SELECT coalesce(max(o.failures), 0) FROM payments.stripe_operations AS o"
            "  JOIN payments.stripe_operation_attempts AS a"
            "    ON a.operation_id = o.id AND a.outcome = 'not_sent' AND a.http_status = 429"
        )
        == 0
    )


# ── webhooks ──────────────────────────────────────────────────────────────────────────────────


def deliver(stack: Stack, event: dict[str, Any]) -> Reply:
    """Post a signed event to our platform endpoint."""
    body = json.dumps(event).encode()
    moment = int(time.time())
    signature = hmac.new(PLATFORM_SECRET.encode(), b"%d.%s" % (moment, body), hashlib.sha256)
    headers = {"Stripe-Signature": f"t={moment},v1={signature.hexdigest()}"}
    return request(stack.web_port, "POST", "/webhooks/stripe", body, headers)


def test_a_poison_event_is_dead_at_ten_and_others_go_on(stack: Stack, orders: int) -> None:
    """F37: an event that cannot be applied is tried ten times, then dead and visible."""
    payment = stack.order("poisoned").body
    event = {
        "id": f"evt_{uuid.uuid4().hex}",
        "type": "payment_intent.succeeded",
        "created": 1_790_000_000,
        "livemode": False,
        "data": {
            "object": {  # captured, and yet without a charge: PY032
                "id": payment["stripePaymentIntentId"],
                "object": "payment_intent",
                "amount": 10_000,
                "amount_received": 10_000,
                "currency": "usd",
                "status": "succeeded",
                "latest_charge": None,
            }
        },
    }
    assert deliver(stack, event).status == 200
    stack.start_worker()
    inbox = "SELECT state, attempts, reason FROM payments.webhook_inbox WHERE event_id = %s"
    until(lambda: stack.database.execute(inbox, event["id"])[0][1] > 0, "its first failure")
    stack.sell("in good health")
    until(lambda: stack.paid() >= (orders + 1) * len(PAYEES), "the other order")

    def dead() -> bool:
        # Its back-off need not be waited for; its attempts are real.
        stack.database.execute(
            "UPDATE payments.webhook_inbox SET next_run_at = payments.clock()"
            " WHERE event_id = %s AND state = 'received' AND leased_by IS NULL",
            event["id"],
        )
        notify(stack)
        return bool(stack.database.execute(inbox, event["id"])[0][0] == "dead")

    until(dead, "the death of the event")
    [(_, attempts, reason)] = stack.database.execute(inbox, event["id"])
    assert attempts == 10
    assert "must name its charge" in reason
    assert deliver(stack, event).status == 200
    assert stack.database.execute(inbox, event["id"])[0][:2] == ("dead", 10)
    stack.check_paid(orders + 1)


def notify(stack: Stack) -> None:
    """Wake the workers, as the service does after its commit."""
    stack.database.execute("SELECT pg_notify('payments_webhooks', '')")


# ── PostgreSQL ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def own_stack(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Stack, EmbeddedPostgres]]:
    """A stack with a PostgreSQL of its own, durable, that may be restarted."""
    path = tmp_path_factory.mktemp("own") / "log"
    with (
        EmbeddedPostgres(settings={"max_connections": 60}, in_memory=True) as postgres,
        path.open("wb") as log,
    ):
        with psycopg.connect(postgres.superuser_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE payments")
        admin = postgres.dsn("payments")
        migrate(admin)
        provision_service(admin, "password")
        database = Database(Server(admin, "", 0, "", "password"), "payments")
        database.execute("SELECT ops.deployment_set('test')")
        with running_stack(database, log) as running:
            yield running, postgres
        database.close()
        print(path.read_text())  # noqa: T201 - pytest shows it with a failure


def test_postgresql_restarted_under_load_loses_and_doubles_nothing(
    own_stack: tuple[Stack, EmbeddedPostgres],
) -> None:
    """F36, F43: crashed twice amid orders; every key gets its one payment, all is paid out."""
    stack, postgres = own_stack
    before = stack.count(PAYMENTS)
    for _ in range(2):
        stack.start_worker()

    def buy(number: int) -> None:
        key = f"order {number}".replace(" ", "-")
        payment = stack.order_until_done(key, key)
        stack.pay(payment["stripePaymentIntentId"])

    def enough(share: int) -> bool:
        return sum(one.done() for one in buying) >= share

    with ThreadPoolExecutor(6) as threads:
        buying = [threads.submit(buy, number) for number in range(40)]
        for share in (8, 20):
            until(partial(enough, share), f"{share} orders")
            postgres.restart("immediate")
        for one in buying:
            one.result()
    stack.check_paid(before + 40)
    assert stack.count(PAYMENTS) == before + 40


def refused_deliveries(stack: Stack) -> int:
    """How often Stripe was told to come again."""
    deliveries = stack.control("GET", "deliveries")["deliveries"]
    return sum(one["lastStatus"] == 503 for one in deliveries)


def test_without_a_database_webhooks_are_refused_until_it_is_back(
    own_stack: tuple[Stack, EmbeddedPostgres],
) -> None:
    """F36: 503 while it is away, so that Stripe comes again; afterwards all is as if nothing."""
    stack, postgres = own_stack
    before = stack.count(PAYMENTS)
    stack.start_worker()
    payment = stack.order("away").body
    event = {"id": "evt_away", "type": "balance.available", "data": {"object": {}}}
    postgres.kill()
    assert deliver(stack, event).status == 503
    assert stack.order("refused").status == 503
    stack.pay(payment["stripePaymentIntentId"])
    until(lambda: refused_deliveries(stack) > 0, "a refused delivery")
    postgres.start()

    def accepted() -> bool:
        with contextlib.suppress(NoAnswerError):
            return deliver(stack, event).status == 200
        return False

    until(accepted, "the web is well again")
    stack.check_paid(before + 1)
