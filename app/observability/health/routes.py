"""Health over HTTP, of the web process and on the worker's admin port."""

import orjson
from aiohttp import web

from app import __version__
from app.observability.health.monitor import Monitor, Report

MONITOR: web.AppKey[Monitor] = web.AppKey("monitor", Monitor)

PROBED = frozenset({"postgresql", "migrations", "login", "pool", "redis", "listener"})
"""What readiness tells; Stripe and the queues are the integrations' business."""


def add_routes(app: web.Application) -> None:
    """Serve /health and its three companions from what `app[MONITOR]` knows."""
    app.router.add_get("/health", alive)
    app.router.add_get("/health/ready", ready)
    app.router.add_get("/health/startup", startup)
    app.router.add_get("/health/integrations", integrations)


async def alive(_request: web.Request) -> web.Response:
    """GET /health: this process runs; touches nothing."""
    return _json({"status": "ok", "version": __version__, "checks": {}})


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: 503 when work sent here could not be done; Redis only degrades it."""
    return _answer(request.app[MONITOR].report(PROBED))


async def startup(request: web.Request) -> web.Response:
    """GET /health/startup: 503 until migrated and fit to serve, 200 ever after."""
    monitor = request.app[MONITOR]
    report = monitor.report(PROBED)
    if monitor.started:
        report["status"] = "ok"
    return _answer(report)


async def integrations(request: web.Request) -> web.Response:
    """GET /health/integrations: everything, with latencies, queue ages and clock skew."""
    return _answer(request.app[MONITOR].report())


def _answer(report: Report) -> web.Response:
    return _json(report, status=503 if report["status"] == "unavailable" else 200)


def _json(report: Report, *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(report), status=status, content_type="application/json")
