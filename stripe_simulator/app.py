"""The web application: API, control calls and pages of one simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from stripe_simulator import pages
from stripe_simulator.config import Config
from stripe_simulator.control import accounts, clock, faults, money, overview, state
from stripe_simulator.control.base import SIMULATOR, guarded, simulator
from stripe_simulator.http.wire import serve
from stripe_simulator.simulator import Simulator, Start

CONTROL = (accounts, clock, faults, money, overview, state)
MAX_BODY = 512 * 1024 * 1024  # bytes; a snapshot can be large


def make_app(config: Config | None = None, start: Start | None = None) -> web.Application:
    """Make an application with a world of its own."""
    app = web.Application(client_max_size=MAX_BODY)
    app[SIMULATOR] = Simulator(config or Config(), start or Start())
    for module in CONTROL:
        for route in module.ROUTES:
            app.router.add_route(route.method, route.path, guarded(route.handler))
    app.router.add_routes(pages.ROUTES)
    app.router.add_route("*", "/{path:v[12]/.*}", api)
    app.cleanup_ctx.append(running)
    return app


async def api(request: web.Request) -> web.StreamResponse:
    """Hand an API call to the world there is now."""
    return await serve(simulator(request).api, request)


async def running(app: web.Application) -> AsyncIterator[None]:
    """Deliver webhooks and run timers while the application runs."""
    await app[SIMULATOR].start()
    yield
    await app[SIMULATOR].stop()
