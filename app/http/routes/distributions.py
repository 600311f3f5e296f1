"""Distributions: another service, signed, gives from the platform's share to payees.

See [authentication](docs/authentication.md).
"""

from aiohttp import web

from app.http.answers import answer_document, ask
from app.http.endpoint import Call, Endpoint
from app.http.requests import DistributionCreate
from app.http.responses import Distribution

LOCATION = "/internal/v1/distributions/{id}"
OF_SIGNATURES = ("signature_required", "signature_invalid", "replayed_request")


async def create(call: Call) -> web.Response:
    """Pay payees from what is left of a captured payment."""
    return await ask(call, "distribution_create", LOCATION)


async def get(call: Call) -> web.Response:
    """One distribution with its transfers."""
    return await answer_document(call, "distribution_get", distribution_id=call.ids["id"])


ENDPOINTS = (
    Endpoint(
        "POST",
        "/internal/v1/distributions",
        "internal",
        create,
        body=DistributionCreate,
        answer=Distribution,
        statuses=(201,),
        refuses=(
            *OF_SIGNATURES,
            "not_found",
            "amount_invalid",
            "split_invalid",
            "payee_not_found",
            "invalid_state",
            "payment_not_refundable",
        ),
        is_signed=True,
    ),
    Endpoint(
        "GET",
        LOCATION,
        "internal",
        get,
        answer=Distribution,
        refuses=OF_SIGNATURES,
        is_signed=True,
    ),
)
