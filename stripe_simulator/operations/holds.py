"""Authorised but not captured: capture, release, expiry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_simulator.errors import ApiError, refused
from stripe_simulator.events import emit
from stripe_simulator.operations import charging, reviews

if TYPE_CHECKING:
    from stripe_simulator.objects.charge import Charge
    from stripe_simulator.objects.payment_intent import PaymentIntent
    from stripe_simulator.state import State

CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_reauthorization",
    "requires_confirmation",
    "requires_action",
    "expired",
    "processing",
)
RELEASED = (
    "The remaining amount on this PaymentIntent could not be captured because the remainder of "
    "the authorized amount has been released."
)


def unexpected(world: State, intent: PaymentIntent, message: str) -> ApiError:
    """Refuse what the intent's status does not allow; the error carries the intent."""
    return ApiError(
        400,
        message,
        code="payment_intent_unexpected_state",
        payment_intent=intent.render(world),
    )


def capture(
    world: State, intent: PaymentIntent, amount: int | None, metadata: dict[str, str]
) -> None:
    """Take a held amount, or a part of it once; the rest is released. Minor units."""
    charge = _held(world, intent)
    wanted = intent.amount_capturable if amount is None else amount
    if wanted > intent.amount_capturable:
        raise refused(
            "Unable to capture: the amount to capture is greater than the amount that can be "
            f"captured ({intent.amount_capturable}).",
            "amount_to_capture",
            "amount_too_large",
        )
    charge.captured, charge.amount_captured = True, wanted
    intent.amount_capturable, intent.amount_received = 0, wanted
    intent.status, intent.metadata = "succeeded", metadata
    charging.settle_charge(world, intent, charge)
    emit(world, "charge.captured", charge.render(world), charge.account)
    emit(world, "payment_intent.succeeded", intent.render(world), intent.account)


def _held(world: State, intent: PaymentIntent) -> Charge:
    charge = world.store.charges.get(intent.latest_charge)
    if intent.status == "succeeded" and charge and charge.amount_captured < charge.amount:
        raise unexpected(world, intent, RELEASED)
    if intent.cancellation_reason == "automatic" and charge:
        raise ApiError(
            400,
            "The charge cannot be captured as the authorization has expired.",
            code="charge_expired_for_capture",
            charge=charge.id,
        )
    if intent.status != "requires_capture" or charge is None:
        raise unexpected(
            world,
            intent,
            "This PaymentIntent could not be captured because it has a status of "
            f"{intent.status}. Only a PaymentIntent with one of the following statuses may be "
            "captured: requires_capture.",
        )
    return charge


def cancel(world: State, intent: PaymentIntent, reason: str | None) -> None:
    """Cancel an intent; a hold is released."""
    charge = world.store.charges.get(intent.latest_charge)
    card_processing = intent.status == "processing" and (
        charge is None or not charge.id.startswith("py_")
    )
    if intent.status not in CANCELABLE or card_processing:
        raise unexpected(
            world,
            intent,
            "You cannot cancel this PaymentIntent because it has a status of "
            f"{intent.status}. Only a PaymentIntent with one of the following statuses may be "
            f"canceled: {', '.join(CANCELABLE)}.",
        )
    held = charge if intent.status == "requires_capture" else None
    debit = charge if intent.status == "processing" else None
    _cancel(world, intent, reason)
    if held is not None:
        _release(held)
        reviews.close_for(world, held, "canceled")
        if world.config.cancel_emits_charge_refunded:
            emit(world, "charge.refunded", held.render(world), held.account)
    if debit is not None:
        debit.status, debit.failure_code = "failed", "charge_canceled"
        world.ledger.release(debit.id, world.clock.seconds())
        emit(world, "charge.failed", debit.render(world), debit.account)
    emit(world, "payment_intent.canceled", intent.render(world), intent.account)


def _cancel(world: State, intent: PaymentIntent, reason: str | None) -> None:
    intent.status = "canceled"
    intent.canceled_at = world.clock.seconds()
    intent.cancellation_reason = reason
    intent.amount_capturable = 0
    intent.next_action = None


def _release(charge: Charge) -> None:
    charge.refunded, charge.amount_refunded = True, charge.amount


def expire(world: State, intent_id: str) -> None:
    """Release a hold whose time is over, unless it was captured or canceled before."""
    intent = world.store.payment_intents.get(intent_id)
    if intent is None or intent.status != "requires_capture":
        return
    charge = world.store.charges[intent.latest_charge]
    if charge.capture_before is None or charge.capture_before > world.clock.now():
        return
    _cancel(world, intent, "automatic")
    _release(charge)
    reviews.close_for(world, charge, "payment_never_settled")
    emit(world, "charge.expired", charge.render(world), charge.account)
    emit(world, "payment_intent.canceled", intent.render(world), intent.account)
