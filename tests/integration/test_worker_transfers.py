"""The worker, end to end: a paid order is split and paid out, whatever goes wrong on the way."""

import asyncio
from typing import Any

import pytest

from app.worker.operations import AT_ONCE_SECONDS
from tests.support.service import Service, running_worker, settings_for
from tests.support.waiting import eventually


async def wait_paid(service: Service, payment: Any) -> Any:
    """The payment's only transfer once it is paid."""
    found: list[Any] = []

    async def paid() -> bool:
        page = await service.get(f"/api/v1/transfers?paymentId={payment['id']}&status=paid")
        found[:] = page["data"]
        return bool(found)

    await eventually(paid)
    (transfer,) = found
    return transfer


async def test_a_paid_order_reaches_its_payee(service: Service) -> None:
    """Split, transfer, fee; no breach of any invariant, one transfer at Stripe."""
    await service.payee()
    payment = await service.payment()
    await service.start_worker()
    await service.pay(payment)
    transfer = await wait_paid(service, payment)
    assert (transfer["amount"], transfer["recipientId"]) == (9_000, "venue-1")
    assert transfer["stripeTransferId"].startswith("tr_")
    one = await service.get(f"/api/v1/transfers/{transfer['id']}")
    assert one["paymentId"] == payment["id"]
    assert len(await service.transfers_at_stripe()) == 1
    assert service.violations() == []


async def test_a_declined_card_pays_nobody(service: Service) -> None:
    """F21: the payment waits for another card."""
    await service.payee()
    payment = await service.payment()
    await service.start_worker()
    await service.pay(payment, "pm_card_visa_chargeDeclined")
    await service.until(f"/api/v1/payments/{payment['id']}", status="requires_payment_method")
    assert await service.transfers_at_stripe() == []


async def test_a_blocked_payee_is_paid_once_enabled(service: Service) -> None:
    """F26: a visible liability until then; account.updated releases it."""
    account = await service.payee()
    stripe_id = account["stripeAccountId"]
    await service.start_worker()
    await service.control(
        "POST", f"accounts/{stripe_id}", {"capabilities": {"transfers": "inactive"}}
    )
    await service.control("POST", "drain", {})
    url = f"/api/v1/connected-accounts/{account['id']}"
    await service.until(url, transfersEnabled=False)
    payment = await service.paid()
    page = await service.get("/api/v1/transfers?status=blocked")
    assert [one["amount"] for one in page["data"]] == [9_000]
    assert await service.transfers_at_stripe() == []
    await service.control(
        "POST", f"accounts/{stripe_id}", {"capabilities": {"transfers": "active"}}
    )
    await wait_paid(service, payment)
    assert service.violations() == []


@pytest.mark.parametrize(
    "fault",
    [
        "lost_after",
        "truncate",
        "garbage",
        "bad_gateway_after",
        "hang_after",
        "lost_before",
        "unavailable",
        "rate_limit",
        "lock_timeout",
        "key_in_use",
    ],
)
async def test_one_transfer_whatever_stripe_answers(service: Service, fault: str) -> None:
    """F07, F12, F13, F16, F17, F23: evidence and key together, exactly one."""
    await service.payee()
    payment = await service.payment()
    rule = {"fault": fault, "match": {"method": "POST", "path": "/v1/transfers"}, "times": 1}
    await service.control("POST", "faults", rule)
    await service.start_worker()
    await service.pay(payment)
    await wait_paid(service, payment)
    assert len(await service.transfers_at_stripe()) == 1
    assert service.violations() == []


async def test_two_workers_send_each_transfer_once(service: Service) -> None:
    """F60: claims skip what the other has."""
    await service.payee()
    payments = [await service.payment() for _ in range(20)]
    first, second = await service.start_worker(), await service.start_worker()
    for payment in payments:
        await service.pay(payment)
    for payment in payments:
        await wait_paid(service, payment)
    assert len(await service.transfers_at_stripe()) == 20
    await first.stop()
    await second.stop()
    assert service.violations() == []


async def test_stopping_finishes_what_is_in_flight(service: Service) -> None:
    """F65: the call under way is recorded; nothing stays leased."""
    await service.payee()
    payments = [await service.payment() for _ in range(5)]
    rule = {"fault": "latency", "match": {"path": "/v1/transfers"}, "seconds": 0.3}
    await service.control("POST", "faults", rule)
    running = await service.start_worker(WORKER_CONCURRENCY="2")
    for payment in payments:
        await service.pay(payment)

    async def sent() -> bool:
        return bool((await service.control("GET", "requests?path=/v1/transfers"))["requests"])

    await eventually(sent)
    await running.stop()
    leased = service.database.execute(
        "SELECT count(*) FROM payments.stripe_operations WHERE state = 'leased'"
    )
    assert leased == [(0,)]
    await service.start_worker()
    for payment in payments:
        await wait_paid(service, payment)
    assert len(await service.transfers_at_stripe()) == 5


async def test_what_waited_for_its_place_is_fenced_when_its_turn_comes(service: Service) -> None:
    """Two transfers claimed together, one place: the second is sent under a fence of then."""
    account = f"accounts/{(await service.payee())['stripeAccountId']}"
    off, on = ({"capabilities": {"transfers": state}} for state in ("inactive", "active"))
    await service.control("POST", account, off)
    await service.start_worker(WORKER_CONCURRENCY="1")
    payments = [await service.payment() for _ in range(2)]
    for payment in payments:
        await service.pay(payment)
        await service.until(f"/api/v1/payments/{payment['id']}", status="succeeded")
    rule = {"fault": "latency", "match": {"path": "/v1/transfers"}, "seconds": 0.6}
    await service.control("POST", "faults", rule)
    await service.control("POST", account, on)
    for payment in payments:
        await wait_paid(service, payment)
    ((apart,),) = service.database.execute(
        "SELECT extract(epoch FROM max(o.last_sent_at) - min(o.last_sent_at))"
        "  FROM payments.stripe_operations AS o WHERE o.kind = 'transfer'"
    )
    assert apart > 2 * AT_ONCE_SECONDS


async def test_a_notification_that_nobody_heard_costs_a_poll(service: Service) -> None:
    """F57: polling is the truth."""
    await service.payee()
    payment = await service.payment()
    running = await service.start_worker()
    running.worker.listener._channels = {}  # deaf from here on
    await service.pay(payment)
    await wait_paid(service, payment)


async def test_the_worker_survives_its_connections(service: Service) -> None:
    """F43: pool and listener come back, and nothing is lost."""
    await service.payee()
    payment = await service.payment()
    running = await service.start_worker()
    await eventually(running.listening)
    service.database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename = 'payments_service'"
    )
    await service.pay(payment)
    await wait_paid(service, payment)
    await eventually(running.listening)


async def test_a_worker_waits_for_migrations(service: Service) -> None:
    """It neither ends nor works before."""
    service.database.execute("ALTER FUNCTION api.schema_check() RENAME TO schema_check_away")
    settings = settings_for(service.database, service.stripe_url)
    async with running_worker(settings) as running:
        await asyncio.sleep(0)
        assert not running.task.done()
        service.database.execute("ALTER FUNCTION api.schema_check_away() RENAME TO schema_check")
        await eventually(running.listening)


async def test_a_payee_who_left_stops_nobody_else(service: Service) -> None:
    """F26: Stripe answers 403 for its account alone: it cannot receive, the others are paid."""
    gone = await service.payee("venue-2")
    await service.payee()
    await service.start_worker()
    await service.control("POST", f"accounts/{gone['stripeAccountId']}", {"deauthorized": True})
    await service.control("POST", "drain", {})
    await service.until(f"/api/v1/connected-accounts/{gone['id']}", transfersEnabled=False)
    payment = await service.payment()
    await service.pay(payment)
    await wait_paid(service, payment)
    assert service.violations() == []
