"""/v1/disputes."""

from __future__ import annotations

from typing import Any

from stripe_simulator.errors import invalid, refused
from stripe_simulator.events import emit
from stripe_simulator.metadata import merge_metadata
from stripe_simulator.objects.dispute import CLOSED, EVIDENCE
from stripe_simulator.operations import disputes
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, Shown, listing
from stripe_simulator.schema import schema

Json = dict[str, Any]
TEXTS = " ".join(f"{name}:str?" for name in EVIDENCE)
UPDATE = schema(
    f"evidence:{{appeal:any? enhanced_evidence:any? {TEXTS}}} "
    "intended_submission_method:manual|prefer_manual|prefer_smart_disputes|smart_disputes "
    "metadata:map? submit:bool"
)
LISTED = schema(LIST, CREATED, "charge:str payment_intent:str")
MAX_EVIDENCE = 150_000


def retrieve(call: Call) -> Shown:
    """Show one dispute."""
    return call.find(call.world.store.disputes)


def update(call: Call) -> Shown:
    """Add evidence and, unless told otherwise, submit it."""
    world, params = call.world, call.params
    row = call.find(world.store.disputes)
    evidence = params.get("evidence", {})
    if sum(len(text) for text in evidence.values() if isinstance(text, str)) > MAX_EVIDENCE:
        raise invalid("The evidence is longer than 150,000 characters.", "evidence")
    if row.status in CLOSED and ("evidence" in params or params.get("submit")):
        raise refused("This dispute is already closed")
    if "under_review" in row.status and ("evidence" in params or params.get("submit")):
        raise refused("The evidence of this dispute has already been submitted")
    row.metadata = merge_metadata(row.metadata, params)
    row.evidence = {k: v for k, v in (row.evidence | evidence).items() if v is not None}
    if "intended_submission_method" in params:
        row.intended_submission_method = params["intended_submission_method"]
    if params.get("submit", "evidence" in params):
        disputes.submit(world, row)
    else:
        emit(world, "charge.dispute.updated", row.render(world), row.account)
    return row


def close(call: Call) -> Shown:
    """Accept the claim: lost, for good."""
    row = call.find(call.world.store.disputes)
    disputes.lose(call.world, row)
    return row


def listed(call: Call) -> Json:
    """List disputes."""
    charge, intent = call.params.get("charge"), call.params.get("payment_intent")
    by = ("charge", charge) if charge else ("payment_intent", intent)
    return listing(
        call,
        call.world.store.disputes,
        lambda row: charge in {None, row.charge} and intent in {None, row.payment_intent},
        by,
    )


ROUTES = [
    Route("GET", "/v1/disputes", listed, LISTED),
    Route("GET", "/v1/disputes/{}", retrieve),
    Route("POST", "/v1/disputes/{}", update, UPDATE),
    Route("POST", "/v1/disputes/{}/close", close),
]
