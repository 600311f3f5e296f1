"""Refunds, disputes and what they do to the ledger."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from .conftest import Sim
from .test_connect import transfer
from .test_payments import refused

DAY, HOUR = 86_400, 3_600


async def refund(sim: Sim, **params: Any) -> Any:
    """Create a refund with the official package."""
    wanted: Any = params
    return await sim.client().v1.refunds.create_async(wanted)


async def rich(sim: Sim, amount: int = 1_000_000) -> None:
    """Give the platform a start."""
    await sim.control("accounts/platform", balance={"usd": amount})


async def test_refunds_add_up_to_what_was_captured(sim: Sim) -> None:
    """Partial, the rest, then Stripe's texts; transfers stay; fees are not returned."""
    await rich(sim, 1_000)
    artist = await sim.enabled_account()
    paid = await sim.paid(10_000)
    await transfer(sim, artist, 600, source_transaction=paid.latest_charge)
    part = await refund(
        sim,
        payment_intent=paid.id,
        amount=6_000,
        reason="requested_by_customer",
        metadata={"ours": "1"},
    )
    assert (part.status, part.amount, part.charge) == ("succeeded", 6_000, paid.latest_charge)
    error = await refused(
        refund(sim, charge=paid.latest_charge, amount=4_001), stripe.InvalidRequestError
    )
    assert error.user_message == (
        "Refund amount ($40.01) is greater than unrefunded amount on charge ($40.00)"
    )
    assert (error.param, error.code) == ("amount", None)
    rest = await refund(sim, charge=paid.latest_charge)
    assert rest.amount == 4_000
    charge = await sim.client().v1.charges.retrieve_async(
        paid.latest_charge, {"expand": ["refunds"]}
    )
    assert (charge.refunded, charge.amount_refunded) == (True, 10_000)
    assert charge.refunds
    assert [row.id for row in charge.refunds.data] == [rest.id, part.id]
    assert sim.balance() == (1_000 + 9_680 - 600 - 10_000, 0)
    assert sim.balance(artist) == (600, 0)
    error = await refused(refund(sim, payment_intent=paid.id), stripe.InvalidRequestError)
    assert error.code == "charge_already_refunded"
    assert (
        sim.events("refund.created", "charge.refunded") == ["refund.created", "charge.refunded"] * 2
    )
    listed = await sim.client().v1.refunds.list_async({"payment_intent": paid.id})
    assert [row.amount for row in listed.data] == [4_000, 6_000]
    changed = await sim.client().v1.refunds.update_async(part.id, {"metadata": {"ours": "2"}})
    assert changed.metadata
    assert changed.metadata["ours"] == "2"
    assert sim.events()[-2:] == ["refund.updated", "charge.refund.updated"]


async def test_what_cannot_be_refunded(sim: Sim) -> None:
    """A hold, an unpaid intent, a wrong reason, an unknown charge: each has its text."""
    held = await sim.paid(capture_method="manual")
    error = await refused(refund(sim, charge=held.latest_charge), stripe.InvalidRequestError)
    assert "You must cancel the PaymentIntent" in str(error)
    open_intent = await sim.client().v1.payment_intents.create_async(
        {"amount": 1_000, "currency": "usd"}
    )
    error = await refused(refund(sim, payment_intent=open_intent.id), stripe.InvalidRequestError)
    assert error.user_message == (
        f"This PaymentIntent ({open_intent.id}) does not have a successful charge to refund."
    )
    paid = await sim.paid()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"reason": "whatever"}, "Invalid reason: must be one of duplicate, fraudulent, or"),
        ({"amount": 0}, "Invalid positive integer"),
        ({"reverse_transfer": True}, "does not have an associated transfer"),
        ({"refund_application_fee": True}, "no application fee"),
    ]
    for more, text in cases:
        error = await refused(
            refund(sim, payment_intent=paid.id, **more), stripe.InvalidRequestError
        )
        assert text in str(error)
    error = await refused(refund(sim, charge="ch_nope"), stripe.InvalidRequestError)
    assert (error.code, "No such charge: 'ch_nope'" in str(error)) == ("resource_missing", True)
    error = await refused(refund(sim), stripe.InvalidRequestError)
    assert error.code == "parameter_missing"
    done = await refund(sim, payment_intent=(await sim.paid(500)).id)
    error = await refused(sim.client().v1.refunds.cancel_async(done.id), stripe.InvalidRequestError)
    assert "not cancelable" in str(error)


async def test_a_refund_waits_for_the_available_balance(sim: Sim) -> None:
    """Short: pending, nothing moved, but reserved; money arrives: carried out by itself."""
    artist = await sim.enabled_account()
    paid = await sim.paid(10_000)
    sent = await transfer(sim, artist, 9_000, source_transaction=paid.latest_charge)
    waiting = await refund(sim, payment_intent=paid.id)
    assert (waiting.status, waiting.pending_reason) == ("pending", "insufficient_funds")
    assert waiting.balance_transaction is None
    assert sim.balance() == (680, 0)
    error = await refused(refund(sim, payment_intent=paid.id), stripe.InvalidRequestError)
    assert error.code == "charge_already_refunded"
    await sim.client().v1.transfers.reversals.create_async(sent.id)
    assert sim.balance() == (9_680, 0)
    await sim.client().v1.topups.create_async({"amount": 320, "currency": "usd"})
    assert sim.balance() == (0, 0)
    after = await sim.client().v1.refunds.retrieve_async(waiting.id)
    assert after.status == "succeeded"
    assert sim.events()[-3:] == ["refund.updated", "charge.refund.updated", "charge.refunded"]


async def test_only_a_cards_refund_waits_for_the_balance(sim: Sim) -> None:
    """A bank debit's refund fails at once when the balance is short; the money stays refundable."""
    paid = await sim.paid(card="pm_usBankAccount_success")
    await sim.advance(4 * DAY)
    failed = await refund(sim, payment_intent=paid.id)
    assert (failed.status, failed.failure_reason) == ("failed", "insufficient_funds")
    assert sim.events()[-4:] == [
        "refund.created",
        "refund.failed",
        "refund.updated",
        "charge.refund.updated",
    ]
    assert sim.balance() == (9_680, 0)
    await rich(sim)
    again = await refund(sim, payment_intent=paid.id)
    assert (again.status, sim.balance()) == ("succeeded", (990_000, 0))


async def test_pending_and_failing_refund_cards(sim: Sim) -> None:
    """7726 succeeds later; 5126 fails later and the money and the refundable amount return."""
    await rich(sim)
    slow = await sim.paid(card="pm_card_pendingRefund")
    late = await refund(sim, payment_intent=slow.id)
    assert late.status == "pending"
    bad = await sim.paid(card="pm_card_refundFail")
    gone = await refund(sim, payment_intent=bad.id)
    assert gone.status == "succeeded"
    before = sim.balance()[0]
    await sim.advance(2 * HOUR)
    client = sim.client().v1
    assert (await client.refunds.retrieve_async(late.id)).status == "succeeded"
    failed = await client.refunds.retrieve_async(gone.id)
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    assert failed.failure_balance_transaction
    assert sim.balance()[0] == before + 10_000
    charge = await client.charges.retrieve_async(bad.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert sim.events()[-3:] == ["refund.failed", "refund.updated", "charge.refund.updated"]


async def test_refunds_under_control(sim: Sim) -> None:
    """requires_action can be canceled; any refund can be failed once; impossible is 409."""
    await rich(sim)
    paid = await sim.paid()
    row = await refund(sim, payment_intent=paid.id)
    await sim.control(f"refunds/{row.id}", status="requires_action")
    canceled = await sim.client().v1.refunds.cancel_async(row.id)
    assert canceled.status == "canceled"
    assert sim.balance() == (1_009_680, 0)
    status, _ = await sim.try_control(f"refunds/{row.id}", status="succeeded")
    assert status == 409
    again = await refund(sim, payment_intent=paid.id)
    await sim.control(f"refunds/{again.id}", status="failed", reason="declined")
    assert sim.world.store.refunds[again.id].failure_reason == "declined"


async def dispute(sim: Sim, card: str) -> Any:
    """Pay with a card that is disputed; return the dispute."""
    paid = await sim.paid(card=card)
    found = await sim.client().v1.disputes.list_async({"payment_intent": paid.id})
    return found.data[0]


async def test_a_dispute_takes_the_money_before_the_success_event(sim: Sim) -> None:
    """Events in Stripe's order; amount and fee leave the platform; refunds are refused."""
    await rich(sim)
    row = await dispute(sim, "pm_card_createDispute")
    assert (row.status, row.reason, row.amount) == ("needs_response", "fraudulent", 10_000)
    assert sim.events()[-6:] == [
        "payment_intent.created",
        "charge.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "payment_intent.succeeded",
        "charge.updated",
    ]
    assert sim.balance() == (1_000_000 + 9_680 - 10_000 - 1_500, 0)
    entry = row.balance_transactions[0]
    assert (entry.type, entry.reporting_category, entry.fee) == ("adjustment", "dispute", 1_500)
    error = await refused(refund(sim, charge=row.charge), stripe.InvalidRequestError)
    assert error.code == "charge_disputed"
    assert "has been charged back; cannot issue a refund" in str(error)


@pytest.mark.parametrize(
    ("text", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")]
)
async def test_magic_evidence_decides(sim: Sim, text: str, status: str) -> None:
    """Won: the amount and the countered fee return; lost: nothing does; closed stays closed."""
    await rich(sim)
    row = await dispute(sim, "pm_card_createDisputeProductNotReceived")
    client = sim.client().v1.disputes
    draft = await client.update_async(row.id, {"evidence": {"receipt": "x"}, "submit": False})
    assert (draft.status, draft.evidence_details.has_evidence) == ("needs_response", True)
    done = await client.update_async(
        row.id, {"evidence": {"uncategorized_text": text}, "submit": True}
    )
    assert (done.status, done.evidence_details.submission_count) == (status, 1)
    spent = 10_000 + 1_500 if status == "won" else 10_000 + 1_500 + 10_000 + 1_500
    expected = 1_000_000 + 9_680 - (1_500 if status == "won" else 13_000)
    assert spent
    assert sim.balance() == (expected, 0)
    tail = ["charge.dispute.updated", "charge.updated"]
    tail += ["charge.dispute.funds_reinstated"] if status == "won" else []
    assert sim.events()[-len(tail) - 1 :] == [*tail, "charge.dispute.closed"]
    error = await refused(
        client.update_async(row.id, {"evidence": {"receipt": "y"}}), stripe.InvalidRequestError
    )
    assert "This dispute is already closed" in str(error)
    error = await refused(client.close_async(row.id), stripe.InvalidRequestError)
    assert "This dispute is already closed" in str(error)


async def test_closing_a_dispute_accepts_it(sim: Sim) -> None:
    """POST close is lost, for good."""
    await rich(sim)
    row = await dispute(sim, "pm_card_createDispute")
    closed = await sim.client().v1.disputes.close_async(row.id)
    assert closed.status == "lost"
    assert sim.events()[-1] == "charge.dispute.closed"


async def test_an_inquiry_takes_no_money_until_it_escalates(sim: Sim) -> None:
    """Refundable meanwhile; a full refund closes it; escalating withdraws the funds."""
    await rich(sim)
    row = await dispute(sim, "pm_card_createDisputeInquiry")
    assert (row.status, row.is_charge_refundable) == ("warning_needs_response", True)
    before = sim.balance()
    assert row.balance_transactions == []
    await refund(sim, charge=row.charge)
    assert sim.world.store.disputes[row.id].status == "warning_closed"
    second = await dispute(sim, "pm_card_createDisputeInquiry")
    raised = await sim.client().v1.disputes.update_async(
        second.id, {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}, "submit": True}
    )
    assert raised.status == "needs_response"
    assert sim.events()[-1] == "charge.dispute.funds_withdrawn"
    third = await dispute(sim, "pm_card_createDisputeInquiry")
    await sim.advance(121 * DAY)
    assert sim.world.store.disputes[third.id].status == "warning_closed"
    assert before


async def test_disputes_under_control(sim: Sim) -> None:
    """Several on one charge, larger than it, straight to lost, won in part, appealed, prevented."""
    await rich(sim)
    charge = (await sim.paid()).latest_charge
    big = await sim.control(f"charges/{charge}/dispute", amount=12_000, reason="general")
    lost = await sim.control(f"charges/{charge}/dispute", amount=500, lost=True)
    assert (big["status"], lost["status"]) == ("needs_response", "lost")
    assert sim.balance() == (1_000_000 + 9_680 - 12_500 - 3_000, 0)
    await sim.control(f"disputes/{big['id']}", outcome="won", amount=7_000)
    assert sim.balance() == (1_000_000 + 9_680 - 12_500 - 3_000 + 7_000, 0)
    appealed = await sim.control(f"disputes/{lost['id']}", outcome="appealed")
    assert appealed["status"] == "appeal_needs_response"
    argued = await sim.client().v1.disputes.update_async(
        lost["id"], {"evidence": {"uncategorized_text": "winning_evidence"}}
    )
    assert argued.status == "won"
    third = await sim.control(f"charges/{charge}/dispute", amount=100)
    prevented = await sim.control(f"disputes/{third['id']}", outcome="prevented")
    assert prevented["status"] == "prevented"
    status, _ = await sim.try_control(f"disputes/{third['id']}", outcome="lost")
    assert status == 409
    many = await sim.paid(card="pm_card_createMultipleDisputes")
    found = await sim.client().v1.disputes.list_async({"charge": many.latest_charge})
    assert {row.reason for row in found.data} == {"fraudulent", "product_not_received"}


async def test_an_unanswered_dispute_is_lost_on_the_clock(sim: Sim) -> None:
    """Past the due date without evidence; with evidence the bank decides after its review."""
    await rich(sim)
    silent = await dispute(sim, "pm_card_createDispute")
    answered = await dispute(sim, "pm_card_createDispute")
    await sim.client().v1.disputes.update_async(
        answered.id, {"evidence": {"receipt": "x"}, "submit": True}
    )
    await sim.advance(15 * DAY)
    disputes = sim.world.store.disputes
    assert (disputes[silent.id].status, disputes[answered.id].status) == ("lost", "under_review")
    await sim.advance(60 * DAY)
    assert disputes[answered.id].status == "lost"


async def test_an_appeal_nobody_answers_is_lost(sim: Sim) -> None:
    """A lost dispute that is appealed waits for evidence only so long."""
    await rich(sim)
    charge = (await sim.paid()).latest_charge
    lost = await sim.control(f"charges/{charge}/dispute", lost=True)
    await sim.control(f"disputes/{lost['id']}", outcome="appealed")
    await sim.advance(13 * DAY)
    assert sim.world.store.disputes[lost["id"]].status == "appeal_needs_response"
    await sim.advance(2 * DAY)
    assert sim.world.store.disputes[lost["id"]].status == "lost"


async def test_evidence_is_submitted_once(sim: Sim) -> None:
    """Staged as often as wanted; after the submission neither evidence nor another submission."""
    await rich(sim)
    row = await dispute(sim, "pm_card_createDispute")
    client = sim.client().v1.disputes
    for text in ("a", "b"):
        staged = await client.update_async(row.id, {"evidence": {"receipt": text}, "submit": False})
        assert (staged.status, staged.evidence.receipt) == ("needs_response", text)
    sent = await client.update_async(row.id, {"submit": True})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    before = sim.balance()
    more: list[Any] = [{"submit": True}, {"evidence": {"receipt": "c"}}]
    for params in more:
        error = await refused(client.update_async(row.id, params), stripe.InvalidRequestError)
        assert "already been submitted" in str(error)
    noted = await client.update_async(row.id, {"metadata": {"ours": "1"}})
    assert (noted.evidence_details.submission_count, sim.balance()) == (1, before)


async def test_a_dispute_fails_refunds_that_wait_for_money(sim: Sim) -> None:
    """A pending refund of a charge that is then disputed fails with its own reason."""
    artist = await sim.enabled_account()
    paid = await sim.paid()
    await transfer(sim, artist, 9_000, source_transaction=paid.latest_charge)
    waiting = await refund(sim, payment_intent=paid.id)
    await sim.control(f"charges/{paid.latest_charge}/dispute")
    after = await sim.client().v1.refunds.retrieve_async(waiting.id)
    assert (after.status, after.failure_reason) == (
        "failed",
        "charge_for_pending_refund_disputed",
    )


async def test_reviews_and_warnings_under_control(sim: Sim) -> None:
    """Any charge can be put under review, closed for a reason, or warned about."""
    charge = (await sim.paid()).latest_charge
    shown = await sim.control(f"charges/{charge}", review=True)
    closed = await sim.control(f"reviews/{shown['review']}", reason="refunded_as_fraud")
    assert (closed["open"], closed["closed_reason"]) == (False, "refunded_as_fraud")
    await sim.control(f"charges/{charge}", fraudWarning="misc")
    found = await sim.client().v1.radar.early_fraud_warnings.list_async()
    assert found.data[0].fraud_type == "misc"
