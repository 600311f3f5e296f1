"""What only banks, card holders and Stripe decide: payments, refunds, disputes, payouts."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from stripe_simulator.control.base import ControlError, act, body, find, simulator
from stripe_simulator.events import emit
from stripe_simulator.operations import (
    bank_debits,
    confirmation,
    disputes,
    holds,
    inquiries,
    payouts,
    refunds,
    reviews,
    settlement,
)

Json = dict[str, Any]


def outcome(given: Json, name: str) -> bool:
    """Tell whether an outcome is given; refuse one that is none."""
    if given.get(name, "failed") not in {"succeeded", "failed"}:
        raise ControlError(f"{name} must be succeeded or failed")
    return name in given


def possible(status: str, *wanted: str) -> None:
    """Refuse what can only be done to something in another state."""
    if status not in wanted:
        raise ControlError(f"it is {status}, not {' or '.join(wanted)}", 409)


async def intent(request: web.Request) -> web.Response:
    """POST /_sim/payment_intents/{id} {authentication: succeeded|failed} or {expire: true}."""
    given = await body(request, "authentication", "expire")
    world = simulator(request).world
    row = find(world.store.payment_intents, request.match_info["id"])
    outcome(given, "authentication")
    if given.get("expire"):
        possible(row.status, "requires_capture")
    if "authentication" in given:
        passed = given["authentication"] == "succeeded"
        act(request, lambda: confirmation.authenticate(world, row, passed=passed))
    if given.get("expire"):
        charge = find(world.store.charges, row.latest_charge or "")
        charge.capture_before = world.clock.seconds()
        act(request, lambda: holds.expire(world, row.id))
    return web.json_response(row.render(world))


async def charge(request: web.Request) -> web.Response:
    """POST /_sim/charges/{id} {status, review, fraud_warning, settle}."""
    given = await body(request, "status", "review", "fraud_warning", "settle")
    world = simulator(request).world
    row = find(world.store.charges, request.match_info["id"])
    if outcome(given, "status"):
        possible(row.status, "pending")

    def change() -> None:
        if "status" in given:
            bank_debits.conclude(world, row.id, passed=given["status"] == "succeeded")
        if given.get("review"):
            intent_row = world.store.payment_intents.get(row.payment_intent)
            reviews.open_review(world, row, intent_row)
        if given.get("fraud_warning"):
            kind = given["fraud_warning"]
            reviews.warn(world, row, kind if isinstance(kind, str) else "made_with_stolen_card")
        if given.get("settle"):
            _settle_charge(request, row.id)

    act(request, change)
    return web.json_response(row.render(world))


def _settle_charge(request: web.Request, charge_id: str) -> None:
    world = simulator(request).world
    for entry in world.store.balance_transactions.where("source", charge_id):
        world.ledger.settle_one(entry)
    for transfer in world.store.transfers.where("source_transaction", charge_id):
        for source in (transfer.id, transfer.destination_payment):
            for entry in world.store.balance_transactions.where("source", source):
                world.ledger.settle_one(entry)


async def dispute(request: web.Request) -> web.Response:
    """POST /_sim/charges/{id}/dispute {amount, reason, inquiry, lost}: open one, or one more."""
    given = await body(request, "amount", "reason", "inquiry", "lost")
    world = simulator(request).world
    row = find(world.store.charges, request.match_info["id"])
    if not row.captured or row.source_transfer is not None:
        raise ControlError("only a captured charge of a payment can be disputed", 409)
    amount = int(given.get("amount", row.amount_captured))
    if amount < 1:
        raise ControlError("amount must be positive")
    claim = disputes.Claim(
        amount,
        given.get("reason", "fraudulent"),
        inquiry=bool(given.get("inquiry")),
        lost=bool(given.get("lost")),
    )
    opened = act(request, lambda: disputes.open_dispute(world, row, claim))
    return web.json_response(opened.render(world), status=201)


async def decide(request: web.Request) -> web.Response:
    """POST /_sim/disputes/{id} {outcome: won|lost|escalated|appealed|prevented, amount}."""
    given = await body(request, "outcome", "amount")
    world = simulator(request).world
    row = find(world.store.disputes, request.match_info["id"])
    actions = {
        "won": lambda: disputes.win(world, row, given.get("amount")),
        "lost": lambda: disputes.lose(world, row),
        "escalated": lambda: disputes.escalate(world, row),
        "appealed": lambda: disputes.appeal(world, row),
        "prevented": lambda: disputes.prevent(world, row),
        "closed": lambda: inquiries.close_inquiry(world, row.id),
    }
    if given.get("outcome") not in actions:
        raise ControlError(f"outcome must be one of {sorted(actions)}")
    amount = given.get("amount", 1)
    if not isinstance(amount, int) or amount < 1:
        raise ControlError("amount must be positive")
    if given["outcome"] == "closed":
        possible(row.status, "warning_needs_response", "warning_under_review")
    act(request, actions[given["outcome"]])
    return web.json_response(row.render(world))


async def refund(request: web.Request) -> web.Response:
    """POST /_sim/refunds/{id} {status: succeeded|failed|requires_action, reason}."""
    given = await body(request, "status", "reason")
    world = simulator(request).world
    row = find(world.store.refunds, request.match_info["id"])
    status = given.get("status")
    if status == "succeeded" and row.status in refunds.OPEN:
        act(request, lambda: refunds.succeed(world, row))
    elif status == "failed" and row.status not in {"failed", "canceled"}:
        reason = given.get("reason", "lost_or_stolen_card")
        act(request, lambda: refunds.fail(world, row, reason))
    elif status == "requires_action" and row.status in {"pending", "succeeded"}:
        row.status, row.next_action = "requires_action", {"type": "display_details"}
        act(request, lambda: emit(world, "refund.updated", row.render(world), row.account))
    else:
        raise ControlError(f"a refund that is {row.status} cannot become {status}", 409)
    return web.json_response(row.render(world))


async def review(request: web.Request) -> web.Response:
    """POST /_sim/reviews/{id} {reason}: close it, as approved or for another reason."""
    given = await body(request, "reason")
    world = simulator(request).world
    row = find(world.store.reviews, request.match_info["id"])
    if not row.open:
        raise ControlError("this review is closed", 409)
    reason = given.get("reason", "approved")
    act(request, lambda: reviews.close_review(world, row, reason))
    return web.json_response(row.render(world))


async def payout(request: web.Request) -> web.Response:
    """POST /_sim/payouts/{id} {status: paid|failed, failure_code}."""
    given = await body(request, "status", "failure_code")
    world = simulator(request).world
    row = find(world.store.payouts, request.match_info["id"])
    if given.get("status") == "failed":
        code = given.get("failure_code", "account_closed")
        act(request, lambda: payouts.fail(world, row, code))
    elif given.get("status") == "paid":
        possible(row.status, "pending", "in_transit")
        act(request, lambda: payouts.arrive(world, row.id))
    else:
        raise ControlError("status must be paid or failed")
    return web.json_response(row.render(world))


async def settle(request: web.Request) -> web.Response:
    """POST /_sim/settle: everything pending becomes available now."""
    world = simulator(request).world
    act(request, lambda: settlement.settle_everything(world))
    return web.json_response({"settled": True})


ROUTES = [
    web.post("/_sim/payment_intents/{id}", intent),
    web.post("/_sim/charges/{id}", charge),
    web.post("/_sim/charges/{id}/dispute", dispute),
    web.post("/_sim/disputes/{id}", decide),
    web.post("/_sim/refunds/{id}", refund),
    web.post("/_sim/reviews/{id}", review),
    web.post("/_sim/payouts/{id}", payout),
    web.post("/_sim/settle", settle),
]
