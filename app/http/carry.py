"""A request carries its own operation: written and fenced by one commit, finished by a second.

If Stripe cannot be asked or heard in time, SQL answers 202 with the current state, and the worker
completes it.
"""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from aiohttp import web

from app.database.client import Answer, Jsonb
from app.database.notify import OPERATIONS
from app.errors import DatabaseError, Problem
from app.failpoints import failpoint
from app.http.context import TRACE, Services
from app.http.endpoint import Call
from app.observability import metrics
from app.stripe.gateway import Result

LEAVES_WORK = frozenset({"capture", "refund"})
"""Calls whose success makes others due: transfers, reversals."""

LEASE_SHARE = 0.8
"""A call must have ended by this share of its lease; the rest is for recording the answer."""

TOKEN_WAIT_SECONDS = 2.0
"""Longest wait of a request for its turn at Stripe; then 202."""


async def ask(call: Call, function: str, location: str, **args: Any) -> web.Response:
    """Call the function that decides, carry what it prepared, answer.

    Args:
        call: the request.
        function: name in schema api.
        location: URL of the resource, with `{id}`.
        args: arguments beside the usual ones.

    Raises:
        Problem: what the answer says.
        DatabaseError: the database did not answer.
    """
    database = call.services.database
    await failpoint("inline.before_ask", function)
    answer = await database.answer(function, **call.asking(), request=Jsonb(call.document), **args)
    await failpoint("inline.after_ask", function)
    return respond(await _through(call, answer), location)


async def create_payment(call: Call, location: str) -> web.Response:
    """As `ask` for a new payment: those that arrive together share their two commits.

    Raises:
        Problem, DatabaseError: as `ask`.
    """
    request = {
        "subject": call.caller.subject,
        "idempotencyKey": call.key,
        "fingerprint": call.fingerprint.hex(),
        "request": call.document | _origin(call),
        "traceContext": call.trace_context,
        "origin": call.origin,
    }
    await failpoint("inline.before_ask", "payments_create")
    answer = await call.services.batches.create(call.caller.tenant_id, request)
    await failpoint("inline.after_ask", "payments_create")
    return respond(await _through(call, answer), location)


def _origin(call: Call) -> dict[str, str]:
    """Where the request came from, for the fraud rules; not part of what was asked."""
    address = call.request[TRACE].client
    return {"clientIp": str(address)} if address else {}


async def _through(call: Call, answer: Answer) -> Answer:
    deadline = call.started + call.services.settings.operation_lease_seconds * LEASE_SHARE
    if answer.operation is None and not answer.replayed:
        call.services.notifier.wake(OPERATIONS)
    while answer.operation is not None:
        answer = await _carry(call.services, answer.operation, deadline)
    return answer


async def _carry(services: Services, operation: dict[str, Any], deadline: float) -> Answer:
    kind = operation["kind"]
    await failpoint("inline.before_carry", kind)
    result = await _send(services, operation, deadline)
    await failpoint("inline.before_finish", kind)
    finished = {
        "operationId": operation["id"],
        "leaseEpoch": operation["leaseEpoch"],
        "result": result,
    }
    answer = await services.batches.finish(UUID(operation["tenantId"]), finished)
    await failpoint("inline.after_finish", kind)
    metrics.count_operation(kind, result["outcome"])
    if result["outcome"] in {"unknown", "not_sent"} or kind in LEAVES_WORK:
        services.notifier.wake(OPERATIONS)
    return answer


async def _send(services: Services, operation: dict[str, Any], deadline: float) -> Result:
    gateway = services.gateway
    left = deadline - time.monotonic()
    try:
        granted = await services.rate.acquire(min(TOKEN_WAIT_SECONDS, left))
    except DatabaseError as error:
        return gateway.not_sent("rate_unavailable", str(error))
    if not granted:
        return gateway.not_sent("rate_limited", "our own rate towards Stripe is used up")
    return await gateway.send(operation, deadline)


def respond(answer: Answer, location: str) -> web.Response:
    """The response an answer stands for.

    Raises:
        Problem: when the answer is one.
    """
    if answer.problem:
        headers = {"Idempotent-Replayed": "true"} if answer.replayed else None
        raise Problem(answer.problem, answer.detail, headers=headers)
    headers = {}
    if answer.status in {201, 202}:
        headers["Location"] = location.format(id=answer.body["id"])
    if answer.replayed:
        headers["Idempotent-Replayed"] = "true"
    return json_response(answer.body, status=answer.status, headers=headers)


def json_response(
    body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A document as application/json."""
    return web.Response(
        body=orjson.dumps(body), status=status, headers=headers, content_type="application/json"
    )


def page_response(call: Call, page: dict[str, Any]) -> web.Response:
    """A page of a list, with a link to the next one."""
    headers = {}
    if page.get("nextCursor"):
        url = call.request.rel_url.update_query(cursor=page["nextCursor"])
        headers["Link"] = f'<{url}>; rel="next"'
    return json_response(page, headers=headers)
