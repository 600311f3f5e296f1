"""Transfers: what payees are paid, and what they still wait for."""

from aiohttp import web

from app.http.answers import answer_document, answer_page
from app.http.endpoint import Call, Endpoint
from app.http.requests import TransferList
from app.http.responses import Transfer, TransferPage


async def get(call: Call) -> web.Response:
    """One transfer."""
    return await answer_document(call, "transfer_get", transfer_id=call.ids["id"])


async def list_(call: Call) -> web.Response:
    """A page of transfers, newest first."""
    return await answer_page(call, "transfer_list")


ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/transfers", "payments:read", list_, query=TransferList, answer=TransferPage
    ),
    Endpoint("GET", "/api/v1/transfers/{id}", "payments:read", get, answer=Transfer),
)
