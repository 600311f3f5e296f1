"""Overload: not enough connections, files, isolation, time, a reader of the log."""

import contextlib
import http.client
import os
import resource
import socket
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from local.dev.child import answers
from tests.support import stories
from tests.support.stack import HTTP_SECONDS, PAYEES, Stack, request
from tests.support.waiting import until

HELD = "LOCK TABLE payments.payment_transactions IN ACCESS EXCLUSIVE MODE"
BUYERS = 6
ORDERS = 12
RATE = 20
SPARE_FILES = 4


@pytest.fixture
def shop(stack: Stack) -> Iterator[Stack]:
    """The stack; afterwards no worker and no fault is left, and the web is as ever."""
    yield stack
    for child in stack.children:
        if child.name == "worker":
            child.kill()
    stack.leases_end()
    stack.control("DELETE", "faults")
    stack.start_web()


# ── connections ───────────────────────────────────────────────────────────────────────────────


def test_without_a_free_connection_requests_are_refused_and_webhooks_are_not(shop: Stack) -> None:
    """F53: one connection, held by a slow request: 503 overloaded; events and health go on."""
    [paid] = [shop.order("before").body]
    shop.start_web(DATABASE_POOL_SIZE="1")
    with psycopg.connect(shop.database.superuser_url) as holder, ThreadPoolExecutor() as callers:
        holder.execute(HELD)
        waiting = callers.submit(shop.order, "slow")
        until(lambda: shop.count(WAITING) == 1, "the slow request")
        # One of them may be handed the connection when the slow one's lock times out.
        replies = list(callers.map(partial(shop.ask, "GET"), ["/api/v1/payments"] * 4))
        assert {reply.status for reply in replies} == {503}
        assert [reply.problem for reply in replies].count("overloaded") >= len(replies) - 1
        assert request(shop.web_port, "GET", "/health/ready").status == 200
        events = "SELECT count(*) FROM payments.webhook_inbox"
        before = shop.count(events)
        shop.pay(paid["stripePaymentIntentId"])
        until(lambda: shop.count(events) > before, "an event stored")
        holder.rollback()
        assert waiting.result().status in {201, 202, 503}
    shop.start_worker()
    shop.check_even()


WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def test_no_transaction_is_open_while_stripe_answers(shop: Stack) -> None:
    """F50: during a slow call neither web nor worker has a transaction; sessions have limits."""
    shop.fault("latency", "/v1/*", seconds=0.5, times=6)
    shop.start_worker()
    with ThreadPoolExecutor(1) as buyer:
        sale = buyer.submit(shop.sell, "slowly")
        seen = 0
        while not sale.done() or shop.open_work():
            seen += 1
            assert shop.count(OPEN_LONG) == 0
        sale.result()
    assert seen > 1
    shop.check_even()


OPEN_LONG = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = 'payments_service'
       AND (state = 'idle in transaction' AND clock_timestamp() - state_change > interval '300 ms')
"""


# ── files ─────────────────────────────────────────────────────────────────────────────────────


def test_without_a_file_left_the_connected_are_served_and_the_others_later(shop: Stack) -> None:
    """F78: sixty clients, four files: who is connected gets answers; then it recovers alone."""
    assert shop.web.pid is not None
    link = http.client.HTTPConnection("127.0.0.1", shop.web_port, timeout=HTTP_SECONDS)
    with contextlib.closing(link):
        assert _status(link) == 200
        files = Path(f"/proc/{shop.web.pid}/fd")
        limit = len(list(files.iterdir())) + SPARE_FILES
        _, hard = resource.prlimit(shop.web.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(shop.web.pid, resource.RLIMIT_NOFILE, (limit, hard))
        with contextlib.ExitStack() as crowd:
            for _ in range(15 * SPARE_FILES):
                crowd.enter_context(socket.create_connection(("127.0.0.1", shop.web_port)))
            until(lambda: len(list(files.iterdir())) == limit, "no file left")
            assert _status(link) == 200
    until(lambda: answers(shop.web_port, "/health/ready"), "a new connection")
    shop.sell("afterwards")
    shop.start_worker()
    shop.check_even()


def _status(link: http.client.HTTPConnection) -> int:
    link.request("GET", "/health")
    with link.getresponse() as answer:
        answer.read()
        return answer.status


# ── isolation ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_stricter_isolation_costs_retries_and_nothing_else(shop: Stack, level: str) -> None:
    """F47, F48: six clients pay and are refunded at once; conflicts are tried again."""
    with isolated(shop, level):
        shop.start_web()
        for _ in range(2):
            shop.start_worker()

        def buy(_: int) -> None:
            key = str(uuid.uuid4())
            payment = shop.order_until_done(key, key)
            shop.pay(payment["stripePaymentIntentId"])
            until(lambda: stories.settled(shop, payment), "a settled payment")
            for again in (f"{key}-1", f"{key}-2"):
                shop.until_answered(partial(stories.refund, shop, payment, again))

        with ThreadPoolExecutor(BUYERS) as buyers:
            list(buyers.map(buy, range(ORDERS)))
        shop.check_even()


@contextlib.contextmanager
def isolated(stack: Stack, level: str) -> Iterator[None]:
    """Every transaction of the service at a stricter level."""
    database = sql.Identifier(stack.database.name)
    alter = sql.SQL("ALTER ROLE payments_service IN DATABASE {} ").format(database)
    setting = sql.SQL("SET default_transaction_isolation = {}").format(sql.Literal(level))
    with psycopg.connect(stack.database.superuser_url, autocommit=True) as owner:
        owner.execute(alter + setting)
        try:
            yield
        finally:
            owner.execute(alter + sql.SQL("RESET default_transaction_isolation"))


# ── time ──────────────────────────────────────────────────────────────────────────────────────


def test_a_day_of_outage_is_made_good(shop: Stack) -> None:
    """F70: a day without web and worker, Stripe has given up telling us: all of it is found."""
    payments = [shop.order(f"outage {number}").body for number in range(3)]
    shop.web.kill()
    for payment in payments:
        shop.pay(payment["stripePaymentIntentId"])
    stories.pass_time(shop, 25 * stories.HOUR)
    shop.start_web()
    shop.start_worker(SWEEP_SECONDS="0.2")
    for payment in payments:
        until(partial(stories.settled, shop, payment), "a payment that was missed")
    shop.check_even()


def test_a_backlog_is_drained_at_the_rate(shop: Stack) -> None:
    """F63: forty transfers are due at once; Stripe sees no more a second than it allows."""
    shop.start_worker(OPERATION_LEASE_SECONDS="2", STRIPE_RATE="2000")
    shop.fault("unavailable", "/v1/transfers")
    payments = [shop.sell(f"backlog {number}") for number in range(RATE)]
    due = len(payments) * len(PAYEES)
    until(lambda: shop.count(DUE_TRANSFERS) == due, "the backlog")
    for child in shop.children:
        if child.name == "worker":
            child.kill()
    shop.leases_end()
    shop.control("DELETE", "faults")
    before = len(shop.journal("/v1/transfers"))
    shop.start_worker(STRIPE_RATE=str(RATE))
    until(lambda: shop.count(DUE_TRANSFERS) == 0, "the end of the backlog")
    sent = sorted(row["at"] for row in shop.journal("/v1/transfers")[before:])
    busiest = max(sum(start <= at < start + 1 for at in sent) for start in sent)
    assert busiest <= 2 * RATE


DUE_TRANSFERS = """
    SELECT count(*) FROM payments.stripe_operations WHERE kind = 'transfer' AND outcome IS NULL
"""


# ── the log ───────────────────────────────────────────────────────────────────────────────────


def test_a_log_that_nobody_reads_stops_nothing(shop: Stack, tmp_path: Path) -> None:
    """F80: the log's pipe is full from the first line on; orders are taken and paid as ever."""
    pipe = tmp_path / "log"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    filler = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    try:
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(filler, b"x" * 4096)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(filler, b"x")
        shop.log_path = pipe
        shop.start_web(LOG_LEVEL="debug")
        shop.start_worker(LOG_LEVEL="debug")
        for number in range(3):
            shop.sell(f"unread {number}")
        shop.check_even()
    finally:
        shop.log_path = Path(shop.log.name)
        shop.web.kill()
        os.close(filler)
        os.close(reader)
