"""A hostile request: spelt out byte by byte, sent as it is, answered as the contract says."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.support.service import TENANT, Service, token

INTENTS = "/api/v1/payments/intents"
GOOD: dict[str, Any] = {"amount": 10_000, "currency": "usd", "orderId": "order-1"}
SCOPES = (
    "payments:read payments:write refunds:write accounts:write escrow:write reviews:write internal"
)

Header = str | bytes | Sequence[str | bytes] | None

_keys = count(1)


@dataclass(frozen=True)
class Attack:
    """One row of a table.

    Attributes:
        name: what is tried.
        status: of the answer.
        code: of its problem; empty when it is none.
        path: with ids of the world in angle brackets.
        body: bytes as they are, None for no body, anything else as JSON.
        method: HTTP method.
        headers: beside a good token, a fresh key and JSON; None leaves one out, a list repeats it.
        raw: the whole request instead of all this.
        first: a harmless request sent before, whose effect is not counted.
        changes: whether anything may be different afterwards.
    """

    name: str
    status: int
    code: str = ""
    path: str = INTENTS
    body: Any = field(default_factory=lambda: GOOD)
    method: str = "POST"
    headers: Mapping[str, Header] = field(default_factory=dict)
    raw: bytes | None = None
    first: "Attack | None" = None
    changes: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: 0 when nothing did.
        headers: names in lower case.
        text: of the body.
    """

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def code(self) -> str:
        """Of the problem, or empty."""
        if not self.text or self.headers.get("content-type") != "application/problem+json":
            return ""
        return str(json.loads(self.text)["code"])


def get(name: str, status: int, code: str, path: str, **more: Any) -> Attack:
    """An attack that only reads."""
    return Attack(name, status, code, path, body=None, method="GET", **more)


def bearer(scope: str = SCOPES, tenant: str = TENANT) -> dict[str, Header]:
    """A header with a good token, which outlives the run: tables are made when they are read."""
    return {"Authorization": f"Bearer {token(tenant, scope, 'mallory', seconds=86_400)}"}


async def send(service: Service, attack: Attack, ids: Mapping[str, str]) -> Answer:
    """Send an attack on a connection of its own."""
    sent = attack.raw or _spelt(attack)
    for name, value in ids.items():
        sent = sent.replace(f"<{name}>".encode(), value.encode())
    host, _, port = service.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(sent)
        return _read(await asyncio.wait_for(reader.read(), 20))
    finally:
        writer.close()


def _spelt(attack: Attack) -> bytes:
    body = attack.body
    if body is None:
        content = b""
    else:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers: dict[str, Header] = {"Host": "payments.example", "Connection": "close", **bearer()}
    if attack.method == "POST":
        headers["Idempotency-Key"] = f"hostile-{next(_keys)}"
    if body is not None:
        headers |= {"Content-Type": "application/json", "Content-Length": str(_length(content))}
    headers |= attack.headers
    lines = [f"{attack.method} {attack.path} HTTP/1.1".encode()]
    for name, value in headers.items():
        lines += [name.encode() + b": " + _bytes(one) for one in _each(value)]
    return b"\r\n".join([*lines, b"", content])


def _length(content: bytes) -> int:
    # Ids of the world are UUIDs; their placeholders are of other lengths.
    spelt = content
    for name in ID_NAMES:
        spelt = spelt.replace(f"<{name}>".encode(), b"-" * 36)
    return len(spelt)


def _each(value: Header) -> Sequence[str | bytes]:
    if value is None:
        return ()
    return (value,) if isinstance(value, (str, bytes)) else value


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _read(received: bytes) -> Answer:
    if not received:
        return Answer(0, {}, "")
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    headers = {name.lower(): value for name, _, value in pairs}
    return Answer(int(first.split()[1]), headers, body.decode())


ID_NAMES = (
    "paid",
    "open",
    "held",
    "transfer",
    "refund",
    "escrow",
    "dispute",
    "account",
    "their_payment",
    "their_transfer",
    "their_refund",
    "their_escrow",
    "their_dispute",
    "their_account",
    "their_batch",
    "unknown",
)
"""Things that exist in the world of an attack; `their_`: of another tenant."""
