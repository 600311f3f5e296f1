"""The API's description: for programs and for people."""

from functools import cache

import orjson
from aiohttp import web

from app.http.endpoint import Endpoint
from app.http.openapi.description import describe
from app.http.openapi.docs_page import page, policy


@cache
def rendered(endpoints: tuple[Endpoint, ...]) -> tuple[bytes, str]:
    """The description of these endpoints as JSON and as HTML; made once."""
    document = describe(endpoints)
    return orjson.dumps(document), page(document)


def add_routes(app: web.Application, endpoints: tuple[Endpoint, ...]) -> None:
    """Serve /openapi.json and /docs."""
    encoded, html = rendered(endpoints)

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(body=encoded, content_type="application/json")

    async def docs(_request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": policy()}
        return web.Response(text=html, content_type="text/html", headers=headers)

    app.router.add_get("/openapi.json", openapi)
    app.router.add_get("/docs", docs)
