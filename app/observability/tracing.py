"""Tracing: spans by OpenTelemetry's conventions; off unless the environment asks.

Our own, where work is done: a request, a SQL function, a call to Stripe, an item of a queue.
Attributes are routes, ids and codes, never what a caller or Stripe wrote, nor an error's text.
Nobody waits for the exporter: what has ended goes into a bounded queue, which a thread of its own
empties; what does not fit is dropped.
"""

import asyncio
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    format_trace_id,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from app.config import Settings

FLUSH_SECONDS = 2.0
"""Longest wait at the end for a collector to take the rest; well within the time to stop."""

NAME = "payment-service"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""A caller may invent others: they have one name."""

SERVER_ERROR = 500
ID_PLACES = (3, 5)
"""Of a path at Stripe: /v1/resource/id/resource/id."""

Attributes = Mapping[str, str | int]

NO_SPAN: AbstractContextManager[Span] = nullcontext(INVALID_SPAN)
"""For what has none; may be entered any number of times."""
_PROPAGATOR = TraceContextTextMapPropagator()


class Spans:
    """The spans of this process. Every method costs next to nothing while they are off."""

    def __init__(self) -> None:
        self._tracer: Tracer | None = None
        self._provider: TracerProvider | None = None

    @property
    def on(self) -> bool:
        """Whether there are any."""
        return self._tracer is not None

    def start(self, settings: "Settings") -> None:
        """Export from now on, if the settings say so; only then is the SDK imported."""
        if not settings.traces_are_exported:
            return
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        ours = Resource({"service.name": NAME, "service.version": __version__})
        resource = Resource.create().merge(ours).merge(OTELResourceDetector().detect())
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=settings.traces_endpoint)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        self.use(provider)

    def use(self, provider: "TracerProvider") -> None:
        """Make spans with this provider."""
        self._provider = provider
        self._tracer = provider.get_tracer(NAME, __version__)

    async def stop(self) -> None:
        """Make no more, and give the exporter a moment for the rest, not longer."""
        provider, self._provider, self._tracer = self._provider, None, None
        if provider is None:
            return
        # A daemon: if the collector hangs, the end of the process does not wait for this thread.
        flush = threading.Thread(target=provider.shutdown, name="flush spans", daemon=True)
        flush.start()
        await asyncio.to_thread(flush.join, FLUSH_SECONDS)

    def current_id(self) -> str:
        """The span under way, 16 hex digits; empty when there is none."""
        if self._tracer is None:
            return ""
        span = get_current_span()
        return f"{span.get_span_context().span_id:016x}" if span.is_recording() else ""

    def request(
        self, method: str, route: str, parent: str | None, *, started: int | None = None
    ) -> AbstractContextManager[Span]:
        """A request to us.

        Args:
            method: as it came.
            route: template of its path.
            parent: traceparent of whoever asks.
            started: nanoseconds since the epoch; now when absent.
        """
        if self._tracer is None:
            return NO_SPAN
        known = method in METHODS
        attributes = {
            "http.request.method": method if known else "_OTHER",
            "http.route": route,
        }
        name = f"{method if known else 'HTTP'} {route}"
        return self._open(name, SpanKind.SERVER, attributes, _remote(parent), started)

    def item(
        self, queue: str, identity: str, parent: str | None, **attributes: str
    ) -> AbstractContextManager[Span]:
        """An item of a queue in the database, in the trace of what put it there.

        Args:
            queue: its table.
            identity: of the item.
            parent: traceparent of what it goes back to.
            attributes: in our own name space.
        """
        if self._tracer is None:
            return NO_SPAN
        told = {
            "messaging.system": "postgresql",
            "messaging.destination.name": queue,
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.message.id": identity,
            **{f"payment_service.{name}": value for name, value in attributes.items()},
        }
        return self._open(f"process {queue}", SpanKind.CONSUMER, told, _remote(parent))

    def sql(self, function: str) -> AbstractContextManager[Span]:
        """A function of schema api, for whoever waits for it; part of a span or not told."""
        if self._tracer is None or not function or not get_current_span().is_recording():
            return NO_SPAN
        name = f"api.{function}"
        attributes = {
            "db.system.name": "postgresql",
            "db.operation.name": "SELECT",
            "db.stored_procedure.name": name,
            "db.query.summary": name,
        }
        return self._open(name, SpanKind.CLIENT, attributes)

    def call(self, method: str, base: str, path: str) -> AbstractContextManager[Span]:
        """A call to Stripe; part of a span or not told.

        Args:
            method: of HTTP.
            base: Stripe's address.
            path: below it, without a query.
        """
        if self._tracer is None or not get_current_span().is_recording():
            return NO_SPAN
        url = urlsplit(base)
        template = _template(path)
        attributes: Attributes = {
            "http.request.method": method.upper(),
            "url.template": template,
            "url.full": base + path,
            "server.address": url.hostname or "",
            "server.port": url.port or (443 if url.scheme == "https" else 80),
        }
        return self._open(f"{method.upper()} {template}", SpanKind.CLIENT, attributes)

    @contextmanager
    def _open(
        self,
        name: str,
        kind: SpanKind,
        attributes: Attributes,
        parent: Context | None = None,
        started: int | None = None,
    ) -> Iterator[Span]:
        if self._tracer is None:
            yield INVALID_SPAN
            return
        with self._tracer.start_as_current_span(
            name,
            parent,
            kind,
            attributes,
            start_time=started,
            # Texts of errors repeat what callers and Stripe wrote.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except BaseException as error:
                _failed(span, error)
                raise


spans = Spans()


def answered(span: Span, status: int) -> None:
    """Tell how a request to us was answered."""
    span.set_attribute("http.response.status_code", status)
    if status >= SERVER_ERROR:
        span.set_attribute("error.type", str(status))
        span.set_status(StatusCode.ERROR)


def traceparent(span: Span) -> str | None:
    """The context for whatever a span causes; None when there is no span."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, set_span_in_context(span))
    return carrier.get("traceparent")


def continued(parent: str | None) -> Span:
    """A place of ours in the trace that a caller's traceparent names, or in a new one."""
    caller = _told(parent)
    trace, flags = int.from_bytes(os.urandom(16)), TraceFlags(TraceFlags.SAMPLED)
    if caller.is_valid:
        trace, flags = caller.trace_id, caller.trace_flags
    span = int.from_bytes(os.urandom(8))
    return NonRecordingSpan(SpanContext(trace, span, is_remote=False, trace_flags=flags))


def trace_of(context: str | None) -> str:
    """The trace that a traceparent names, 32 hex digits; empty when there is none."""
    told = _told(context)
    return format_trace_id(told.trace_id) if told.is_valid else ""


def _told(parent: str | None) -> SpanContext:
    return get_current_span(_remote(parent)).get_span_context()


def _remote(parent: str | None) -> Context:
    return _PROPAGATOR.extract({"traceparent": parent} if parent else {})


def _template(path: str) -> str:
    return "/".join(
        "{id}" if place in ID_PLACES else part for place, part in enumerate(path.split("/"))
    )


def _failed(span: Span, error: BaseException) -> None:
    kind = type(error).__name__
    if sqlstate := getattr(error, "sqlstate", None):
        kind = sqlstate
        span.set_attribute("db.response.status_code", sqlstate)
    elif status := getattr(error, "http_status", None) or getattr(error, "status", None):
        kind = str(status)
        span.set_attribute("http.response.status_code", status)
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)
