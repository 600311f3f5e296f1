"""The checks of every request before SQL decides, and which fault wins."""

import asyncio
from typing import Any

import pytest

from app.http.routes.docs import ASSETS
from tests.support.service import TENANT, Service, token

INTENTS = "/api/v1/payments/intents"
SOME_ID = "00000000-0000-4000-8000-000000000000"
GOOD: dict[str, Any] = {"amount": 10_000, "currency": "usd", "orderId": "order-1"}
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", INTENTS),
        ("GET", "/api/v1/payments"),
        ("GET", f"/api/v1/payments/{SOME_ID}"),
        ("POST", f"/api/v1/payments/{SOME_ID}/capture"),
        ("POST", f"/api/v1/payments/{SOME_ID}/cancel"),
        ("POST", "/api/v1/connected-accounts"),
        ("GET", f"/api/v1/connected-accounts/{SOME_ID}"),
        ("POST", f"/api/v1/connected-accounts/{SOME_ID}/onboarding-links"),
        ("GET", "/api/v1/transfers"),
        ("GET", f"/api/v1/transfers/{SOME_ID}"),
    ],
)
async def test_every_route_asks_for_a_token_and_a_scope(
    service: Service, method: str, path: str
) -> None:
    """401 without, 403 with one that allows nothing."""
    reply = await service.ask(method, path, headers={"Authorization": None})
    assert (reply.status, reply.code) == (401, "unauthenticated")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    bearer = f"Bearer {token(scope='')}"
    reply = await service.ask(method, path, headers={"Authorization": bearer})
    assert (reply.status, reply.code) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in reply.headers["WWW-Authenticate"]


async def test_a_disabled_or_unknown_tenant_is_refused(service: Service) -> None:
    """403 tenant_disabled, until it is enabled again."""
    unknown = {"Authorization": f"Bearer {token('33333333-3333-4333-8333-333333333333')}"}
    reply = await service.ask("GET", "/api/v1/payments", headers=unknown)
    assert (reply.status, reply.code) == (403, "tenant_disabled")
    service.database.execute("SELECT ops.tenant_disable(p_tenant_id => %s)", TENANT)
    reply = await service.ask("GET", "/api/v1/payments")
    assert (reply.status, reply.code) == (403, "tenant_disabled")
    service.database.execute("SELECT ops.tenant_enable(p_tenant_id => %s)", TENANT)
    assert (await service.ask("GET", "/api/v1/payments")).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("DELETE", "/api/v1/payments", 405, "method_not_allowed"),
        ("GET", "/webhooks/stripe", 405, "method_not_allowed"),
        ("GET", "/api/v1/payments/17", 400, "invalid_path"),
        ("GET", f"/api/v1/payments/urn:uuid:{SOME_ID}", 400, "invalid_path"),
        ("GET", f"/api/v1/payments/{SOME_ID}", 404, "not_found"),
        ("GET", f"/api/v1/transfers/{SOME_ID}", 404, "not_found"),
        ("GET", f"/api/v1/connected-accounts/{SOME_ID}", 404, "not_found"),
        ("POST", f"/api/v1/payments/{SOME_ID}/capture", 404, "not_found"),
    ],
)
async def test_paths_and_methods(
    service: Service, method: str, path: str, status: int, code: str
) -> None:
    """Always problem+json, never aiohttp's own text."""
    reply = await service.ask(method, path)
    assert (reply.status, reply.code) == (status, code)
    assert reply.body["instance"].startswith("/")
    assert reply.body["traceId"]


@pytest.mark.parametrize(
    ("data", "headers", "status", "code"),
    [
        (b"{}", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        (b"{}", JSON | {"Content-Encoding": "gzip"}, 415, "unsupported_media_type"),
        (b"x" * 65_537, JSON, 413, "payload_too_large"),
        (b"{", JSON, 400, "invalid_json"),
        (b'{"amount":1,"amount":1}', JSON, 400, "invalid_json"),
        (b"[]", JSON, 422, "validation_failed"),
        (b"", {}, 422, "validation_failed"),
    ],
)
async def test_bodies(
    service: Service, data: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    """Size, type, encoding (F77), syntax, shape."""
    reply = await service.ask("POST", INTENTS, data=data, headers=headers)
    assert (reply.status, reply.code) == (status, code)


async def test_a_large_body_without_a_length_is_refused_too(service: Service) -> None:
    """Chunked transfer hides the size until it has been read."""

    async def chunks() -> Any:
        for _ in range(70):
            yield b"x" * 1024

    reply = await service.ask("POST", INTENTS, data=chunks(), headers=JSON)
    assert (reply.status, reply.code) == (413, "payload_too_large")


@pytest.mark.parametrize("key", ["", "a b", '""', "x" * 256, "é"])
async def test_a_malformed_key(service: Service, key: str) -> None:
    """1 to 255 visible ASCII characters."""
    reply = await service.ask("POST", INTENTS, GOOD, headers={"Idempotency-Key": key})
    assert (reply.status, reply.code) == (400, "idempotency_key_invalid")


@pytest.mark.parametrize(
    ("path", "data", "headers", "code"),
    [
        ("/api/v1/payments/x/capture", b"{", {"Authorization": None}, "invalid_path"),
        (INTENTS, b"x" * 70_000, {"Authorization": None}, "payload_too_large"),
        (
            INTENTS,
            b"{",
            {"Authorization": None, "Content-Type": "text/x"},
            "unsupported_media_type",
        ),
        (INTENTS, b"{", {"Authorization": None}, "unauthenticated"),
        (INTENTS, b"{", {"Authorization": f"Bearer {token(scope='x')}"}, "insufficient_scope"),
        (INTENTS, b"{", {"Idempotency-Key": None}, "invalid_json"),
        (INTENTS, b"{}", {"Idempotency-Key": None}, "validation_failed"),
        (
            INTENTS,
            b'{"amount":0,"currency":"usd","orderId":"o"}',
            {"Idempotency-Key": None},
            "idempotency_key_required",
        ),
    ],
)
async def test_which_fault_wins(
    service: Service, path: str, data: bytes, headers: dict[str, Any], code: str
) -> None:
    """Route, size and type, authentication, scope, JSON, schema, idempotency, business rule."""
    reply = await service.ask("POST", path, data=data, headers=JSON | headers)
    assert reply.code == code


async def test_the_trace_of_the_caller_goes_on(service: Service) -> None:
    """Into the answer and into the operation that the request caused."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    await service.ask("POST", INTENTS, GOOD, headers=headers)
    stored = service.database.execute("SELECT trace_context FROM payments.stripe_operations")
    assert stored[0][0].split("-")[1] == trace
    assert "00f067aa0ba902b7" not in stored[0][0]
    reply = await service.ask("GET", "/nowhere", headers=headers)
    assert reply.body["traceId"] == trace
    version, answered, span, flags = reply.headers["traceparent"].split("-")
    assert (version, answered, flags) == ("00", trace, "01")
    assert span != "00f067aa0ba902b7"


async def test_connections_cut_by_the_server_heal(service: Service) -> None:
    """F43: reads are repeated; what might hand out an operation is 503 at worst, then works."""
    await service.ask("GET", "/api/v1/payments")
    service.database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename = 'payments_service'"
    )
    assert (await service.ask("GET", "/api/v1/payments")).status == 200
    replies = await asyncio.gather(*(service.ask("POST", INTENTS, GOOD) for _ in range(4)))
    assert {reply.status for reply in replies} <= {201, 503}
    assert (await service.ask("POST", INTENTS, GOOD)).status == 201


async def test_a_lock_that_is_not_given_up_is_503(service: Service, connect: Any) -> None:
    """F49: bounded by lock_timeout, retried, then told; nothing changed."""
    payment = await service.payment(splits=[], captureMethod="manual")
    holder = connect(service.database.superuser_url, autocommit=False)
    holder.execute("LOCK TABLE payments.payment_transactions IN ACCESS EXCLUSIVE MODE")
    reply = await service.ask("POST", f"/api/v1/payments/{payment['id']}/cancel", {})
    assert (reply.status, reply.code) == (503, "unavailable")
    assert reply.headers["Retry-After"] == "1"
    holder.rollback()
    assert (await service.get(f"/api/v1/payments/{payment['id']}"))["status"] == payment["status"]


async def test_the_description_is_open_to_everybody(service: Service) -> None:
    """As JSON and as a page under a policy that lets nothing else in."""
    reply = await service.ask("GET", "/openapi.json", headers={"Authorization": None})
    assert (reply.status, reply.body["openapi"]) == (200, "3.1.0")
    reply = await service.ask("GET", "/docs", headers={"Authorization": None})
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert reply.headers["Cache-Control"] == "no-store"
    assert "/openapi.json" in reply.body
    for name, kind in ASSETS.items():
        assert f'"/docs/{name}"' in reply.body
        asset = await service.ask("GET", f"/docs/{name}", headers={"Authorization": None})
        assert (asset.status, asset.headers["Content-Type"]) == (200, kind)
        assert asset.headers["Cache-Control"] == "public, max-age=86400"
        kept = {"Authorization": None, "If-None-Match": asset.headers["ETag"]}
        assert (await service.ask("GET", f"/docs/{name}", headers=kept)).status == 304
