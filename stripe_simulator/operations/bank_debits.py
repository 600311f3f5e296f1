"""Bank debits: processing for days, then good or bad, whatever was transferred meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_simulator.cards import card_named
from stripe_simulator.events import emit
from stripe_simulator.operations import charging

if TYPE_CHECKING:
    from stripe_simulator.state import State


def conclude(world: State, charge_id: str, *, passed: bool | None = None) -> None:
    """Let a pending charge succeed or fail, as ordered or as its test value says."""
    charge = world.store.charges[charge_id]
    intent = world.store.payment_intents.get(charge.payment_intent)
    if charge.status != "pending" or intent is None:
        return
    card = card_named(charge.card or "")
    if passed or (passed is None and card.later == "succeed"):
        charging.collect(world, intent, charge)
        return
    charging.fail_charge(charge, card)
    charge.failure_code = card.decline or "payment_intent_payment_attempt_failed"
    method = world.store.payment_methods[charge.payment_method]
    intent.status, intent.payment_method = "requires_payment_method", None
    intent.last_payment_error = charging.decline_error(world, card, charge, method).fields
    world.ledger.release(charge.id, world.clock.seconds())
    emit(world, "charge.failed", charge.render(world), charge.account)
    emit(world, "payment_intent.payment_failed", intent.render(world), charge.account)
