"""Canceled events over HTTP: everybody gets the money back."""

import pytest

from app.worker.periodic import due_work
from tests.support.service import Service


async def test_a_canceled_event_refunds_everybody(service: Service) -> None:
    """202 with the batch; its progress is read; each payment is refunded once."""
    await service.payee()
    await service.start_worker()
    payments = [await service.paid(orderId=f"order-{n}", eventId="gig") for n in range(3)]
    reply = await service.ask("POST", "/api/v1/events/gig/cancellation", {"reason": "storm"})
    assert (reply.status, reply.body["total"]) == (202, 3)
    await service.until(reply.headers["Location"], status="finished", succeeded=3, amount=30_000)
    for payment in payments:
        read = await service.get(f"/api/v1/payments/{payment['id']}")
        assert (read["amountRefunded"], len(read["refunds"])) == (10_000, 1)
    assert service.violations() == []


async def test_a_canceled_event_does_not_wait_for_the_poll(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request wakes the worker: with a poll of an hour the refunds are made all the same."""
    monkeypatch.setattr(due_work, "EVERY_SECONDS", (3600.0, 3600.0))
    await service.payee()
    await service.start_worker()
    await service.paid_out(await service.paid(eventId="gig"))
    reply = await service.ask("POST", "/api/v1/events/gig/cancellation", {"reason": "storm"})
    await service.until(reply.headers["Location"], status="finished", succeeded=1)
    assert service.violations() == []
