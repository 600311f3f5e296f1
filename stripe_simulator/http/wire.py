"""Between aiohttp and the API: reading requests, and sending answers the way a fault wants."""

from __future__ import annotations

import asyncio

from aiohttp import web

from stripe_simulator.api import Answer, Api, Incoming

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "authorization,content-type,idempotency-key,stripe-account,"
    "stripe-version",
    "Access-Control-Allow-Methods": "GET,POST,DELETE",
}
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
FORM = "application/x-www-form-urlencoded"


async def read(request: web.Request) -> Incoming:
    """Read a request as the API wants it."""
    text, is_form = request.rel_url.raw_query_string, True
    if request.method == "POST":
        body = await request.read()
        is_form = not body or request.content_type in {FORM, "application/octet-stream"}
        text = body.decode("utf-8", "replace")
    return Incoming(request.method, request.path, text, request.headers, is_form)


async def serve(api: Api, request: web.Request) -> web.StreamResponse:
    """Answer an API request."""
    if request.method == "OPTIONS":
        return web.Response(status=204, headers=CORS)
    answer = await api.answer(await read(request))
    answer.headers |= {"Access-Control-Allow-Origin": "*"}
    if answer.cut is not None:
        return await _cut(request, answer)
    return web.Response(
        status=answer.status,
        body=answer.body,
        headers=answer.headers,
        content_type="application/json",
    )


async def _cut(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Lose, damage or delay an answer."""
    name = answer.cut.name if answer.cut else ""
    if name in {"bad_gateway_before", "bad_gateway_after"}:
        return web.Response(status=502, body=BAD_GATEWAY, content_type="text/html")
    if name == "garbage":
        return web.Response(
            status=200,
            body=b"\x00not json",
            headers=answer.headers,
            content_type="application/json",
        )
    if name == "truncate":
        return await _truncate(request, answer)
    if name in {"hang_before", "hang_after"} and answer.cut is not None:
        await asyncio.sleep(answer.cut.seconds)
    return _close(request)


async def _truncate(request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_type = "application/json"
    response.content_length = len(answer.body)
    await response.prepare(request)
    await response.write(answer.body[: len(answer.body) // 2])
    _close(request)
    return response


def _close(request: web.Request) -> web.StreamResponse:
    """Close the connection without a word; the response returned is never sent."""
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=500)
