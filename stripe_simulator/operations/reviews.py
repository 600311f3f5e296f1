"""Reviews of risky payments and warnings of issuers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_simulator.events import emit
from stripe_simulator.objects.early_fraud_warning import EarlyFraudWarning
from stripe_simulator.objects.review import Review

if TYPE_CHECKING:
    from stripe_simulator.objects.charge import Charge
    from stripe_simulator.objects.payment_intent import PaymentIntent
    from stripe_simulator.state import State


def open_review(world: State, charge: Charge, intent: PaymentIntent | None) -> Review:
    """Ask for a person's judgement on a charge."""
    review = world.store.reviews.add(
        Review(
            id=world.ids.make("prv_"),
            account=charge.account,
            created=world.clock.seconds(),
            charge=charge.id,
            payment_intent=charge.payment_intent,
        )
    )
    charge.review = review.id
    charge.outcome = (charge.outcome or {}) | {"type": "manual_review"}
    if intent is not None:
        intent.review = review.id
    emit(world, "review.opened", review.render(world), charge.account)
    return review


def close_review(world: State, review: Review, reason: str) -> None:
    """Close a review; the charge and the intent no longer point at it."""
    review.open, review.reason, review.closed_reason = False, reason, reason
    charge = world.store.charges.get(review.charge)
    if charge is not None:
        charge.review = None
        intent = world.store.payment_intents.get(charge.payment_intent)
        if intent is not None:
            intent.review = None
    emit(world, "review.closed", review.render(world), review.account)


def close_for(world: State, charge: Charge, reason: str) -> None:
    """Close the open review of a charge, if there is one."""
    for review in world.store.reviews.where("charge", charge.id) if charge.review else ():
        if review.open:
            close_review(world, review, reason)


def warn(
    world: State, charge: Charge, fraud_type: str = "made_with_stolen_card"
) -> EarlyFraudWarning:
    """Record an issuer's warning about a charge."""
    warning = world.store.warnings.add(
        EarlyFraudWarning(
            id=world.ids.make("issfr_"),
            account=charge.account,
            created=world.clock.seconds(),
            charge=charge.id,
            payment_intent=charge.payment_intent,
            fraud_type=fraud_type,
        )
    )
    emit(world, "radar.early_fraud_warning.created", warning.render(world), charge.account)
    return warning
