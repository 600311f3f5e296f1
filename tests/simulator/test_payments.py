"""Payment intents and charges, driven by the official package."""

from __future__ import annotations

import pytest
import stripe

from .conftest import Sim


async def test_a_card_payment_succeeds_and_pays_the_fee(sim: Sim) -> None:
    """Create and confirm: states, events in order, and the ledger moved by net and fee."""
    intent = await sim.paid(10_000, transfer_group="order_1", metadata={"order": "1"})
    assert intent.status == "succeeded"
    assert intent.amount_received == 10_000
    charge = await sim.client().v1.charges.retrieve_async(
        intent.latest_charge, {"expand": ["balance_transaction"]}
    )
    assert charge.transfer_group == "order_1"
    row = charge.balance_transaction
    assert (row.amount, row.fee, row.net, row.status) == (10_000, 320, 9_680, "available")
    assert sim.balance() == (9_680, 0)
    assert sim.events() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]
