"""Escrows over HTTP: held money is released, or goes back to the buyer."""

from tests.support.service import Service

SELLER = {"recipientType": "venue", "recipientId": "venue-1"}


async def test_held_money_is_released_once_its_condition_is_met(service: Service) -> None:
    """Refused before, released after; the seller is paid once."""
    await service.payee()
    await service.start_worker()
    payment = await service.paid(escrow=SELLER | {"conditions": ["ticket_scanned"]})
    (escrow,) = payment["escrows"]
    url = f"/api/v1/escrows/{escrow['id']}"
    assert (escrow["status"], escrow["heldAmount"], payment["transfers"]) == ("held", 9_000, [])
    early = await service.ask("POST", f"{url}/release", {"reason": "early"})
    assert (early.status, early.code) == (409, "invalid_state")
    met = await service.ask("POST", f"{url}/conditions/ticket_scanned", {"evidence": "gate 4"})
    assert met.status == 200, met.body
    part = await service.ask("POST", f"{url}/release", {"reason": "scanned", "amount": 4_000})
    assert (part.status, part.body["status"]) == (200, "partially_released")
    rest = await service.ask("POST", f"{url}/release", {"reason": "scanned"})
    assert rest.body["status"] == "released"
    again = await service.ask("POST", f"{url}/release", {"reason": "scanned"})
    assert again.status == 409
    done = await service.paid_out(payment)
    assert sorted(t["amount"] for t in done["transfers"]) == [4_000, 5_000]
    assert service.violations() == []


async def test_a_sale_called_off_is_refunded_from_the_hold(service: Service) -> None:
    """The buyer has all of it back, and no transfer was ever made."""
    await service.payee()
    await service.start_worker()
    payment = await service.paid(escrow=SELLER)
    url = f"/api/v1/escrows/{payment['escrows'][0]['id']}"
    assert (await service.ask("POST", f"{url}/cancel", {"reason": "off"})).status == 200
    await service.until(url, status="canceled", heldAmount=0, refundedAmount=9_000)
    assert await service.transfers_at_stripe() == []
    assert service.violations() == []
