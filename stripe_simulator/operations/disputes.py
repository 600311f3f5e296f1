"""Disputes: inquiries and chargebacks from opening to the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stripe_simulator.errors import refused
from stripe_simulator.events import emit
from stripe_simulator.ledger import FEES, NETWORK, Entry
from stripe_simulator.objects.dispute import CLOSED, Dispute
from stripe_simulator.operations import refunds, reviews
from stripe_simulator.operations.inquiries import announce, close_inquiry

if TYPE_CHECKING:
    from stripe_simulator.objects.charge import Charge
    from stripe_simulator.state import State

Json = dict[str, Any]


@dataclass(slots=True)
class Claim:
    """What the card holder claims, minor units; `lost` opens a chargeback already decided."""

    amount: int
    reason: str = "fraudulent"
    inquiry: bool = False
    lost: bool = False


def open_dispute(world: State, charge: Charge, claim: Claim) -> Dispute:
    """Open an inquiry, or a chargeback that takes the amount and a fee at once."""
    inquiry = claim.inquiry or claim.reason == "inquiry"
    now = world.clock.seconds()
    row = world.store.disputes.add(
        Dispute(
            id=world.ids.make("du_"),
            account=charge.account,
            created=now,
            amount=claim.amount,
            currency=charge.currency,
            charge=charge.id,
            reason="general" if claim.reason == "inquiry" else claim.reason,
            status="warning_needs_response" if inquiry else "needs_response",
            due_by=now + world.config.response_seconds,
            payment_intent=charge.payment_intent,
        )
    )
    charge.disputed = True
    if not inquiry:
        _withdraw(world, row)
        _fail_short_refunds(world, charge)
    if claim.lost:
        row.status, row.due_by = "lost", None
    emit(world, "charge.dispute.created", row.render(world), row.account)
    _after_opening(world, row, charge, inquiry=inquiry)
    return row


def _after_opening(world: State, row: Dispute, charge: Charge, *, inquiry: bool) -> None:
    if inquiry:
        closes = world.clock.now() + world.config.inquiry_seconds
        world.clock.at(closes, "inquiry_closes", row.id)
    else:
        emit(world, "charge.dispute.funds_withdrawn", row.render(world), row.account)
        reviews.close_for(world, charge, "disputed")
    if row.status == "lost":
        emit(world, "charge.dispute.closed", row.render(world), row.account)
    elif row.due_by is not None:
        world.clock.at(row.due_by + 1, "response_due", row.id)
    world.on_timer()


def _withdraw(world: State, row: Dispute) -> None:
    entry = Entry(row.account, "adjustment", -row.amount, row.currency, row.id, NETWORK)
    entry.fee, entry.category = world.config.dispute_fee, "dispute"
    entry.description = f"Chargeback withdrawal for {row.charge}"
    row.balance_transactions.append(world.ledger.post(entry).id)


def _fail_short_refunds(world: State, charge: Charge) -> None:
    """Fail refunds that still wait for money: a disputed charge is no longer refunded."""
    for refund in world.store.refunds.where("charge", charge.id):
        if refund.pending_reason == "insufficient_funds":
            refunds.fail(world, refund, "charge_for_pending_refund_disputed")


def submit(world: State, row: Dispute) -> None:
    """Send the evidence to the bank; the magic texts decide at once."""
    row.submission_count += 1
    row.submission_method = "manual"
    if row.status == "appeal_needs_response":
        row.status = "appeal_under_review"
    else:
        row.status = "warning_under_review" if row.inquiry else "under_review"
    if not row.inquiry and not row.countered_fee:
        _charge_countering(world, row, world.config.dispute_fee)
    emit(world, "charge.dispute.updated", row.render(world), row.account)
    text = row.evidence.get("uncategorized_text")
    if text == "winning_evidence":
        win(world, row)
    elif text == "losing_evidence":
        lose(world, row)
    elif text == "escalate_inquiry_evidence" and row.inquiry:
        escalate(world, row)
    else:
        due = world.clock.now() + world.config.review_seconds
        world.clock.at(due, "dispute_review", row.id)
        world.on_timer()


def _charge_countering(world: State, row: Dispute, fee: int) -> None:
    """Take the fee for countering, or give it back when negative; minor units."""
    row.countered_fee += fee
    entry = Entry(row.account, "stripe_fee", -fee, row.currency, row.id, FEES)
    entry.description = f"Dispute countered fee for {row.id}"
    world.ledger.post(entry)


def win(world: State, row: Dispute, amount: int | None = None) -> None:
    """Decide for the platform: the money comes back, or `amount` minor units of it."""
    if row.inquiry:
        close_inquiry(world, row.id)
        return
    _refuse_closed(row, but="lost")
    row.status, row.due_by = "won", None
    back = row.amount if amount is None else amount
    entry = Entry(row.account, "adjustment", back, row.currency, row.id, NETWORK)
    entry.category = "dispute_reversal"
    entry.description = f"Chargeback reversal for {row.charge}"
    row.balance_transactions.append(world.ledger.post(entry).id)
    if row.countered_fee:
        _charge_countering(world, row, -row.countered_fee)
    announce(world, row)
    emit(world, "charge.dispute.funds_reinstated", row.render(world), row.account)
    emit(world, "charge.dispute.closed", row.render(world), row.account)


def lose(world: State, row: Dispute) -> None:
    """Decide for the card holder."""
    _refuse_closed(row)
    row.status, row.due_by = ("warning_closed" if row.inquiry else "lost"), None
    announce(world, row)
    emit(world, "charge.dispute.closed", row.render(world), row.account)


def escalate(world: State, row: Dispute) -> None:
    """Turn an inquiry into a chargeback."""
    if not row.inquiry or row.status in CLOSED:
        raise refused("Only an open inquiry can be escalated")
    row.status = "needs_response"
    row.due_by = world.clock.seconds() + world.config.response_seconds
    row.submission_count = 0
    row.evidence = {}
    _withdraw(world, row)
    world.clock.at(row.due_by + 1, "response_due", row.id)
    world.on_timer()
    emit(world, "charge.dispute.updated", row.render(world), row.account)
    emit(world, "charge.dispute.funds_withdrawn", row.render(world), row.account)


def appeal(world: State, row: Dispute) -> None:
    """Let a lost dispute be argued once more."""
    if row.status != "lost":
        raise refused("Only a lost dispute can be appealed")
    row.status = "appeal_needs_response"
    row.due_by = world.clock.seconds() + world.config.response_seconds
    world.clock.at(row.due_by + 1, "response_due", row.id)
    world.on_timer()
    emit(world, "charge.dispute.updated", row.render(world), row.account)


def prevent(world: State, row: Dispute) -> None:
    """Close a dispute as prevented: the money is back as if never taken."""
    _refuse_closed(row)
    back = not row.inquiry
    row.status, row.due_by = "prevented", None
    if back:
        entry = Entry(row.account, "adjustment", row.amount, row.currency, row.id, NETWORK)
        entry.category = "dispute_reversal"
        row.balance_transactions.append(world.ledger.post(entry).id)
        emit(world, "charge.dispute.funds_reinstated", row.render(world), row.account)
    emit(world, "charge.dispute.closed", row.render(world), row.account)


def _refuse_closed(row: Dispute, but: str | None = None) -> None:
    if row.status in CLOSED and row.status != but:
        raise refused("This dispute is already closed")


def conclude_review(world: State, dispute_id: str) -> None:
    """Decide a countered dispute that nobody decided: lost, as most are."""
    row = world.store.disputes[dispute_id]
    if row.status in {"under_review", "appeal_under_review"}:
        lose(world, row)


def response_due(world: State, dispute_id: str) -> None:
    """Lose a chargeback nobody answered in time."""
    row = world.store.disputes[dispute_id]
    late = row.due_by is not None and row.due_by < world.clock.now()
    if late and row.status in {"needs_response", "appeal_needs_response"}:
        lose(world, row)
