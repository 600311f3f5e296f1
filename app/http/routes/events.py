"""Events: canceled, and every payment for one refunded: 202, and the progress."""

from aiohttp import web

from app.database.notify import DUE_WORK
from app.http.answers import answer_document, ask
from app.http.endpoint import Call, Endpoint
from app.http.requests import Reason
from app.http.responses import RefundBatch

LOCATION = "/api/v1/refund-batches/{id}"


async def cancel(call: Call) -> web.Response:
    """Plan the refund of every payment for the event."""
    answer = await ask(call, "show_cancel", LOCATION, show_id=call.names["eventId"])
    call.services.notifier.wake(DUE_WORK)
    return answer


async def get(call: Call) -> web.Response:
    """How far a cancellation has come."""
    return await answer_document(call, "refund_batch_get", batch_id=call.ids["id"])


ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/v1/events/{eventId}/cancellation",
        "refunds:write",
        cancel,
        body=Reason,
        answer=RefundBatch,
        statuses=(202,),
    ),
    Endpoint("GET", LOCATION, "payments:read", get, answer=RefundBatch),
)
