"""HTTP protocol: bytes that are not a request, and clients that take their time."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.database import Database
from tests.support.service import Service, running_service, token

BODY_SECONDS = "0.2"
POST = b"POST /webhooks/stripe HTTP/1.1\r\nHost: a\r\n"


@pytest_asyncio.fixture
async def hasty(database: Database) -> AsyncIterator[Service]:
    """A service that waits a fifth of a second for a request."""
    async with running_service(database, BODY_TIMEOUT_SECONDS=BODY_SECONDS) as running:
        yield running


async def connect(service: Service) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the service."""
    host, _, port = service.url.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


async def talk(service: Service, sent: bytes, later: bytes = b"") -> tuple[bytes, bytes]:
    """Send bytes, and more once asked to; return head and body of all that comes back."""
    reader, writer = await connect(service)
    writer.write(sent)
    if later:
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(later)
    received = await reader.read()
    writer.close()
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nX-Secret: canary\x00\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\n canary: folded\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + b"canary" * 3000 + b"\r\n\r\n",
        b"GET /" + b"canary" * 3000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_a_problem_and_not_repeated(
    service: Service, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """400 malformed_request as problem+json; neither answer nor log quotes it."""
    head, body = await talk(service, sent)
    assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == "malformed_request"
    told = capfd.readouterr()
    assert b"canary" not in body
    assert "canary" not in told.out + told.err


async def test_a_slow_body_is_408(hasty: Service) -> None:
    """F75: authentication is not even looked at; the connection is closed."""
    request = (
        "POST /api/v1/payments/intents HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token()}\r\nContent-Length: 100\r\n\r\n{{"
    )
    head, body = await talk(hasty, request.encode())
    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body)["code"] == "request_timeout"


CHUNKED = b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"


@pytest.mark.parametrize("path", ["/webhooks/stripe", "/api/v1/payments/intents"])
@pytest.mark.parametrize("chunk", [b"zz\r\n", b"-2\r\n{}\r\n", b"2\r\n{}\r\n\x00\r\n"])
async def test_a_body_that_stops_being_http_is_400(
    service: Service, path: str, chunk: bytes
) -> None:
    """At once, though its headers were good: nobody waits for the rest until it is too late."""
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n".encode()
    async with asyncio.timeout(service.settings.body_timeout_seconds / 2):
        answer, body = await talk(service, head + CHUNKED, chunk)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["code"] == "malformed_request"


async def test_a_client_that_goes_away_is_no_error_of_ours(
    service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    """In the middle of its body: told like any other request, without a stack."""
    reader, writer = await connect(service)
    writer.write(POST.replace(b"/webhooks/stripe", b"/api/v1/payments/intents"))
    writer.write(b"Content-Type: application/json\r\n" + CHUNKED)
    await reader.readuntil(b"\r\n\r\n")
    writer.close()
    told = ""
    async with asyncio.timeout(service.settings.body_timeout_seconds / 2):
        while "status=400" not in (told := told + capfd.readouterr().out):
            await service.get("/health")
    assert "error" not in told


async def test_slow_headers_end_the_connection(hasty: Service) -> None:
    """Without an answer: there is no request yet."""
    assert await talk(hasty, b"GET /health HTTP/1.1\r\nHost:") == (b"", b"")
