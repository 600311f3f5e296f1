"""A Stripe that costs next to nothing: canned answers at protocol level, echoing what was asked.

Creates payment intents and transfers; every list is empty. Keys, faults and money are the
simulator's business; here only the caller's own cost is to be seen.

`python -m bench.stub PORT [SECONDS]`: each answer takes that long.
"""

import asyncio
import sys
from collections.abc import Callable
from itertools import count

import orjson

_END = b"\r\n\r\n"
_numbers = count(1)


class Stub(asyncio.Protocol):
    """One connection, one request after the other.

    Args:
        seconds: how long an answer takes.
        arrived: called with the form of each POST at the moment it has arrived.
    """

    def __init__(
        self, seconds: float = 0.0, arrived: Callable[[dict[str, str]], None] | None = None
    ) -> None:
        self._seconds = seconds
        self._arrived = arrived
        self._buffer = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer when a request is complete."""
        self._buffer += data
        head, end, body = self._buffer.partition(_END)
        if not end or len(body) < content_length(head):
            return
        self._buffer = b""
        answer = self._answer(head, body)
        if self._seconds:
            asyncio.get_running_loop().call_later(self._seconds, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)

    def _answer(self, head: bytes, body: bytes) -> bytes:
        method, path, _ = head.split(b" ", 2)
        if method != b"POST":
            return response({"object": "list", "data": [], "has_more": False, "url": "/"})
        form = _form(body)
        if self._arrived:
            self._arrived(form)
        if path in _OBJECTS:
            return response(_OBJECTS[path](form))
        return response(_reversal(form, path.decode().split("/")[3]))


def content_length(head: bytes) -> int:
    """Bytes of body that the head announces."""
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def response(document: dict[str, object]) -> bytes:
    """200 with a document."""
    body = orjson.dumps(document)
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nRequest-Id: req_bench\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )


def _form(body: bytes) -> dict[str, str]:
    # The benchmarks send nothing that needs unquoting.
    pairs = (part.partition("=") for part in body.decode().split("&"))
    return {name: value for name, _, value in pairs}


def _metadata(form: dict[str, str]) -> dict[str, str]:
    return {k[len("metadata[") : -1]: v for k, v in form.items() if k.startswith("metadata[")}


def _payment_intent(form: dict[str, str]) -> dict[str, object]:
    identity = f"pi_{next(_numbers):024d}"
    return {
        "id": identity,
        "object": "payment_intent",
        "amount": int(form["amount"]),
        "amount_received": 0,
        "capture_method": form["capture_method"],
        "client_secret": f"{identity}_secret_bench",
        "created": 1_700_000_000,
        "currency": form["currency"],
        "latest_charge": None,
        "livemode": False,
        "metadata": _metadata(form),
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "transfer_group": form["transfer_group"],
    }


def _transfer(form: dict[str, str]) -> dict[str, object]:
    return {
        "id": f"tr_{next(_numbers):024d}",
        "object": "transfer",
        "amount": int(form["amount"]),
        "amount_reversed": 0,
        "created": 1_700_000_000,
        "currency": form["currency"],
        "destination": form["destination"],
        "livemode": False,
        "metadata": _metadata(form),
        "reversed": False,
        "source_transaction": form["source_transaction"],
        "transfer_group": form["transfer_group"],
    }


def _refund(form: dict[str, str]) -> dict[str, object]:
    return {
        "id": f"re_{next(_numbers):024d}",
        "object": "refund",
        "amount": int(form["amount"]),
        "created": 1_700_000_000,
        "currency": "usd",
        "metadata": _metadata(form),
        "payment_intent": form["payment_intent"],
        "status": "succeeded",
    }


def _reversal(form: dict[str, str], transfer: str) -> dict[str, object]:
    return {
        "id": f"trr_{next(_numbers):024d}",
        "object": "transfer_reversal",
        "transfer": transfer,
        "amount": int(form["amount"]),
        "created": 1_700_000_000,
        "currency": "usd",
        "metadata": _metadata(form),
    }


_OBJECTS = {
    b"/v1/payment_intents": _payment_intent,
    b"/v1/transfers": _transfer,
    b"/v1/refunds": _refund,
}


async def serve(port: int, seconds: float) -> None:
    """Answer until killed."""
    server = await asyncio.get_running_loop().create_server(
        lambda: Stub(seconds), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
