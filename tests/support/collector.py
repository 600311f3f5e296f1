"""An OTLP/HTTP collector for tests: takes spans in as protobuf, as a real one does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Told:
    """A span as it arrived.

    Attributes:
        name: of the span.
        kind: server, client, consumer.
        trace: 32 hex digits.
        identity: 16 hex digits.
        parent: of the span it is part of; empty for a root.
        attributes: plain values.
        failed: whether its status is an error.
    """

    name: str
    kind: str
    trace: str
    identity: str
    parent: str
    attributes: dict[str, Any]
    failed: bool


@dataclass
class Collector:
    """What arrived.

    Attributes:
        url: for OTEL_EXPORTER_OTLP_ENDPOINT.
        raw: bodies.
        spans: in the order of their ends.
        resource: attributes of who sent last.
    """

    url: str = ""
    raw: list[bytes] = field(default_factory=list)
    spans: list[Told] = field(default_factory=list)
    resource: dict[str, Any] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        """POST /v1/traces."""
        body = await request.read()
        self.raw.append(body)
        for part in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resource = _plain(part.resource.attributes)
            self.spans += [_told(span) for scope in part.scope_spans for span in scope.spans]
        return web.Response(content_type="application/x-protobuf")

    def named(self, name: str, trace: str) -> list[Told]:
        """Spans of a trace."""
        return [one for one in self.spans if (one.name, one.trace) == (name, trace)]


def _plain(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


def _told(span: Any) -> Told:
    kind = span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower()
    failed = span.status.code == span.status.STATUS_CODE_ERROR
    assert not span.events, "texts of exceptions are told nobody"
    assert not span.status.message
    return Told(
        span.name,
        kind,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        _plain(span.attributes),
        failed,
    )


@asynccontextmanager
async def running_collector() -> AsyncIterator[Collector]:
    """A collector on a free port."""
    collector, app = Collector(), web.Application()
    app.router.add_post("/v1/traces", collector.take)
    async with TestServer(app) as server:
        collector.url = str(server.make_url("")).rstrip("/")
        yield collector
