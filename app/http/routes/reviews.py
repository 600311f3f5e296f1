"""Reviews: payments and payees that wait for a person.

See [fraud and AML](docs/fraud-and-aml.md).
"""

from aiohttp import web

from app.http.answers import answer_page, ask
from app.http.endpoint import Call, Endpoint, Handler
from app.http.requests import ReviewDecision, ReviewList
from app.http.responses import Review, ReviewPage

PATH = "/api/v1/reviews"
SCOPE = "reviews:write"
"""Also to read them: what is suspected is not for everybody who may see payments."""


async def list_(call: Call) -> web.Response:
    """A page of reviews, newest first."""
    return await answer_page(call, "review_list")


async def approve(call: Call) -> web.Response:
    """Let the payment or payee go on."""
    return await _decide(call, "approved")


async def reject(call: Call) -> web.Response:
    """Turn the payment back: cancel or refund it."""
    return await _decide(call, "rejected")


async def _decide(call: Call, decision: str) -> web.Response:
    return await ask(call, "review_decide", PATH, review_id=call.ids["id"], decision=decision)


def _decision(verb: str, handler: Handler) -> Endpoint:
    return Endpoint(
        "POST",
        f"{PATH}/{{id}}/{verb}",
        SCOPE,
        handler,
        body=ReviewDecision,
        answer=Review,
        refuses=("invalid_state", "payment_not_refundable"),
    )


ENDPOINTS = (
    Endpoint("GET", PATH, SCOPE, list_, query=ReviewList, answer=ReviewPage),
    _decision("approve", approve),
    _decision("reject", reject),
)
