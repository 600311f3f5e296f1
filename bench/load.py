"""The load generator: prebuilt requests over keep-alive connections, at protocol level.

`python -m bench.load` in a process of its own reads a `Spec` as JSON from stdin and prints the rate
in requests a second. The same for ours and for every floor.
"""

import asyncio
import hashlib
import hmac
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import orjson

from bench.stub import content_length

_END = b"\r\n\r\n"
_FILLER = "x" * 1200
"""Makes an event as long as Stripe's usually are: about 2 KB."""


@dataclass(frozen=True)
class Spec:
    """What to send.

    Attributes:
        kind: webhooks, intents or reads.
        port: of the server on the loopback.
        requests: how many in all.
        connections: how many at once.
        secret: signs webhooks.
        tokens: bearer tokens that callers take turns with.
        path: of reads.
    """

    kind: str
    port: int
    requests: int
    connections: int
    secret: str = ""
    tokens: tuple[str, ...] = ()
    path: str = ""

    def json(self) -> bytes:
        """As the generator reads it."""
        return orjson.dumps(asdict(self))


class _LoadError(Exception):
    """An answer that a benchmark must not count."""


class _Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer is complete."""

    def __init__(self, requests: Iterator[bytes], ended: "asyncio.Future[None]") -> None:
        self._requests = requests
        self._ended = ended
        self._buffer = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def start(self) -> None:
        request = next(self._requests, None)
        if request is not None:
            self._transport.write(request)
        elif not self._ended.done():
            self._ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(_END)
        if not end or len(body) < content_length(head):
            return
        answer, self._buffer = self._buffer, b""
        if head[9:11] == b"20":
            self.start()
        else:
            self._fail(answer.decode(errors="replace"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"the server hung up: {exc}")

    def _fail(self, reason: str) -> None:
        if not self._ended.done():
            self._ended.set_exception(_LoadError(reason))


async def rate(spec: Spec) -> float:
    """Requests a second, from the first byte sent to the last answer.

    Raises:
        _LoadError: an answer other than 2xx.
    """
    loop = asyncio.get_running_loop()
    requests = iter(list(_REQUESTS[spec.kind](spec)))
    ends = [loop.create_future() for _ in range(spec.connections)]
    clients = []
    for end in ends:
        _, client = await loop.create_connection(
            lambda end=end: _Client(requests, end),  # type: ignore[misc]
            "127.0.0.1",
            spec.port,
        )
        clients.append(client)
    started = time.perf_counter()
    for client in clients:
        client.start()
    await asyncio.gather(*ends)
    return spec.requests / (time.perf_counter() - started)


def _webhooks(spec: Spec) -> Iterator[bytes]:
    run = os.urandom(6).hex()
    moment = int(time.time())
    for number in range(spec.requests):
        body = orjson.dumps(_event(f"{run}{number}"))
        signed = b"%d.%b" % (moment, body)
        signature = hmac.new(spec.secret.encode(), signed, hashlib.sha256).hexdigest()
        yield _request("/webhooks/stripe", body, {"Stripe-Signature": f"t={moment},v1={signature}"})


def _event(name: str) -> dict[str, object]:
    return {
        "id": f"evt_{name}",
        "object": "event",
        "api_version": "2025-01-01",
        "created": 1_700_000_000,
        "type": "payment_intent.succeeded",
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": f"req_{name}", "idempotency_key": name},
        "data": {
            "object": {
                "id": f"pi_{name}",
                "object": "payment_intent",
                "amount": 10_001,
                "amount_received": 10_001,
                "currency": "usd",
                "latest_charge": f"ch_{name}",
                "livemode": False,
                "metadata": {"order_id": name, "filler": _FILLER},
                "status": "succeeded",
            }
        },
    }


def _intents(spec: Spec) -> Iterator[bytes]:
    run = os.urandom(6).hex()
    for number in range(spec.requests):
        body = orjson.dumps(
            {
                "amount": 10_001,
                "currency": "usd",
                "orderId": f"order-{run}-{number}",
                "splits": [
                    {"recipientType": "venue", "recipientId": "hall", "basisPoints": 7000},
                    {"recipientType": "artist", "recipientId": "band", "basisPoints": 2000},
                ],
            }
        )
        headers = {
            "Authorization": f"Bearer {spec.tokens[number % len(spec.tokens)]}",
            "Idempotency-Key": f"{run}-{number}",
        }
        yield _request("/api/v1/payments/intents", body, headers)


def _reads(spec: Spec) -> Iterator[bytes]:
    for number in range(spec.requests):
        headers = {"Authorization": f"Bearer {spec.tokens[number % len(spec.tokens)]}"}
        yield _request(spec.path, b"", headers, method="GET")


_REQUESTS = {"webhooks": _webhooks, "intents": _intents, "reads": _reads}


def _request(path: str, body: bytes, headers: dict[str, str], method: str = "POST") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + _END + body


if __name__ == "__main__":
    print(asyncio.run(rate(Spec(**orjson.loads(sys.stdin.buffer.read())))))
