"""Payments: made for an order, read, captured in full or once in part, or let go.

A new one is 201 with its `clientSecret`, or 202 when Stripe has not answered yet.
"""

from aiohttp import web

from app.http.answers import answer_document, answer_page, ask, create_payment
from app.http.endpoint import BY_STRIPE, Call, Endpoint
from app.http.requests import Cancel, Capture, IntentCreate, PaymentList
from app.http.responses import CreatedPayment, Payment, PaymentPage

LOCATION = "/api/v1/payments/{id}"


async def create(call: Call) -> web.Response:
    """A payment and its intent at Stripe."""
    return await create_payment(call, LOCATION)


async def capture(call: Call) -> web.Response:
    """Take the authorised money, all or part of it."""
    return await ask(call, "payment_capture", LOCATION, payment_id=call.ids["id"])


async def cancel(call: Call) -> web.Response:
    """Let the buyer's money go."""
    return await ask(call, "payment_cancel", LOCATION, payment_id=call.ids["id"])


async def get(call: Call) -> web.Response:
    """One payment."""
    return await answer_document(call, "payment_get", payment_id=call.ids["id"])


async def list_(call: Call) -> web.Response:
    """A page of payments, newest first."""
    return await answer_page(call, "payment_list")


ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/v1/payments/intents",
        "payments:write",
        create,
        body=IntentCreate,
        is_payment=True,
        answer=CreatedPayment,
        statuses=(201, 202),
        refuses=(
            *BY_STRIPE,
            "currency_unsupported",
            "split_invalid",
            "payee_not_found",
            "payment_blocked",
        ),
    ),
    Endpoint(
        "GET", "/api/v1/payments", "payments:read", list_, query=PaymentList, answer=PaymentPage
    ),
    Endpoint("GET", "/api/v1/payments/{id}", "payments:read", get, answer=Payment),
    Endpoint(
        "POST",
        "/api/v1/payments/{id}/capture",
        "payments:write",
        capture,
        body=Capture,
        answer=Payment,
        statuses=(200, 202),
        refuses=BY_STRIPE,
    ),
    Endpoint(
        "POST",
        "/api/v1/payments/{id}/cancel",
        "payments:write",
        cancel,
        body=Cancel,
        answer=Payment,
        statuses=(200, 202),
        refuses=BY_STRIPE,
    ),
)
