"""The HTTP service: routes, one middleware, start and stop.

Reading order: `create_app` → `_middleware` → app/http/endpoint.py → app/http/routes/.
"""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from functools import lru_cache

from aiohttp import web
from opentelemetry.trace import INVALID_SPAN, Span, format_trace_id
from prometheus_client import Histogram

from app.config import Settings
from app.database.client import Database
from app.database.inbox import inbox
from app.database.notify import Notifier
from app.database.payment_commits import Batches
from app.errors import DatabaseError, LoginError, Problem
from app.http.auth.authenticator import Authenticator
from app.http.auth.jwks import KeySet
from app.http.auth.signatures import Signatures
from app.http.auth.tokens import SharedSecret, Verifier
from app.http.context import SERVICES, TRACE, Services, Trace
from app.http.input.client_address import Address, client_address
from app.http.input.free_text import holds_card_number
from app.http.limits.limiter import Limiter
from app.http.problems import problem_of, response_of
from app.http.routes import ENDPOINTS, docs, webhooks
from app.http.server import Runner
from app.observability import metrics
from app.observability.event_traces import EventTraces
from app.observability.health.checks import checks, guard_check, pool_check
from app.observability.health.monitor import Monitor
from app.observability.health.routes import MONITOR, add_routes
from app.observability.logs import get_logger, trace_id
from app.observability.tracing import NO_SPAN, answered, continued, spans, traceparent
from app.pauses import until_it_works
from app.sockets import listening
from app.stripe.carry import Carrier
from app.stripe.gateway import Gateway
from app.stripe.rate import Rate

log = get_logger("web")

SIDE_POOL_SIZE = 4
"""Connections kept apart for webhooks and health, so that slow requests cannot starve them."""

HEALTH_POOL_SIZE = 2
"""Looks that hang must not take connections away from anybody."""

LOGGED = ("/api", "/internal")
"""Routes with a log line and a span."""

SHUTDOWN_SECONDS = 25.0
GUARD_RETRY_SECONDS = (0.5, 1.5)
BACKLOG = 1024
ACCEPTS_AT_ONCE = 16
"""What asyncio is told instead: without a file left it tries, and logs, as many times a second."""

_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(settings: Settings) -> web.Application:
    """The application, not yet connected to anything.

    Args:
        settings: from load_settings.
    """
    app = web.Application(middlewares=[_middleware], client_max_size=webhooks.MAX_BODY_BYTES)
    for endpoint in ENDPOINTS:
        app.router.add_route(endpoint.method, endpoint.path, endpoint.handle)
    app.router.add_post("/webhooks/stripe", webhooks.platform)
    app.router.add_post("/webhooks/stripe/connect", webhooks.connect)
    add_routes(app)
    docs.add_routes(app, ENDPOINTS)
    app.on_response_prepare.append(_harden)
    app.cleanup_ctx.append(_services(settings))
    return app


def create_admin_app() -> web.Application:
    """The port that is not for the public: metrics."""
    app = web.Application()
    app.router.add_get("/metrics", metrics.show)
    return app


def _monitor(services: Services) -> Monitor:
    def refusal() -> str | None:
        guard = services.guard
        return None if guard.passed else guard.refusal or "was not looked at yet"

    return Monitor(
        [
            *checks(services.settings, services.health_database, services.gateway),
            pool_check(services.database, services.side_database),
            guard_check(refusal),
        ]
    )


def _services(settings: Settings) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(app: web.Application) -> AsyncIterator[None]:
        services = build_services(settings)
        app[SERVICES] = services
        app[MONITOR] = monitor = _monitor(services)
        databases = (services.database, services.side_database, services.health_database)
        for database in databases:
            await database.open()
        background = [
            asyncio.create_task(_guard(services)),
            asyncio.create_task(services.authenticator.run()),
        ]
        monitor.start()
        yield
        for task in background:
            task.cancel()
        await monitor.close()
        await services.notifier.close()
        await services.gateway.close()
        await services.limiter.close()
        for database in databases:
            await database.close()

    return run


def build_services(settings: Settings) -> Services:
    """Everything requests share; connects to nothing yet."""
    database = Database(settings, name="web", size=settings.database_pool_size)
    side = Database(settings, name="web side", size=SIDE_POOL_SIZE)
    notifier = Notifier(side)
    gateway, rate = Gateway(settings), Rate(settings, database, inline=True)
    lease = settings.operation_lease_seconds
    batches = Batches(database, lease)
    return Services(
        settings=settings,
        database=database,
        side_database=side,
        health_database=Database(settings, name="web health", size=HEALTH_POOL_SIZE),
        gateway=gateway,
        authenticator=Authenticator(_verifier(settings), database),
        signatures=Signatures(settings.internal_hmac_keys),
        limiter=Limiter(settings),
        notifier=notifier,
        inbox=inbox(side, notifier),
        batches=batches,
        carrier=Carrier(gateway, rate, batches, notifier, lease),
        event_traces=EventTraces(side),
        secrets={
            "platform": tuple(s.get_secret_value() for s in settings.stripe_webhook_secret),
            "connect": tuple(s.get_secret_value() for s in settings.stripe_connect_webhook_secret),
        },
    )


def _verifier(settings: Settings) -> Verifier:
    return KeySet(settings) if settings.jwt_jwks else SharedSecret(settings)


async def _guard(services: Services) -> None:
    """Let nobody in until the login role has been found fit; stop the process when it is not."""
    try:
        async for attempt in until_it_works(DatabaseError, GUARD_RETRY_SECONDS, _tell_waiting):
            with attempt:
                await services.side_database.check_login(services.settings.app_env)
        services.guard.passed = True
    except LoginError as error:
        services.guard.refusal = str(error)
        services.guard.refused.set()


def _tell_waiting(error: Exception) -> None:
    log.warning("waiting for the database", reason=str(error))


@web.middleware
async def _middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Everything all requests have in common: trace, errors, log, metrics."""
    started = time.perf_counter()
    route = _route(request)
    with _span(request, route) as span:
        trace = _trace(request, span)
        request[TRACE] = trace
        trace_id.set(trace.trace_id)
        response = await _answer(request, handler)
        response.headers["X-Request-Id"] = trace.request_id
        response.headers["traceparent"] = trace.context
        _add_limits(response, trace)
        _record(request, response, trace, time.perf_counter() - started)
        answered(span, response.status)
    return response


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


def _span(request: web.Request, route: str) -> AbstractContextManager[Span]:
    """Probes have none, and a webhook has one of its own once its signature is verified."""
    if not route.startswith(LOGGED):
        return NO_SPAN
    return spans.request(request.method, route, request.headers.get("traceparent"))


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        _require_open(request.app[SERVICES], request.path)
        return await handler(request)
    except web.HTTPException as error:
        return response_of(_problem_of_http(error), _instance(request))
    except Exception as error:  # noqa: BLE001 -- the one place where exceptions become answers
        return response_of(problem_of(error), _instance(request))


def _add_limits(response: web.StreamResponse, trace: Trace) -> None:
    if trace.verdicts:
        response.headers["RateLimit-Policy"] = ", ".join(v.policy for v in trace.verdicts)
        response.headers["RateLimit"] = ", ".join(v.state for v in trace.verdicts)


def _require_open(services: Services, path: str) -> None:
    if not services.guard.passed and not path.startswith("/health"):
        raise Problem("unavailable", "Still starting.")


def _instance(request: web.Request) -> str:
    return "/" if holds_card_number(request.path) else request.rel_url.raw_path


def _record(
    request: web.Request, response: web.StreamResponse, trace: Trace, seconds: float
) -> None:
    route = _route(request)
    _histogram(route, request.method, response.status).observe(seconds)
    if not route.startswith(LOGGED):
        return
    log.info(
        "request",
        method=request.method,
        route=route,
        status=response.status,
        milliseconds=round(seconds * 1000, 1),
        tenantId=str(trace.tenant_id) if trace.tenant_id else None,
    )


@lru_cache(maxsize=1024)
def _histogram(route: str, method: str, status: int) -> Histogram:
    return metrics.request_seconds.labels(route, method, status)


def _trace(request: web.Request, span: Span) -> Trace:
    if span is INVALID_SPAN:
        span = continued(request.headers.get("traceparent"))
    identity = format_trace_id(span.get_span_context().trace_id)
    request_id = request.headers.get("X-Request-Id")
    if not request_id or not _REQUEST_ID.fullmatch(request_id) or holds_card_number(request_id):
        request_id = identity
    return Trace(identity, traceparent(span) or "", request_id, _client(request))


def _client(request: web.Request) -> Address | None:
    return client_address(
        request.remote,
        request.headers.getall("X-Forwarded-For", []),
        request.app[SERVICES].settings.trusted_proxy_ips,
    )


def _problem_of_http(error: web.HTTPException) -> Problem:
    if isinstance(error, web.HTTPMethodNotAllowed):
        return Problem("method_not_allowed", headers={"Allow": error.headers.get("Allow", "")})
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return Problem("payload_too_large", headers={"Connection": "close"})
    if isinstance(error, web.HTTPNotFound):
        return Problem("not_found", "There is no such resource.")
    log.error("unexpected http exception", status=error.status)
    return Problem("internal")


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    headers = response.headers
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Content-Type-Options"] = "nosniff"
    headers.popall("Server", None)


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then drain.

    Raises:
        OSError: a port cannot be opened.
        LoginError: the login role or the database is not fit for production.
    """
    spans.start(settings)
    app = create_app(settings)
    runner = create_runner(app, settings)
    admin = web.AppRunner(create_admin_app(), access_log=None, shutdown_timeout=1.0)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        for one, port in ((runner, settings.port), (admin, settings.admin_port)):
            await one.setup()
            await _listen(one, settings.listen_host, port)
        log.info("serving", port=settings.port, adminPort=settings.admin_port)
        await _first(stop, app[SERVICES].guard.refused)
        log.info("stopping")
    finally:
        await runner.cleanup()
        await admin.cleanup()
        await spans.stop()
    if app[SERVICES].guard.refusal:
        raise LoginError(app[SERVICES].guard.refusal)


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    place = listening(host, port)
    await web.SockSite(runner, place, backlog=ACCEPTS_AT_ONCE).start()
    place.listen(BACKLOG)


def create_runner(app: web.Application, settings: Settings) -> Runner:
    """What puts the application behind a socket."""
    return Runner(
        app, header_seconds=settings.body_timeout_seconds, shutdown_timeout=SHUTDOWN_SECONDS
    )


async def _first(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
