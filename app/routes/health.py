"""Health: is the process alive, can it serve, has it started."""

import time
from typing import Any

from aiohttp import web

from app import __version__
from app.errors import DatabaseError
from app.inline import json_response
from app.keys import SERVICES, Services


async def alive(_request: web.Request) -> web.Response:
    """GET /health: touches nothing."""
    return json_response(_body("ok", {}))


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: PostgreSQL answers and its schema is there."""
    return await _respond(request.app[SERVICES])


async def startup(request: web.Request) -> web.Response:
    """GET /health/startup: as ready; waits for migrations and for a fit login role."""
    return await _respond(request.app[SERVICES])


async def _respond(services: Services) -> web.Response:
    check = await check_database(services)
    healthy = check["status"] == "ok"
    return json_response(
        _body("ok" if healthy else "unavailable", {"postgresql": check}),
        status=200 if healthy else 503,
    )


async def check_database(services: Services) -> dict[str, Any]:
    """Status and latency of PostgreSQL as the web process sees it."""
    started = time.perf_counter()
    try:
        state = await services.side_database.schema_state()
        healthy = state.ready and services.guard.passed
    except DatabaseError:
        healthy = False
    latency = round((time.perf_counter() - started) * 1000, 1)
    return {"status": "ok" if healthy else "unavailable", "latencyMs": latency}


def _body(status: str, checks: dict[str, Any]) -> dict[str, Any]:
    return {"status": status, "version": __version__, "checks": checks}
