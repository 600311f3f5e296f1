"""Refunds: money back, in full or in part.

Each payee's share is reversed, or kept back from its next transfers.
"""

from aiohttp import web

from app.http.answers import answer_document, answer_page, ask
from app.http.endpoint import BY_STRIPE, Call, Endpoint
from app.http.requests import RefundCreate, RefundList
from app.http.responses import Refund, RefundPage

LOCATION = "/api/v1/refunds/{id}"


async def create(call: Call) -> web.Response:
    """A refund, in full or in part."""
    return await ask(call, "refund_create", LOCATION)


async def get(call: Call) -> web.Response:
    """One refund."""
    return await answer_document(call, "refund_get", refund_id=call.ids["id"])


async def list_(call: Call) -> web.Response:
    """A page of refunds, newest first."""
    return await answer_page(call, "refund_list")


ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/v1/refunds",
        "refunds:write",
        create,
        body=RefundCreate,
        answer=Refund,
        statuses=(201, 202),
        refuses=(*BY_STRIPE, "not_found", "refund_policy_violation"),
    ),
    Endpoint("GET", "/api/v1/refunds", "payments:read", list_, query=RefundList, answer=RefundPage),
    Endpoint("GET", "/api/v1/refunds/{id}", "payments:read", get, answer=Refund),
)
