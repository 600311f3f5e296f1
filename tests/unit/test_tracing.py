"""Spans: what they are called, what they tell, and what they cost when nobody wants them."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import INVALID_SPAN, SpanKind, StatusCode

from app.config import load_settings
from app.database.group_commit import MicroBatch
from app.errors import Refused
from app.observability import logs
from app.observability.event_traces import _named
from app.observability.tracing import NO_SPAN, Spans, answered, spans, trace_of, traceparent
from tests.unit.test_config import GOOD

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What has ended; spans are on for this test."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    for name in ("_tracer", "_provider"):  # off again afterwards
        monkeypatch.setattr(spans, name, None)
    spans.use(provider)
    yield exporter
    provider.shutdown()


def one(exporter: InMemorySpanExporter, name: str) -> ReadableSpan:
    """The only span of this name."""
    (found,) = [span for span in exporter.get_finished_spans() if span.name == name]
    return found


def test_a_request_goes_on_with_the_caller_s_trace(ended: InMemorySpanExporter) -> None:
    """Its parent is the caller's span, and what it causes hangs on its own."""
    with spans.request("GET", "/api/v1/refunds/{id}", PARENT) as span:
        context = traceparent(span)
        answered(span, 200)
    told = one(ended, "GET /api/v1/refunds/{id}")
    assert told.kind is SpanKind.SERVER
    assert told.parent is not None
    assert f"{told.parent.span_id:016x}" == SPAN
    assert trace_of(context) == TRACE
    assert SPAN not in (context or "")
    assert told.attributes == {
        "http.request.method": "GET",
        "http.route": "/api/v1/refunds/{id}",
        "http.response.status_code": 200,
    }
    assert told.status.is_unset


@pytest.mark.parametrize("parent", [None, "", "nonsense", f"00-{'0' * 32}-{SPAN}-01"])
def test_a_request_without_a_trace_begins_one(
    ended: InMemorySpanExporter, parent: str | None
) -> None:
    """Even inside another span: what is under way here has nothing to do with it."""
    with spans.request("GET", "/outer", None), spans.request("GET", "/api", parent):
        pass
    assert one(ended, "GET /api").parent is None


def test_a_method_that_nobody_knows_is_one_name(ended: InMemorySpanExporter) -> None:
    """Callers cannot fill the collector with names."""
    with spans.request("BREW", "/api", None):
        pass
    attributes = one(ended, "HTTP /api").attributes
    assert attributes is not None
    assert attributes["http.request.method"] == "_OTHER"


@pytest.mark.parametrize(("status", "failed"), [(200, False), (404, False), (500, True)])
def test_only_our_own_faults_are_errors(
    ended: InMemorySpanExporter, status: int, *, failed: bool
) -> None:
    """A caller's mistake is none of the service's."""
    with spans.request("GET", "/api", None) as span:
        answered(span, status)
    told = one(ended, "GET /api")
    assert (told.status.status_code is StatusCode.ERROR) is failed
    assert ("error.type" in (told.attributes or {})) is failed


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/payment_intents", "POST /v1/payment_intents"),
        ("/v1/payment_intents/pi_1/capture", "POST /v1/payment_intents/{id}/capture"),
        ("/v1/transfers/tr_1/reversals/trr_1", "POST /v1/transfers/{id}/reversals/{id}"),
    ],
)
def test_a_call_is_named_for_its_kind(ended: InMemorySpanExporter, path: str, name: str) -> None:
    """Not for the object: that is an attribute."""
    with spans.request("POST", "/api", None), spans.call("post", "https://api.stripe.com", path):
        pass
    attributes = one(ended, name).attributes
    assert attributes is not None
    assert attributes["url.full"] == f"https://api.stripe.com{path}"
    assert (attributes["server.address"], attributes["server.port"]) == ("api.stripe.com", 443)


def test_the_text_of_an_error_is_not_told(ended: InMemorySpanExporter) -> None:
    """Only its code: the text may repeat what somebody wrote."""
    with pytest.raises(Refused), spans.request("POST", "/api", None), spans.sql("refund_create"):
        raise Refused("PY020", "fan@example.org is no amount")
    span = one(ended, "api.refund_create")
    assert span.attributes is not None
    assert span.attributes["error.type"] == span.attributes["db.response.status_code"] == "PY020"
    assert (span.events, span.status.description) == ((), None)
    assert "fan@" not in span.to_json()


def test_what_nobody_waits_for_has_no_span(ended: InMemorySpanExporter) -> None:
    """Polling, probes and periodic work: SQL and calls are told as part of something."""
    with spans.sql("next_due"), spans.call("get", "https://api.stripe.com", "/v1/balance"):
        pass
    assert ended.get_finished_spans() == ()


async def test_each_of_a_group_commit_has_its_own_span(ended: InMemorySpanExporter) -> None:
    """Who waits tells it; the flush is everybody's, in nobody's trace."""

    async def flush(items: list[int]) -> Sequence[int]:
        assert spans.sql("payments_create") is NO_SPAN
        await asyncio.sleep(0)
        return items

    batch = MicroBatch(flush, function="payments_create")

    async def ask(number: int) -> None:
        with spans.request("POST", f"/api/{number}", None):
            await batch.submit(number)

    await asyncio.gather(*(ask(number) for number in range(3)))
    told = [s for s in ended.get_finished_spans() if s.name == "api.payments_create"]
    parents = {s.parent.span_id for s in told if s.parent}
    requests = {s.context.span_id for s in ended.get_finished_spans() if s.name.startswith("POST")}
    assert len(told) == 3
    assert parents == requests


def test_a_log_line_names_its_span(ended: InMemorySpanExporter) -> None:
    """spanId, beside traceId, while there is a span."""

    def line() -> dict[str, Any]:
        return dict(logs._shape(None, "", logs._add_trace(None, "", {"event": "x"})))

    assert [*line()] == ["traceId", "message"]
    with spans.request("GET", "/api", PARENT) as span:
        told = line()
        assert told["spanId"] == f"{span.get_span_context().span_id:016x}"
    assert [*told] == ["traceId", "spanId", "message"]


def test_off_is_nothing_at_all() -> None:
    """The same empty context each time; nothing is made, nothing is read."""
    off = Spans()
    off.start(load_settings(GOOD))
    assert not off.on
    assert off.current_id() == ""
    opened = [
        off.request("GET", "/api", PARENT),
        off.sql("refund_create"),
        off.call("get", "https://api.stripe.com", "/v1/balance"),
        off.item("stripe_operations", "1", PARENT, operation_kind="transfer"),
    ]
    assert all(context is NO_SPAN for context in opened)
    with NO_SPAN as span:
        answered(span, 500)
        assert span is INVALID_SPAN
        assert traceparent(span) is None


def test_the_sdk_is_imported_only_when_asked_for() -> None:
    """A process that does not export does not even load it."""
    code = (
        "import sys, app.commands.main, app.http.application, app.worker\n"
        "from app.config import load_settings\n"
        "from app.observability.tracing import spans\n"
        "parts = ('opentelemetry.sdk.trace', 'opentelemetry.exporter', 'google.protobuf')\n"
        "def loaded(): return any(name.startswith(parts) for name in sys.modules)\n"
        f"spans.start(load_settings({GOOD!r}))\n"
        "assert not spans.on and not loaded()\n"
        f"spans.start(load_settings({GOOD!r} | {{'OTEL_TRACES_EXPORTER': 'otlp'}}))\n"
        "assert spans.on and loaded()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("changes", "endpoint"),
    [
        ({}, None),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, None),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, None),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, None),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, "http://localhost:4318/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/"}, "http://c:4318/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://c/here"}, "https://c/here"),
    ],
)
def test_when_and_where_spans_are_exported(changes: dict[str, str], endpoint: str | None) -> None:
    """OpenTelemetry's variables; off unless a collector or the exporter is named."""
    settings = load_settings(GOOD | changes)
    assert (settings.traces_endpoint if settings.traces_are_exported else None) == endpoint


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        [],
        "x",
        {},
        {"tenant_id": "x", "operation_id": "y"},
        {"tenant_id": 1},
        {"tenant_id": []},
    ],
)
def test_metadata_can_be_anything(metadata: Any) -> None:
    """Whoever may write to Stripe wrote them: nothing is found, nothing breaks."""
    assert _named(orjson.dumps({"data": {"object": {"metadata": metadata}}})) is None
    assert _named(orjson.dumps(metadata)) is None
    assert _named(b"\xff") is None


def test_metadata_of_ours_name_tenant_and_operation() -> None:
    """The two ids that every call of ours carries."""
    tenant, operation = UUID(int=1), UUID(int=2)
    ours = {"tenant_id": str(tenant), "operation_id": str(operation), "order_id": "o"}
    body = orjson.dumps({"data": {"object": {"metadata": ours}}})
    assert _named(body) == (tenant, operation)
