"""Invariants checked by the worker, and refunds without funds, as metrics."""

from typing import Any, LiteralString

import psycopg
import pytest

from app.observability import metrics
from app.worker.periodic import invariants as watch
from tests.support.service import TENANT, Service
from tests.support.waiting import eventually

SHARE = "UPDATE payments.payment_splits SET amount = amount + %s WHERE recipient_type = 'platform'"
WAITS_FOR = "UPDATE payments.payment_refunds SET pending_reason = %s"
SOON = (0.01, 0.02)


def gauge(name: str, **labels: str) -> float:
    """A gauge as it is exported now; 0 when it is not."""
    return metrics.registry.get_sample_value(name, labels) or 0.0


def plant(service: Service, change: LiteralString, value: object) -> None:
    """Change rows behind the service's back."""
    with psycopg.connect(service.database.superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(change, [value])


async def touched(service: Service, payment: Any) -> None:
    """Something happens to the payment."""
    reply = await service.ask(
        "POST", "/api/v1/refunds", {"paymentId": payment["id"], "reason": "other", "amount": 10}
    )
    assert reply.status == 201, reply.body


async def test_the_worker_counts_breaches_and_sees_them_mended(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """money_violations rises when a touched payment is wrong and falls when it is right again."""
    monkeypatch.setattr(watch, "EVERY_SECONDS", SOON)
    await service.payee()
    await service.start_worker()
    payment = await service.paid_out(await service.paid())
    plant(service, SHARE, 1)
    await touched(service, payment)

    async def counted() -> bool:
        return gauge("money_violations") > 0

    await eventually(counted)
    found = service.database.execute("SELECT invariant FROM ops.violations_outstanding(%s)", TENANT)
    assert ("M03",) in found
    plant(service, SHARE, -1)

    async def mended() -> bool:
        return gauge("money_violations") == 0

    await eventually(mended)
    assert service.violations() == []


async def test_the_worker_counts_refunds_that_wait_for_the_balance(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By currency: how many and how much; nothing once none waits."""
    monkeypatch.setattr(watch, "EVERY_SECONDS", SOON)
    await service.payee()
    await service.start_worker()
    payment = await service.paid()
    await touched(service, payment)
    plant(service, WAITS_FOR, "insufficient_funds")

    async def counted() -> bool:
        return (
            gauge("refunds_waiting_for_funds", currency="usd"),
            gauge("refunds_waiting_for_funds_minor_units", currency="usd"),
        ) == (1.0, 10.0)

    await eventually(counted)
    plant(service, WAITS_FOR, None)

    async def gone() -> bool:
        return gauge("refunds_waiting_for_funds", currency="usd") == 0

    await eventually(gone)
