"""Refunds: as much as was captured, from the available balance, and what may go wrong later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stripe_simulator.cards import card_named
from stripe_simulator.errors import refused
from stripe_simulator.events import emit
from stripe_simulator.ledger import NETWORK, Entry
from stripe_simulator.money import shown
from stripe_simulator.objects.refund import Refund
from stripe_simulator.operations import inquiries, reviews

if TYPE_CHECKING:
    from stripe_simulator.objects.charge import Charge
    from stripe_simulator.state import State

OPEN = frozenset({"pending", "requires_action"})


@dataclass(slots=True)
class Order:
    """What somebody wants refunded; amount in minor units, None for all that remains."""

    amount: int | None = None
    reason: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


def refund(world: State, charge: Charge, order: Order) -> Refund:
    """Refund a charge, or leave the refund pending when the balance is short."""
    remaining = charge.amount_captured - charge.amount_refunded
    amount = remaining if order.amount is None else order.amount
    _check(world, charge, amount, remaining)
    row = world.store.refunds.add(
        Refund(
            id=world.ids.make("re_" if charge.id.startswith("ch_") else "pyr_"),
            account=charge.account,
            created=world.clock.seconds(),
            amount=amount,
            currency=charge.currency,
            charge=charge.id,
            status="pending",
            payment_intent=charge.payment_intent,
            reason=order.reason,
            metadata=order.metadata,
        )
    )
    charge.amount_refunded += amount
    charge.refunded = charge.amount_refunded == charge.amount_captured
    _carry_out(world, row, charge)
    emit(world, "refund.created", row.render(world), row.account)
    if row.status == "succeeded":
        emit(world, "charge.refunded", charge.render(world), charge.account)
    elif row.id in world.short_refunds and not charge.id.startswith("ch_"):
        fail(world, row, "insufficient_funds")  # only a card's refund waits for money
    _side_effects(world, charge, order.reason)
    return row


def _check(world: State, charge: Charge, amount: int, remaining: int) -> None:
    if charge.status == "succeeded" and not charge.captured:
        raise refused(
            "This uncaptured Charge was created by a PaymentIntent "
            f"({charge.payment_intent}). You must cancel the PaymentIntent to reverse the "
            "authorization instead of refunding the Charge directly. See "
            "https://stripe.com/docs/api/payment_intents/cancel for more details."
        )
    if any(claim.status not in CALM for claim in world.store.disputes.where("charge", charge.id)):
        raise refused(
            f"Charge {charge.id} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if remaining <= 0:
        raise refused(
            f"Charge {charge.id} has already been refunded.", code="charge_already_refunded"
        )
    if amount > remaining:
        raise refused(
            f"Refund amount ({shown(amount, charge.currency)}) is greater than unrefunded "
            f"amount on charge ({shown(remaining, charge.currency)})",
            "amount",
        )


# dispute statuses that leave a charge refundable
CALM = frozenset(
    {"won", "prevented", "warning_closed", "warning_needs_response", "warning_under_review"}
)


def _carry_out(world: State, row: Refund, charge: Charge) -> None:
    """Take the money from the platform, if it is there, and set what comes of it."""
    if world.ledger.balance(row.account, row.currency) < row.amount:
        row.pending_reason = "insufficient_funds"
        world.short_refunds[row.id] = None
        return
    _debit(world, row, charge)
    kind = card_named(charge.card or "pm_card_visa").refund
    later = world.clock.now() + world.config.refund_seconds
    if kind == "pending":
        row.pending_reason = "processing"
        world.clock.at(later, "refund_succeeds", row.id)
        world.on_timer()
        return
    row.status, row.pending_reason = "succeeded", None
    if kind == "fail":
        world.clock.at(later, "refund_fails", row.id)
        world.on_timer()


def _debit(world: State, row: Refund, charge: Charge) -> None:
    kind = "refund" if charge.id.startswith("ch_") else "payment_refund"
    entry = Entry(row.account, kind, -row.amount, row.currency, row.id, NETWORK)
    entry.description = f"REFUND FOR CHARGE ({charge.description or charge.id})"
    row.balance_transaction = world.ledger.post(entry).id


def _side_effects(world: State, charge: Charge, reason: str | None) -> None:
    if not charge.refunded:
        return
    reviews.close_for(world, charge, "refunded_as_fraud" if reason == "fraudulent" else "refunded")
    for claim in world.store.disputes.where("charge", charge.id) if charge.disputed else ():
        if claim.status in {"warning_needs_response", "warning_under_review"}:
            inquiries.close_inquiry(world, claim.id)


def retry_short(world: State, accounts: set[str]) -> None:
    """Carry out refunds of these accounts that waited for money, oldest first."""
    for refund_id in [row for row in world.short_refunds if row in world.store.refunds.place]:
        row = world.store.refunds[refund_id]
        if row.account not in accounts or row.pending_reason != "insufficient_funds":
            continue
        charge = world.store.charges[row.charge]
        if world.ledger.balance(row.account, row.currency) < row.amount:
            continue
        _carry_out(world, row, charge)
        world.short_refunds.pop(refund_id, None)
        if row.status == "succeeded":
            _updated(world, row, charge, also_refunded=True)


def _updated(world: State, row: Refund, charge: Charge, *, also_refunded: bool) -> None:
    emit(world, "refund.updated", row.render(world), row.account)
    emit(world, "charge.refund.updated", row.render(world), row.account)
    if also_refunded:
        emit(world, "charge.refunded", charge.render(world), row.account)


def succeed_later(world: State, refund_id: str) -> None:
    """Let a pending refund arrive."""
    row = world.store.refunds[refund_id]
    if row.status in OPEN:
        succeed(world, row)


def fail_later(world: State, refund_id: str) -> None:
    """Let a refund come back from the bank."""
    row = world.store.refunds[refund_id]
    if row.status != "failed":
        fail(world, row, "lost_or_stolen_card")


def succeed(world: State, row: Refund) -> None:
    """Conclude a pending refund well."""
    charge = world.store.charges[row.charge]
    if row.balance_transaction is None:
        _debit(world, row, charge)
    row.status, row.pending_reason, row.next_action = "succeeded", None, None
    world.short_refunds.pop(row.id, None)
    _updated(world, row, charge, also_refunded=True)


def fail(world: State, row: Refund, reason: str) -> None:
    """Fail a refund, even one that had succeeded: the money returns to the balance."""
    charge = _undo(world, row)
    row.status, row.failure_reason = "failed", reason
    row.pending_reason, row.next_action = None, None
    emit(world, "refund.failed", row.render(world), row.account)
    _updated(world, row, charge, also_refunded=False)


def cancel(world: State, row: Refund) -> None:
    """Cancel a refund that waits for the customer's action."""
    charge = _undo(world, row)
    row.status, row.next_action, row.pending_reason = "canceled", None, None
    _updated(world, row, charge, also_refunded=False)


def _undo(world: State, row: Refund) -> Charge:
    charge = world.store.charges[row.charge]
    charge.amount_refunded -= row.amount
    charge.refunded = False
    world.short_refunds.pop(row.id, None)
    if row.balance_transaction is not None:
        entry = Entry(row.account, "refund_failure", row.amount, row.currency, row.id, NETWORK)
        row.failure_balance_transaction = world.ledger.post(entry).id
    return charge
