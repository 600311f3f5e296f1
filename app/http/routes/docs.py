"""The API's description: for programs, and for people as the page of Swagger UI.

Its files come from the package swagger-ui-py, of which no code runs: nothing is fetched from
outside, and the policy lets nothing else in.
"""

import base64
import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import orjson
from aiohttp import web

from app.http.endpoint import Endpoint
from app.http.openapi.description import describe

ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
START = (
    "SwaggerUIBundle({url: '/openapi.json', dom_id: '#page', deepLinking: true,"
    " supportedSubmitMethods: []})"  # it describes: money is not moved from a page
)
PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Payment service</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script>{START}</script>
</body>
</html>
"""
_DIGEST = base64.b64encode(hashlib.sha256(START.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; script-src 'self' 'sha256-{_DIGEST}'; style-src 'self'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@cache
def rendered(endpoints: tuple[Endpoint, ...]) -> bytes:
    """The description of these endpoints as JSON; made once."""
    return orjson.dumps(describe(endpoints))


def add_routes(app: web.Application, endpoints: tuple[Endpoint, ...]) -> None:
    """Serve /openapi.json, /docs and what that page is made of."""
    encoded = rendered(endpoints)

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(body=encoded, content_type="application/json")

    app.router.add_get("/openapi.json", openapi)
    app.router.add_get("/docs", _page)
    for name in ASSETS:
        app.router.add_get(f"/docs/{name}", _asset)


async def _page(_request: web.Request) -> web.Response:
    headers = {"Content-Security-Policy": POLICY}
    return web.Response(text=PAGE, content_type="text/html", headers=headers)


async def _asset(request: web.Request) -> web.FileResponse:
    name = request.path.rpartition("/")[2]
    headers = {"Content-Type": ASSETS[name], "Cache-Control": "public, max-age=86400"}
    return web.FileResponse(_files() / name, headers=headers)


@cache
def _files() -> Path:
    package = find_spec("swagger_ui")
    assert package is not None  # noqa: S101 -- a dependency
    assert package.origin is not None  # noqa: S101 -- a package with an __init__
    return Path(package.origin).parent / "static"
