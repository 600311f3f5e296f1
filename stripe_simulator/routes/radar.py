"""/v1/reviews and /v1/radar/early_fraud_warnings."""

from __future__ import annotations

from typing import Any

from stripe_simulator.errors import refused
from stripe_simulator.operations import reviews
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, Shown, listing
from stripe_simulator.schema import schema

Json = dict[str, Any]
LISTED_REVIEWS = schema(LIST, CREATED)
LISTED_WARNINGS = schema(LIST, CREATED, "charge:str payment_intent:str")


def retrieve_review(call: Call) -> Shown:
    """Show one review."""
    return call.find(call.world.store.reviews)


def approve(call: Call) -> Shown:
    """Close a review because the payment is good."""
    row = call.find(call.world.store.reviews)
    if not row.open:
        raise refused(f"The review {row.id} is already closed.")
    reviews.close_review(call.world, row, "approved")
    return row


def listed_reviews(call: Call) -> Json:
    """List reviews that are open."""
    return listing(call, call.world.store.reviews, lambda row: row.open)


def retrieve_warning(call: Call) -> Shown:
    """Show one early fraud warning."""
    return call.find(call.world.store.warnings)


def listed_warnings(call: Call) -> Json:
    """List early fraud warnings."""
    charge, intent = call.params.get("charge"), call.params.get("payment_intent")
    return listing(
        call,
        call.world.store.warnings,
        lambda row: charge in {None, row.charge} and intent in {None, row.payment_intent},
        ("charge", charge),
    )


ROUTES = [
    Route("GET", "/v1/reviews", listed_reviews, LISTED_REVIEWS),
    Route("GET", "/v1/reviews/{}", retrieve_review),
    Route("POST", "/v1/reviews/{}/approve", approve),
    Route("GET", "/v1/radar/early_fraud_warnings", listed_warnings, LISTED_WARNINGS),
    Route("GET", "/v1/radar/early_fraud_warnings/{}", retrieve_warning),
]
