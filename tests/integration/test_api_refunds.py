"""Refunds over HTTP, with worker and simulator."""

from uuid import uuid4

import pytest

from tests.support.service import ALL_SCOPES, OTHER_TENANT, TENANT, Service, token
from tests.support.waiting import eventually

REFUNDS = "/api/v1/refunds"


def bearer(tenant: str, scope: str = ALL_SCOPES) -> dict[str, str]:
    """A header with a token of a tenant."""
    return {"Authorization": f"Bearer {token(tenant, scope)}"}


async def test_a_refund_reaches_buyer_and_payee(service: Service) -> None:
    """201 with Location; the payee's part is reversed; no cent is lost."""
    await service.payee()
    await service.start_worker()
    payment = await service.paid_out(await service.paid())
    reply = await service.ask(
        "POST", REFUNDS, {"paymentId": payment["id"], "reason": "other", "amount": 4_000}
    )
    assert (reply.status, reply.body["status"]) == (201, "succeeded")
    assert reply.headers["Location"] == f"{REFUNDS}/{reply.body['id']}"

    async def reversed_too() -> bool:
        (reversal,) = (await service.get(reply.headers["Location"]))["reversals"]
        return bool((reversal["amount"], reversal["status"]) == (3_600, "succeeded"))

    await eventually(reversed_too)
    page = await service.get(f"{REFUNDS}?paymentId={payment['id']}")
    assert [one["id"] for one in page["data"]] == [reply.body["id"]]
    after = await service.get(f"/api/v1/payments/{payment['id']}")
    assert (after["amountRefunded"], after["amountRefundPending"]) == (4_000, 0)
    assert service.violations() == []


async def test_the_same_key_refunds_once(service: Service) -> None:
    """The answer is replayed; another body is refused; one refund at Stripe."""
    await service.payee()
    await service.start_worker()
    payment = await service.paid()
    body = {"paymentId": payment["id"], "reason": "other", "amount": 1}
    first = await service.ask("POST", REFUNDS, body, headers={"Idempotency-Key": "r"})
    again = await service.ask("POST", REFUNDS, body, headers={"Idempotency-Key": "r"})
    assert (again.status, again.body["id"]) == (201, first.body["id"])
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await service.ask(
        "POST", REFUNDS, body | {"amount": 2}, headers={"Idempotency-Key": "r"}
    )
    assert other.status == 422
    journal = await service.control("GET", "requests?method=POST&path=/v1/refunds")
    assert len(journal["requests"]) == 1


async def test_what_cannot_be_refunded_is_refused(service: Service) -> None:
    """More than remains, nothing captured, unknown, another tenant's, no scope: nothing changes."""
    await service.payee()
    await service.start_worker()
    payment, fresh = await service.paid(), await service.payment(orderId="order-2")
    too_much = await service.ask(
        "POST", REFUNDS, {"paymentId": payment["id"], "reason": "other", "amount": 10_001}
    )
    assert (too_much.status, too_much.code) == (409, "refund_exceeds_remaining")
    uncaptured = await service.ask("POST", REFUNDS, {"paymentId": fresh["id"], "reason": "other"})
    assert (uncaptured.status, uncaptured.code) == (409, "payment_not_refundable")
    nobodys = await service.ask("POST", REFUNDS, {"paymentId": str(uuid4()), "reason": "other"})
    assert nobodys.status == 404
    body = {"paymentId": payment["id"], "reason": "other"}
    foreign = await service.ask("POST", REFUNDS, body, headers=bearer(OTHER_TENANT))
    assert foreign.status in {403, 404}
    unscoped = await service.ask("POST", REFUNDS, body, headers=bearer(TENANT, "payments:write"))
    assert unscoped.status == 403
    assert service.database.execute("SELECT count(*) FROM payments.payment_refunds") == [(0,)]


@pytest.mark.parametrize(
    "path", [REFUNDS, "/api/v1/escrows", "/api/v1/disputes", "/api/v1/refund-batches"]
)
async def test_what_is_not_there_is_not_found(service: Service, path: str) -> None:
    """404, whatever kind of thing it would be."""
    reply = await service.ask("GET", f"{path}/{uuid4()}")
    assert (reply.status, reply.code) == (404, "not_found")
