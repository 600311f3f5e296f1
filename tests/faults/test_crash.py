"""Crashes of web and worker at every failpoint; afterwards all has happened exactly once."""

import uuid
from collections.abc import Iterator

import pytest

from tests.support.failpoints import (
    ALL,
    BY_WEB,
    BY_WORKER,
    OF_CLAIMED_EVENTS,
    OF_DELIVERIES,
    OF_EVENTS,
    OF_LISTS,
    OF_LOOKS,
    failpoints_of_the_source,
)
from tests.support.stack import NoAnswerError, Process, Stack, killed
from tests.support.waiting import until

OF_PAYING_OUT = BY_WORKER | OF_LOOKS | OF_CLAIMED_EVENTS | OF_EVENTS
INTENT_BY_WORKER = {
    "worker.after_claim": "request.before_carry",
    "worker.after_fence": "stripe.after_send",
    "stripe.before_send": "request.before_carry",
    "stripe.after_send": "stripe.after_send",
    "worker.before_finish": "request.before_carry",
    "worker.after_finish": "stripe.after_send",
}
"""Where the worker dies, and where the web died before: with nothing at Stripe, or all of it."""


def test_every_failpoint_of_the_source_is_struck() -> None:
    """A new failpoint without a crash at it, here or in the matrix, fails the suite."""
    assert failpoints_of_the_source() == ALL


@pytest.fixture
def orders(stack: Stack) -> Iterator[int]:
    """How many orders are paid before this test; afterwards no worker and no fault is left."""
    yield stack.count(
        "SELECT count(*) FROM payments.payment_transactions WHERE amount_captured > 0"
    )
    for child in stack.children:
        if child.name == "worker":
            child.kill()
    stack.control("DELETE", "faults")


def die_and_drain(stack: Stack, dying: Process, orders: int) -> None:
    """Wait for a worker's death, start another one, check that all is paid out once."""
    killed(dying)
    stack.leases_end()
    stack.start_worker()
    stack.check_paid(orders)


# ── a transfer, by the worker ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(OF_PAYING_OUT))
def test_a_worker_killed_while_it_pays_out_pays_once(stack: Stack, orders: int, name: str) -> None:
    """F06, F07, F08, F38, F39: killed at this step, another worker ends it; one transfer each."""
    if name in OF_LOOKS:
        stack.fault("lost_after", "/v1/transfers", times=1)
    kind = "[transfer]" if name.startswith(("stripe.", "worker.")) else ""
    kind = "" if name == "worker.after_claim" else kind
    dying = stack.start_worker(f"{name}{kind}=exit")
    stack.sell(name)
    die_and_drain(stack, dying, orders + 1)


# ── an intent, by the web ─────────────────────────────────────────────────────────────────────


def order_at_dying_web(stack: Stack, failpoint: str, key: str) -> None:
    """A client asks; the web dies over it."""
    web = stack.start_web(failpoint)
    with pytest.raises(NoAnswerError):
        stack.order(key, key)
    killed(web)
    stack.leases_end()


@pytest.mark.parametrize("name", sorted(BY_WEB))
def test_a_web_killed_while_it_makes_an_intent_makes_one(
    stack: Stack, orders: int, name: str
) -> None:
    """F02, F03, F04, F83: the client asks again with its key and gets the one payment."""
    key = str(uuid.uuid4())
    order_at_dying_web(stack, f"{name}[intent]=exit", key)
    stack.start_web()
    stack.start_worker()
    payment = stack.order_until_done(key, key)
    assert payment["clientSecret"].startswith(payment["stripePaymentIntentId"])
    stack.pay(payment["stripePaymentIntentId"])
    stack.check_paid(orders + 1)


@pytest.mark.parametrize(("name", "web_died"), sorted(INTENT_BY_WORKER.items()))
def test_a_worker_killed_while_it_ends_a_dead_webs_intent_makes_one(
    stack: Stack, orders: int, name: str, web_died: str
) -> None:
    """Web and worker die over the same intent, one after the other: still one."""
    key = str(uuid.uuid4())
    order_at_dying_web(stack, f"{web_died}[intent]=exit", key)
    kind = "" if name == "worker.after_claim" else "[intent]"
    dying = stack.start_worker(f"{name}{kind}=exit")
    stack.start_web()
    killed(dying)
    stack.leases_end()
    stack.start_worker()
    payment = stack.order_until_done(key, key)
    stack.pay(payment["stripePaymentIntentId"])
    stack.check_paid(orders + 1)


# ── a webhook, by the web ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(OF_DELIVERIES))
def test_a_web_killed_while_it_stores_an_event_loses_none(
    stack: Stack, orders: int, name: str
) -> None:
    """F35: killed around the commit of the inbox, Stripe comes again and it counts once."""
    reply = stack.order(name)
    web = stack.start_web(f"{name}=exit")
    stack.pay(reply.body["stripePaymentIntentId"])
    killed(web)
    stack.start_web()
    stack.start_worker()
    stack.check_paid(orders + 1)


def test_killed_again_and_again_still_pays_once(stack: Stack, orders: int) -> None:
    """Ten orders, and five workers in a row that each die over their third call."""
    for number in range(10):
        stack.sell(f"again {number}")
    for step in ("before_send", "after_send") * 2:
        killed(stack.start_worker(f"stripe.{step}[transfer]=exit@3"))
        stack.leases_end()
    stack.start_worker()
    stack.check_paid(orders + 10)
    until(lambda: stack.open_work() == 0, "no work left")


# ── missed webhooks, by the worker ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(OF_LISTS))
def test_a_worker_killed_while_it_looks_for_missed_webhooks_misses_none(
    stack: Stack, orders: int, name: str
) -> None:
    """Killed between a page of Stripe's events and its end, another worker finds them all."""
    stack.control("POST", "webhooks", {"dropForever": True})
    try:
        dying = stack.start_worker(f"{name}[events]=exit", SWEEP_SECONDS="0.2")
        reply = stack.order(name)
        stack.pay(reply.body["stripePaymentIntentId"])
        killed(dying)
        stack.start_worker(SWEEP_SECONDS="0.2")
        stack.check_paid(orders + 1)
    finally:
        stack.control("DELETE", "webhooks")
        stack.control("POST", "webhooks", {"retrySeconds": [0.2] * 100, "timeoutSeconds": 3})
