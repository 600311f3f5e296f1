"""Disputes over HTTP."""

from typing import Any

from tests.support.service import Service
from tests.support.waiting import eventually


async def test_a_dispute_freezes_its_payment(service: Service) -> None:
    """It is listed and shown, nothing is refunded meanwhile, and evidence is taken once."""
    await service.payee()
    await service.start_worker()
    payment = await service.paid("pm_card_createDispute")
    found: list[Any] = []

    async def opened() -> bool:
        await service.control("POST", "drain", {})
        page = await service.get(f"/api/v1/disputes?paymentId={payment['id']}")
        found[:] = page["data"]
        return bool(found)

    await eventually(opened)
    url = f"/api/v1/disputes/{found[0]['id']}"
    assert (await service.get(url))["amount"] == 10_000
    refused = await service.ask(
        "POST", "/api/v1/refunds", {"paymentId": payment["id"], "reason": "other"}
    )
    assert (refused.status, refused.code) == (409, "payment_not_refundable")
    unknown = await service.ask("POST", f"{url}/evidence", {"evidence": {"colour": "red"}})
    assert (unknown.status, unknown.code) == (422, "validation_failed")
    assert (await service.ask("GET", "/api/v1/disputes?status=open")).code == "validation_failed"
    body = {"evidence": {"uncategorized_text": "winning_evidence"}}
    assert (await service.ask("POST", f"{url}/evidence", body)).status == 200
    assert (await service.ask("POST", f"{url}/evidence", body)).status == 409
    assert service.violations() == []
