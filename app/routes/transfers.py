"""Transfers: what payees are paid, and what they still wait for."""

from aiohttp import web

from app.db import Jsonb
from app.endpoint import Call, Endpoint
from app.inline import json_response, page_response
from app.models import TransferList


async def get(call: Call) -> web.Response:
    """One transfer."""
    body = await call.services.database.value(
        "transfer_get", tenant_id=call.caller.tenant_id, transfer_id=call.ids["id"]
    )
    return json_response(body)


async def list_(call: Call) -> web.Response:
    """A page of transfers, newest first."""
    wanted = dict(call.document)
    limit, cursor = wanted.pop("limit"), wanted.pop("cursor", None)
    page = await call.services.database.value(
        "transfer_list",
        tenant_id=call.caller.tenant_id,
        filter=Jsonb(wanted),
        limit=limit,
        cursor=cursor,
    )
    return page_response(call, page)


ENDPOINTS = (
    Endpoint("GET", "/api/v1/transfers", "payments:read", list_, query=TransferList),
    Endpoint("GET", "/api/v1/transfers/{id}", "payments:read", get),
)
