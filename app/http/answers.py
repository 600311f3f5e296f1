"""Answers: of calls that decide something, and of those that read a document or a page."""

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from app.database.client import Answer, Jsonb
from app.errors import Problem
from app.failpoints import failpoint
from app.http.context import TRACE
from app.http.endpoint import Call


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
    await failpoint("request.before_ask", function)
    answer = await database.answer(function, **call.asking(), request=Jsonb(call.document), **args)
    await failpoint("request.after_ask", function)
    return respond(await call.services.carrier.carry(answer, call.started), location)


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
    await failpoint("request.before_ask", "payments_create")
    answer = await call.services.batches.create(call.caller.tenant_id, request)
    await failpoint("request.after_ask", "payments_create")
    return respond(await call.services.carrier.carry(answer, call.started), location)


def _origin(call: Call) -> dict[str, str]:
    """Where the request came from, for the fraud rules; not part of what was asked."""
    address = call.request[TRACE].client
    return {"clientIp": str(address)} if address else {}


async def answer_document(call: Call, function: str, **args: Any) -> web.Response:
    """One document of the caller's tenant.

    Args:
        call: the request.
        function: name in schema api.
        args: its arguments beside the tenant.
    """
    body = await call.services.database.value(function, tenant_id=call.caller.tenant_id, **args)
    return json_response(body)


async def answer_page(call: Call, function: str) -> web.Response:
    """A page of documents that the validated query asks for, with a link to the next.

    Args:
        call: the request.
        function: name in schema api.
    """
    wanted = dict(call.document)
    limit, cursor = wanted.pop("limit"), wanted.pop("cursor", None)
    page = await call.services.database.value(
        function,
        tenant_id=call.caller.tenant_id,
        filter=Jsonb(wanted),
        limit=limit,
        cursor=cursor,
    )
    return page_response(call, page)


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
