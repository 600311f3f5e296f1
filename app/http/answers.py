"""Answers of requests that only read: one document, or a page of them."""

from typing import Any

from aiohttp import web

from app.database.client import Jsonb
from app.http.carry import json_response, page_response
from app.http.endpoint import Call


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
