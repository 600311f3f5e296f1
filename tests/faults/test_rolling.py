"""Rolling deployment while orders come in: every process is ended and replaced, and nobody notices.

What makes it so is shared. A cluster takes a pod out of its Service before it ends it, and waits
(`preStop` in k8s/web-deployment.yaml) until what was passed on to it has reached it: `Rotation`
does that here, on facts instead of five seconds. Then it is our part: after SIGTERM a web answers
what it has begun and a worker records what it has sent. Without the Service a client would meet a
refused connection for as long as a port has nobody, and come again with the same Idempotency-Key.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from local.embedded.process import free_port
from tests.support.forked import Forked
from tests.support.rotation import Rotation
from tests.support.stack import Stack, request
from tests.support.waiting import until

CLIENTS = 4
STRIPE_SECONDS = 0.3
"""What a call to Stripe takes: long enough that every process ends amid some."""

PAYMENTS = "SELECT count(*) FROM payments.payment_transactions"


Webs = dict[int, Forked]


@pytest.fixture
def webs(stack: Stack) -> Webs:
    """Two webs, by their ports; the one of the stack gives up its own."""
    stack.web.kill()
    ports = (free_port(), free_port())
    return {port: stack.start_web_at(port) for port in ports}


@pytest.fixture
def rotation(stack: Stack, webs: Webs) -> Iterator[Rotation]:
    """Both webs behind the port that clients and Stripe know."""
    with Rotation(stack.web_port, *webs) as rotation:
        yield rotation


def _replace_web(stack: Stack, rotation: Rotation, webs: Webs) -> None:
    """Put a new web in, take the oldest out, and end it amid its requests."""
    old = next(iter(webs))
    port = free_port()
    webs[port] = stack.start_web_at(port)
    rotation.put_in(port)
    until(lambda: rotation.under_way(old) > 0, "requests under way")
    rotation.take_out(old)
    until(lambda: rotation.unasked(old) == 0, "everything passed on has been sent")
    # It takes connections in their order: when this one is answered, it has all the others.
    assert request(old, "GET", "/health").status == 200
    _end(webs.pop(old))


def _replace_worker(stack: Stack, workers: list[Forked]) -> None:
    workers.append(stack.start_worker())
    _end(workers.pop(0))


def _end(process: Forked) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGTERM)
    until(lambda: process.ended() is not None, f"the end of a {process.name}")
    assert process.ended() == 0


def _shop(stack: Stack, client: str, closed: Event) -> list[str]:
    """Order and pay until the shop closes; return the payments. Every request has an answer."""
    bought: list[str] = []
    while not closed.is_set():
        name = f"order-{client}-{len(bought)}"
        reply = stack.order(name, name)
        assert reply.status in {201, 202}, reply
        payment = stack.order_until_done(name, name) if reply.status == 202 else reply.body
        assert payment["id"] == reply.body["id"]
        stack.pay(payment["stripePaymentIntentId"])
        bought.append(payment["id"])
    return bought


@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.full)])
def test_a_rolling_restart_loses_no_request_and_no_work(
    stack: Stack, webs: Webs, rotation: Rotation, rounds: int
) -> None:
    """F65: webs and workers are replaced one by one; every order accepted is paid out once."""
    for path in ("/v1/payment_intents", "/v1/transfers"):
        stack.fault("latency", path, seconds=STRIPE_SECONDS)
    workers = [stack.start_worker() for _ in range(2)]
    sold, paid = stack.count(PAYMENTS), stack.paid()
    closed = Event()
    with ThreadPoolExecutor(CLIENTS) as threads:
        shops = [threads.submit(_shop, stack, f"{rounds}-{n}", closed) for n in range(CLIENTS)]
        try:
            until(lambda: stack.paid() > paid, "a first transfer")
            for _ in range(2 * rounds):
                _replace_web(stack, rotation, webs)
                _replace_worker(stack, workers)
        finally:
            closed.set()
        bought = [payment for shop in shops for payment in shop.result()]
    stack.control("DELETE", "faults")
    assert stack.count(PAYMENTS) == sold + len(bought)
    stack.check_paid(sold + len(bought))
    for worker in workers:
        worker.kill()
