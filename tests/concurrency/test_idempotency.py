"""Idempotency keys, nonces and distributions, with two sessions at once."""

import itertools
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.support.scenario import Connection, Payment, payment_of, succeeded
from tests.support.sessions import Sessions, outcome, sqlstate

SPENT = "PY040"
REPLAYED = "PY042"
TOO_MUCH = "PY021"
MORE_THAN_REMAINS = "PY051"
RETENTION_SECONDS = 35 * 86_400
REQUEST = {"amount": 10_000, "currency": "usd", "orderId": "o1"}

_keys = itertools.count(1)


# ── retention of client keys (F84) ────────────────────────────────────────────────────────────


def order(sessions: Sessions, key: str, on: Connection | None = None) -> Any:
    """The same order under a key."""
    return sessions.scenario.ask("payments_create", REQUEST, key, on=on)


def answered(sessions: Sessions, key: str) -> None:
    """An order that was answered."""
    payment = payment_of(order(sessions, key)["operation"])
    found = succeeded(payment.object("requires_payment_method"))
    sessions.scenario.finish(payment.operation, found)


def expire(sessions: Sessions, on: Connection | None = None, limit: int = 1000) -> int:
    """Forget what is past its retention; return how many keys."""
    rows = sessions.scenario.call("idempotency_sweep", on=on, limit=limit)
    return int(rows[0]["idempotency_sweep"])


def age(sessions: Sessions) -> None:
    """Let the retention pass."""
    sessions.scenario.owner.execute("SELECT ops.clock_advance(%s)", [RETENTION_SECONDS])


def payments(sessions: Sessions) -> int:
    """How many payments there are."""
    query = "SELECT count(*) AS n FROM payments.payment_transactions WHERE tenant_id = %s"
    return int(sessions.scenario.read(query, sessions.scenario.tenant)[0]["n"])


@pytest.mark.parametrize("expired", [True, False])
def test_a_retry_waits_for_the_expiry_of_its_key(sessions: Sessions, expired: bool) -> None:  # noqa: FBT001
    """Committed, the key is spent; rolled back, its answer is replayed. Never 409, never twice."""
    answered(sessions, "k")
    age(sessions)
    expiring, client = sessions.open(), sessions.open()
    with expiring.transaction(force_rollback=not expired):
        assert expire(sessions, expiring) > 0
        waiting = sessions.start(lambda: outcome(lambda: order(sessions, "k", client)))
        sessions.await_blocked(client)
    result: Any = waiting.result()
    if expired:
        assert sqlstate(result) == SPENT
    else:
        assert (result["status"], result["replayed"]) == (201, True)
    assert payments(sessions) == 1


def test_retries_among_expiries_are_replays_or_spent(sessions: Sessions) -> None:
    """Expiry in a loop beside eight clients: each key is replayed, or spent, and makes nothing."""
    keys = [f"k{n}" for n in range(24)]
    for key in keys:
        answered(sessions, key)
    age(sessions)
    expiring, clients = sessions.open(), [sessions.open() for _ in range(8)]

    def retry(session: Connection) -> list[Any]:
        return [outcome(lambda key=key: order(sessions, key, session)) for key in keys]  # type: ignore[misc]

    def keep_expiring() -> list[Any]:
        return [expire(sessions, expiring, limit=1) for _ in range(len(keys) + 4)]

    works: list[Callable[[], Any]] = [keep_expiring, *(partial(retry, c) for c in clients)]
    results: list[Any] = sessions.together(works)
    told = Counter(sqlstate(one) or one["replayed"] for result in results[1:] for one in result)
    assert told.keys() <= {SPENT, True}
    assert payments(sessions) == len(keys)
    assert sessions.scenario.violations() == []


# ── nonces ────────────────────────────────────────────────────────────────────────────────────


def test_a_nonce_is_used_once_among_many(sessions: Sessions) -> None:
    """The same signature twenty times at once: one is let in."""

    def use(session: Connection) -> Any:
        return sessions.scenario.call(
            "nonce_use", on=session, key_id="orders", nonce="n" * 24, seconds=900
        )

    results = sessions.together([partial(use, sessions.open()) for _ in range(20)])
    assert Counter(map(sqlstate, results)) == {None: 1, REPLAYED: 19}


# ── distributions ─────────────────────────────────────────────────────────────────────────────


def distribute(
    sessions: Sessions, payment: Payment, amount: int, on: Connection | None = None
) -> Any:
    """Give the venue part of a payment of order `o1`, under a key of its own."""
    scenario = sessions.scenario
    part = {
        "stripeAccountId": scenario.accounts["v1"],
        "amount": amount,
        "recipientType": "venue",
        "recipientId": "v1",
    }
    request = {
        "orderId": "o1",
        "paymentIntentId": payment.intent,
        "chargeId": payment.charge,
        "totalAmount": payment.amount,
        "transfers": [part],
    }
    return scenario.ask("distribution_create", request, f"d{next(_keys)}", on=on)


def refund(sessions: Sessions, payment: Payment, amount: int, on: Connection | None = None) -> Any:
    """Ask for a refund, under a key of its own."""
    request = {"paymentId": str(payment.id), "amount": amount}
    return sessions.scenario.ask("refund_create", request, f"r{next(_keys)}", on=on)


def test_distributions_together_never_exceed_the_capture(sessions: Sessions) -> None:
    """Sixteen services ask for a tenth each: ten get it."""
    payment = sessions.scenario.settled_payment(10_000, [])
    works = [partial(distribute, sessions, payment, 1000, sessions.open()) for _ in range(16)]
    results = sessions.together(works)
    assert Counter(map(sqlstate, results)) == {None: 10, TOO_MUCH: 6}
    assert sessions.scenario.violations() == []


def test_a_distribution_waits_for_a_refund(sessions: Sessions) -> None:
    """What the refund reserved is not given away."""
    payment = sessions.scenario.settled_payment(10_000, [])
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        refund(sessions, payment, 4000, one)
        waiting = sessions.start(
            lambda: outcome(lambda: distribute(sessions, payment, 6001, other))
        )
        sessions.await_blocked(other)
    assert sqlstate(waiting.result()) == TOO_MUCH
    assert distribute(sessions, payment, 6000)["status"] == 201
    assert sessions.scenario.violations() == []


def test_a_refund_waits_for_a_distribution(sessions: Sessions) -> None:
    """The buyer's right comes first: all of it is refundable, the payee gives its part back."""
    payment = sessions.scenario.settled_payment(10_000, [])
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        distribute(sessions, payment, 6000, one)
        waiting = sessions.start(lambda: refund(sessions, payment, 10_000, other))
        sessions.await_blocked(other)
    operation = waiting.result()["operation"]
    params = operation["request"]["params"]
    found = {"id": "re_1", "object": "refund", "status": "succeeded", **params}
    sessions.scenario.finish(operation, succeeded(found))
    given = sessions.scenario.read(
        "SELECT recipient_type, amount FROM payments.clawback_shares WHERE payment_id = %s",
        payment.id,
    )
    assert {row["recipient_type"]: row["amount"] for row in given} == {
        "venue": 6000,
        "platform": 4000,
    }
    assert sqlstate(outcome(lambda: distribute(sessions, payment, 1))) == TOO_MUCH
    assert sqlstate(outcome(lambda: refund(sessions, payment, 1))) == MORE_THAN_REMAINS
    assert sessions.scenario.violations() == []
