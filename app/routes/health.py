"""Health: is the process alive, can it serve, has it started."""

import asyncio
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
    """GET /health/ready: PostgreSQL answers, its schema is there; without Redis degraded."""
    return await _respond(request.app[SERVICES])


async def startup(request: web.Request) -> web.Response:
    """GET /health/startup: as ready; waits for migrations and for a fit login role."""
    return await _respond(request.app[SERVICES])


async def _respond(services: Services) -> web.Response:
    database, redis = await asyncio.gather(check_database(services), check_redis(services))
    healthy = database["status"] == "ok"
    status = redis["status"] if healthy else "unavailable"
    return json_response(
        _body(status, {"postgresql": database, "redis": redis}), status=200 if healthy else 503
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


async def check_redis(services: Services) -> dict[str, Any]:
    """Status and latency of Redis; without it each process counts for itself."""
    started = time.perf_counter()
    answers = await services.limiter.answers()
    latency = round((time.perf_counter() - started) * 1000, 1)
    return {"status": "ok" if answers else "degraded", "latencyMs": latency}


def _body(status: str, checks: dict[str, Any]) -> dict[str, Any]:
    return {"status": status, "version": __version__, "checks": checks}
