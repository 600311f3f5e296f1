"""Concurrent refunds: 64 clients want the same money back at the same moment, over HTTP."""

import asyncio
from collections import Counter
from http import HTTPStatus
from typing import Any

import pytest

from tests.support.service import Reply, Service
from tests.support.waiting import eventually

CLIENTS = 64
AMOUNT = 10_000
REFUNDS = "/api/v1/refunds"
LOSERS = {"refund_exceeds_remaining", "payment_not_refundable", "invalid_state"}


async def paid(service: Service) -> Any:
    """A payment of 10000 that has succeeded, and a worker that carries what has to queue."""
    await service.payee()
    await service.start_worker()
    return await service.paid()


async def refund(
    service: Service, payment: Any, key: str, amount: int | None, busy: Counter[str] | None = None
) -> Reply:
    """One client's request; told that we are too busy, it counts that and asks again."""
    body = {"paymentId": payment["id"], "reason": "other"} | (
        {} if amount is None else {"amount": amount}
    )
    headers = {"Idempotency-Key": key}
    while True:
        reply = await service.ask("POST", REFUNDS, body, headers=headers)
        if reply.status != HTTPStatus.SERVICE_UNAVAILABLE:
            return reply
        assert "Retry-After" in reply.headers
        if busy is not None:
            busy[key] += 1


async def refunds_at_stripe(service: Service) -> list[int]:
    """The amount of each refund that Stripe made."""
    journal = await service.control("GET", "requests?method=POST&path=/v1/refunds&executed=true")
    made = [row for row in journal["requests"] if row["object"]]
    assert len({row["object"] for row in made}) == len(made)
    return [int(row["params"]["amount"]) for row in made]


async def settled(service: Service, payment: Any) -> Any:
    """The payment once no refund of it is pending and nothing has to be done any more."""
    found: dict[str, Any] = {}

    async def quiet() -> bool:
        found.update(await service.get(f"/api/v1/payments/{payment['id']}"))
        return not found["amountRefundPending"] and not service.database.execute(
            "SELECT FROM payments.stripe_operations WHERE outcome IS NULL"
        )

    await eventually(quiet)
    return found


@pytest.mark.parametrize(
    ("amount", "winners"),
    [(None, 1), (AMOUNT, 1), (3_333, 3), (500, 20), pytest.param(157, 63, marks=pytest.mark.full)],
)
async def test_64_clients_never_refund_a_unit_too_much(
    service: Service, amount: int | None, winners: int
) -> None:
    """As many as the payment covers win, every other is told clearly; Stripe has just those."""
    payment = await paid(service)
    replies = await asyncio.gather(
        *(refund(service, payment, f"client-{n}", amount) for n in range(CLIENTS))
    )
    statuses = Counter(reply.status for reply in replies)
    assert statuses[201] + statuses[202] == winners, statuses
    assert statuses[409] == CLIENTS - winners, statuses
    assert {reply.code for reply in replies if reply.status == 409} <= LOSERS
    after = await settled(service, payment)
    assert await refunds_at_stripe(service) == [amount or AMOUNT] * winners
    assert after["amountRefunded"] == (amount or AMOUNT) * winners <= AMOUNT
    assert sum(one["amount"] for one in after["refunds"]) == after["amountRefunded"]
    assert service.violations() == []


async def test_64_clients_with_one_key_refund_once(service: Service) -> None:
    """A double click, 64 times: one refund; the others wait, or read the same answer (F82)."""
    payment = await paid(service)
    busy: Counter[str] = Counter()
    replies = await asyncio.gather(
        *(refund(service, payment, "the-key", 1_000, busy) for _ in range(CLIENTS))
    )
    told = [r for r in replies if r.status in {201, 202}]
    [made] = {reply.body["id"] for reply in told}
    fresh = [reply for reply in told if not replayed(reply)]
    # Who made it and was told 503 afterwards, for want of a connection, is answered by a replay.
    assert len(fresh) == 1 or (not fresh and busy["the-key"])
    for reply in replies:
        if reply not in told:
            assert (reply.status, reply.code) == (409, "idempotency_in_progress")
    await settled(service, payment)
    again = await refund(service, payment, "the-key", 1_000)
    assert (again.status, replayed(again), again.body["id"]) == (201, True, made)
    assert await refunds_at_stripe(service) == [1_000]
    assert service.violations() == []


def replayed(reply: Reply) -> bool:
    """Whether an answer was given before."""
    return bool(reply.headers.get("Idempotent-Replayed") == "true")
