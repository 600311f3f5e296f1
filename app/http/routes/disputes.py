"""Disputes: banks' claims against payments, and our answer to them, once."""

from aiohttp import web

from app.http.answers import answer_document, answer_page, ask
from app.http.endpoint import BY_STRIPE, Call, Endpoint
from app.http.requests import DisputeList, EvidenceSubmit
from app.http.responses import Dispute, DisputePage

LOCATION = "/api/v1/disputes/{id}"


async def get(call: Call) -> web.Response:
    """One dispute."""
    return await answer_document(call, "dispute_get", dispute_id=call.ids["id"])


async def list_(call: Call) -> web.Response:
    """A page of disputes, newest first."""
    return await answer_page(call, "dispute_list")


async def submit(call: Call) -> web.Response:
    """Send evidence to the bank, once."""
    return await ask(call, "dispute_evidence_submit", LOCATION, dispute_id=call.ids["id"])


ENDPOINTS = (
    Endpoint(
        "GET", "/api/v1/disputes", "payments:read", list_, query=DisputeList, answer=DisputePage
    ),
    Endpoint("GET", LOCATION, "payments:read", get, answer=Dispute),
    Endpoint(
        "POST",
        f"{LOCATION}/evidence",
        "payments:write",
        submit,
        body=EvidenceSubmit,
        answer=Dispute,
        statuses=(200, 202),
        refuses=BY_STRIPE,
    ),
)
