"""Escrows: resale money that an order's `escrow` holds.

It goes when its conditions are confirmed, or its time has come.
"""

from aiohttp import web

from app.http.answers import answer_document, ask
from app.http.endpoint import Call, Endpoint
from app.http.requests import ConditionConfirm, EscrowRelease, Reason
from app.http.responses import Escrow

LOCATION = "/api/v1/escrows/{id}"


async def get(call: Call) -> web.Response:
    """One escrow."""
    return await answer_document(call, "escrow_get", escrow_id=call.ids["id"])


async def release(call: Call) -> web.Response:
    """Pay held money out, all or part of it."""
    return await ask(call, "escrow_release", LOCATION, escrow_id=call.ids["id"])


async def cancel(call: Call) -> web.Response:
    """Call the sale off: the buyer gets back all that remains."""
    return await ask(call, "escrow_cancel", LOCATION, escrow_id=call.ids["id"])


async def confirm(call: Call) -> web.Response:
    """A condition is met."""
    return await ask(
        call,
        "escrow_condition_confirm",
        LOCATION,
        escrow_id=call.ids["id"],
        name=call.names["name"],
    )


ENDPOINTS = (
    Endpoint("GET", LOCATION, "payments:read", get, answer=Escrow),
    Endpoint(
        "POST",
        f"{LOCATION}/release",
        "escrow:write",
        release,
        body=EscrowRelease,
        answer=Escrow,
        refuses=("invalid_state", "amount_invalid"),
    ),
    Endpoint(
        "POST",
        f"{LOCATION}/cancel",
        "escrow:write",
        cancel,
        body=Reason,
        answer=Escrow,
        refuses=(
            "invalid_state",
            "payment_not_refundable",
            "refund_exceeds_remaining",
            "refund_policy_violation",
            "amount_invalid",
        ),
    ),
    Endpoint(
        "POST",
        f"{LOCATION}/conditions/{{name}}",
        "escrow:write",
        confirm,
        body=ConditionConfirm,
        answer=Escrow,
        refuses=("invalid_state",),
    ),
)
