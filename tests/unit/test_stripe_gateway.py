"""Stripe gateway: every way a call can end, as one of four outcomes."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.config import Settings, load_settings
from app.stripe.gateway import Gateway, LookError, accepts
from tests.unit.test_config import GOOD

INTENT = {"id": "pi_1", "object": "payment_intent", "amount": 100, "metadata": {}}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def settings(base: str, timeout: str = "1") -> Settings:
    """Settings that point to a server of the test."""
    return load_settings(
        GOOD | {"APP_ENV": "test", "STRIPE_API_BASE": base, "STRIPE_TIMEOUT_SECONDS": timeout}
    )


class Fake:
    """An HTTP server that answers as the test says, and a gateway to it."""

    def __init__(self) -> None:
        self.requests: list[tuple[web.Request, bytes]] = []
        self.answer: Answer = json_answer(INTENT)
        self.gateway: Gateway
        self.url: str

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep the request, give the answer."""
        self.requests.append((request, await request.read()))
        return await self.answer(request)

    async def send(self, **changes: Any) -> dict[str, Any]:
        """The result of one operation."""
        return await self.gateway.send(operation(**changes), time.monotonic() + 30)


def json_answer(body: Any, status: int = 200, **headers: str) -> Answer:
    """Always this."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers=names)

    return answer


def error_answer(status: int, kind: str, code: str | None = None, **headers: str) -> Answer:
    """An error as Stripe writes it."""
    error = {"type": kind, "message": "no", "decline_code": "d", **({"code": code} if code else {})}
    return json_answer({"error": error}, status, Request_Id="req_1", **headers)


def operation(**changes: Any) -> dict[str, Any]:
    """An operation document."""
    return {
        "id": "00000000-0000-8000-8000-000000000001",
        "tenantId": "11111111-1111-4111-8111-111111111111",
        "kind": "intent",
        "leaseEpoch": 1,
        "generation": 0,
        "idempotencyKey": "op-1:0",
        "request": {
            "target": None,
            "params": {
                "amount": 100,
                "metadata": {"a": "b"},
                "automatic_payment_methods": {"enabled": True},
            },
        },
        "evidence": None,
        "traceContext": None,
    } | changes


@pytest.fixture
async def fake() -> AsyncIterator[Any]:
    """A fake Stripe."""
    made = Fake()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    async with TestServer(app) as server:
        made.url = str(server.make_url("")).rstrip("/")
        made.gateway = Gateway(settings(made.url))
        yield made
        await made.gateway.close()


async def test_the_request_is_what_was_frozen(fake: Any) -> None:
    """Path, form, key and authorization; nothing added, nothing retried."""
    result = await fake.send()
    ((request, body),) = fake.requests
    assert (request.method, request.path) == ("POST", "/v1/payment_intents")
    assert body == b"amount=100&metadata[a]=b&automatic_payment_methods[enabled]=true"
    assert request.headers["Idempotency-Key"] == "op-1:0"
    assert request.headers["Authorization"] == f"Bearer {GOOD['STRIPE_SECRET_KEY']}"
    assert result["outcome"] == "succeeded"
    assert result["object"] == INTENT


@pytest.mark.parametrize(
    ("kind", "path", "found"),
    [
        ("capture", "/v1/payment_intents/pi%2F1/capture", "payment_intent"),
        ("cancel", "/v1/payment_intents/pi%2F1/cancel", "payment_intent"),
        ("transfer", "/v1/transfers", "transfer"),
        ("account", "/v1/accounts", "account"),
        ("account_link", "/v1/account_links", "account_link"),
    ],
)
async def test_each_kind_has_its_path(fake: Any, kind: str, path: str, found: str) -> None:
    """And a target cannot leave its place in it."""
    fake.answer = json_answer({"id": "x", "object": found})
    result = await fake.send(kind=kind, request={"target": "pi/1", "params": {}})
    assert result["outcome"] == "succeeded"
    assert fake.requests[0][0].raw_path == path


async def test_fetch_reads_without_a_key(fake: Any) -> None:
    """A read is not idempotency's business."""
    fake.answer = json_answer({"id": "txn_1", "object": "balance_transaction"})
    request = {"resource": "balance_transactions", "target": "txn_1", "params": {}}
    result = await fake.send(kind="fetch", request=request)
    assert result["object"]["id"] == "txn_1"
    assert fake.requests[0][0].method == "GET"
    assert "Idempotency-Key" not in fake.requests[0][0].headers


async def test_fetch_without_a_target_reads_a_list(fake: Any) -> None:
    """What Stripe moved for a dispute, found by its source."""
    fake.answer = json_answer({"object": "list", "data": []})
    request = {"resource": "balance_transactions", "target": None, "params": {"source": "du_1"}}
    result = await fake.send(kind="fetch", request=request)
    assert result["object"]["data"] == []
    assert fake.requests[0][0].raw_path == "/v1/balance_transactions?source=du_1"


@pytest.mark.parametrize("kind", ["capture", "cancel", "fetch"])
async def test_an_empty_target_is_never_sent(fake: Any, kind: str) -> None:
    """It would read or change something else."""
    request = {"resource": "charges", "target": "", "params": {}}
    assert (await fake.send(kind=kind, request=request))["outcome"] == "not_sent"
    assert fake.requests == []


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        (
            error_answer(400, "invalid_request_error", "balance_insufficient"),
            "failed",
            "balance_insufficient",
        ),
        (error_answer(402, "card_error", "card_declined"), "failed", "card_declined"),
        (
            error_answer(404, "invalid_request_error", "resource_missing"),
            "failed",
            "resource_missing",
        ),
        (error_answer(400, "idempotency_error"), "unknown", None),
        (
            error_answer(409, "invalid_request_error", "idempotency_key_in_use"),
            "unknown",
            "idempotency_key_in_use",
        ),
        (error_answer(429, "invalid_request_error", "rate_limit"), "not_sent", "rate_limit"),
        (error_answer(429, "invalid_request_error", "lock_timeout"), "not_sent", "lock_timeout"),
        (error_answer(401, "invalid_request_error"), "not_sent", None),
        (error_answer(403, "invalid_request_error"), "not_sent", None),
        (
            error_answer(403, "invalid_request_error", "account_invalid"),
            "failed",
            "account_invalid",
        ),
        (error_answer(500, "api_error"), "unknown", None),
        (error_answer(503, "api_error"), "unknown", None),
        (json_answer({"no": "error"}, 400), "unknown", None),
        (json_answer({"id": "ch_1", "object": "charge"}), "unknown", "unreadable"),
        (json_answer([1]), "unknown", "unreadable"),
        (json_answer({"object": "payment_intent", "id": "a\x00"}), "unknown", "unreadable"),
    ],
)
async def test_what_stripe_says_decides(
    fake: Any, answer: Answer, outcome: str, code: str | None
) -> None:
    """Definite, in doubt, or not executed (F18)."""
    fake.answer = answer
    result = await fake.send()
    assert (result["outcome"], result["code"]) == (outcome, code)
    assert len(fake.requests) == 1


async def test_an_error_is_told_in_full(fake: Any) -> None:
    """What support and the failure policy need."""
    fake.answer = error_answer(
        402, "card_error", "card_declined", Idempotent_Replayed="true", Retry_After="7"
    )
    result = await fake.send()
    wanted = {
        "httpStatus": 402,
        "declineCode": "d",
        "type": "card_error",
        "message": "no",
        "requestId": "req_1",
        "replayed": True,
        "retryAfter": 7.0,
    }
    assert wanted.items() <= result.items()
    assert result["backoffSeconds"] == 2.0


def bytes_answer(text: bytes, status: int = 200) -> Answer:
    """A body that is not JSON."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=text, status=status, content_type="text/html")

    return answer


async def hang(_request: web.Request) -> web.Response:
    """Longer than the timeout."""
    await asyncio.sleep(30)
    raise AssertionError


async def reset(request: web.Request) -> web.Response:
    """Close without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def half(request: web.Request) -> web.StreamResponse:
    """Headers, half the body, and away."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"id":')
    assert request.transport is not None
    request.transport.abort()
    return response


async def stall(request: web.Request) -> web.StreamResponse:
    """Headers, half the body, and silence."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"id":')
    await asyncio.sleep(30)
    return response


@pytest.mark.parametrize(
    "answer",
    [
        bytes_answer(b"<html>", 502),
        bytes_answer(b"ok"),
        bytes_answer(b""),
        hang,
        reset,
        half,
        stall,
    ],
)
async def test_an_answer_not_understood_is_unknown(fake: Any, answer: Answer) -> None:
    """Not a StripeError, perhaps, but never a crash and never a failure."""
    fake.answer = answer
    assert (await fake.send())["outcome"] == "unknown"


async def test_a_refused_connection_was_not_sent() -> None:
    """F79: nothing can have happened at Stripe."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        gateway = Gateway(settings(f"http://127.0.0.1:{closed.getsockname()[1]}"))
        result = await gateway.send(operation(), time.monotonic() + 30)
        await gateway.close()
    assert result["outcome"] == "not_sent"


async def test_past_the_deadline_nothing_is_sent(fake: Any) -> None:
    """The lease may belong to another by then."""
    result = await fake.gateway.send(operation(), time.monotonic() - 0.001)
    assert (result["outcome"], result["code"]) == ("not_sent", "deadline")
    assert fake.requests == []


async def test_the_deadline_bounds_the_call(fake: Any) -> None:
    """Although the configured timeout is longer."""
    fake.answer = hang
    patient = Gateway(settings(fake.url, timeout="10"))
    started = time.monotonic()
    result = await patient.send(operation(), started + 0.1)
    await patient.close()
    assert result["outcome"] == "unknown"
    assert time.monotonic() - started < 9


async def test_a_refused_key_opens_the_circuit(fake: Any) -> None:
    """No operation is burnt on a key that Stripe does not take (F22)."""
    fake.answer = error_answer(401, "invalid_request_error")
    await fake.send()
    result = await fake.send()
    assert (result["outcome"], result["code"]) == ("not_sent", "circuit_open")
    assert len(fake.requests) == 1


async def test_a_payee_who_left_says_nothing_about_our_key(fake: Any) -> None:
    """Stripe answers 403 for that account alone: everybody else is paid on."""
    fake.answer = error_answer(403, "invalid_request_error", "account_invalid")
    await fake.send()
    assert (await fake.send())["code"] == "account_invalid"
    assert len(fake.requests) == 2


EVIDENCE = {
    "resource": "transfers",
    "list": {"transfer_group": "g", "created": {"gte": 5}},
    "accept": {"metadata.operation_id": ["op-1"]},
}


async def test_evidence_is_looked_for_on_every_page(fake: Any) -> None:
    """By our operation id in its metadata."""
    ours = {"id": "tr_3", "metadata": {"operation_id": "op-1"}}
    pages = [
        {"data": [{"id": "tr_1", "metadata": {}}, {"id": "tr_2"}], "has_more": True},
        {"data": [ours], "has_more": False},
    ]

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(pages[len(fake.requests) - 1])

    fake.answer = answer
    found = await fake.gateway.look(operation(evidence=EVIDENCE))
    assert found == ours
    first, second = (request.query for request, _ in fake.requests)
    assert dict(first) == {"transfer_group": "g", "created[gte]": "5"}
    assert second["starting_after"] == "tr_2"
    result = fake.gateway.adopted(found)
    assert (result["outcome"], result["adopted"], result["object"]) == ("succeeded", True, ours)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (json_answer({"id": "pi_1", "status": "succeeded"}), True),
        (json_answer({"id": "pi_1", "status": "requires_capture"}), False),
        (error_answer(404, "invalid_request_error", "resource_missing"), False),
    ],
)
async def test_evidence_by_reading_one_object(fake: Any, answer: Answer, *, found: bool) -> None:
    """Its status proves that the call took effect."""
    fake.answer = answer
    evidence = {
        "resource": "payment_intents",
        "retrieve": "pi_1",
        "accept": {"status": ["succeeded"]},
    }
    assert (await fake.gateway.look(operation(evidence=evidence)) is not None) == found


@pytest.mark.parametrize("answer", [hang, reset, error_answer(500, "api_error")])
async def test_no_look_no_send(fake: Any, answer: Answer) -> None:
    """Without an answer nothing is known: the operation is given back unsent."""
    fake.answer = answer
    with pytest.raises(LookError) as caught:
        await fake.gateway.look(operation(evidence=EVIDENCE))
    assert caught.value.result["outcome"] == "not_sent"


def test_every_condition_must_hold() -> None:
    """A path that is missing matches nothing but None."""
    assert accepts({"a.b": [1], "c": [2, 3]}, {"a": {"b": 1}, "c": 3})
    assert not accepts({"a.b": [1], "c": [2]}, {"a": {"b": 1}, "c": 3})
    assert not accepts({"a.b": [1]}, {"a": "b"})
