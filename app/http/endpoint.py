"""Endpoint: the checks of every API request, in the order in which its faults win.

Route and method, size and content type, the address's limit, authentication (of internal routes by
token and signature), scope, the user's limit, card numbers, JSON, schema, idempotency, and only
then the one SQL function that decides. An `Endpoint` declares what it needs; its handler is a few
lines.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from app.database.client import Jsonb
from app.errors import Problem, Refused
from app.http import audit
from app.http.auth.authenticator import Caller, require_scope
from app.http.auth.signatures import NONCE_SECONDS, Message, Signed
from app.http.context import SERVICES, TRACE, Services
from app.http.input.body import fingerprint, parse_json, validate, wire
from app.http.input.client_address import is_proxy
from app.http.input.free_text import DECEPTIVE, check_texts, refuse_card_numbers
from app.http.requests import Document, Page

MAX_BODY_BYTES = 64 * 1024
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME = re.compile(rf"[^{DECEPTIVE}\t\n\r]{{1,200}}")
NAMES = frozenset({"eventId", "name"})
"""Parts of a path that are the caller's own names and not our ids."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
BY_STRIPE = (
    "card_declined",
    "invalid_state",
    "amount_invalid",
    "payment_not_refundable",
    "refund_exceeds_remaining",
    "provider_error",
)
"""Codes that Stripe's refusal of a carried operation can become (payments.provider_problem)."""

KEPT_HEADERS = ("Idempotency-Key", "X-Request-Id")
"""Headers that are stored, logged or sent back."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose token, body and limits have been checked.

    Attributes:
        services: what it may use.
        caller: who asks.
        ids: UUIDs of the path.
        names: what else the path names.
        document: the validated body in wire form; of a GET, the validated query.
        key: Idempotency-Key, empty where none is needed.
        fingerprint: SHA-256 of what was asked.
        trace_context: traceparent for what it causes.
        origin: where it came from, for the audit log.
        started: monotonic seconds.
        request: for URLs only.
    """

    services: Services
    caller: Caller
    ids: Mapping[str, UUID]
    names: Mapping[str, str]
    document: dict[str, Any]
    key: str
    fingerprint: bytes
    trace_context: str
    origin: audit.Origin
    started: float
    request: web.Request

    def asking(self) -> dict[str, Any]:
        """Arguments of every function that moves money."""
        return {
            "tenant_id": self.caller.tenant_id,
            "subject": self.caller.subject,
            "idempotency_key": self.key,
            "fingerprint": self.fingerprint,
            "lease_seconds": self.services.settings.operation_lease_seconds,
            "trace_context": self.trace_context,
            "origin": Jsonb(self.origin),
        }


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path.

    Attributes:
        method: HTTP method.
        path: aiohttp path template.
        scope: what the token must allow.
        handler: called with what passed.
        body: model of the body; a request with one needs an Idempotency-Key.
        query: model of the query; none allows no query.
        answer: model of what comes back; for /openapi.json and the tests.
        statuses: how a success is answered.
        refuses: codes of its own, beside those that the way of every request brings.
        is_payment: whether a user's payments are counted by it.
        is_signed: whether another service must have signed the request.
    """

    method: str
    path: str
    scope: str
    handler: Handler
    body: type[Document] | None = None
    query: type[Page] | None = None
    answer: type[BaseModel] | None = None
    statuses: tuple[int, ...] = (200,)
    refuses: tuple[str, ...] = ()
    is_payment: bool = False
    is_signed: bool = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Check the request and hand it to the handler.

        Raises:
            Problem: whatever is wrong first.
        """
        started = time.monotonic()
        services, trace = request.app[SERVICES], request[TRACE]
        ids, names = _path_ids(request), _path_names(request)
        raw = await read_json_body(request) if self.body else b""
        await count_request(request)
        caller = await services.authenticator.authenticate(
            request.headers.getall("Authorization", [])
        )
        trace.tenant_id = caller.tenant_id
        signed = _verify_signature(request, raw) if self.is_signed else None
        require_scope(caller, self.scope)
        if signed:
            await _use_up(services, caller, signed)
        if self.is_payment:
            await _count_payment(request, caller)
        refuse_card_numbers(_loose_texts(request, names))
        document = self._document(request, raw)
        return await self._decide(
            Call(
                services=services,
                caller=caller,
                ids=ids,
                names=names,
                document=document,
                key=idempotency_key(request) if self.body else "",
                fingerprint=fingerprint(self._route, ids | names, document) if self.body else b"",
                trace_context=trace.context,
                origin=audit.origin(self._route, trace, signed.key_id if signed else None),
                started=started,
                request=request,
            )
        )

    async def _decide(self, call: Call) -> web.StreamResponse:
        try:
            return await self.handler(call)
        except Refused as error:
            if self.body:
                await audit.record_refusal(
                    call.services.database,
                    call.caller.tenant_id,
                    call.caller.subject,
                    next((str(part) for part in (*call.ids.values(), *call.names.values())), None),
                    call.origin,
                    error,
                )
            raise

    @property
    def _route(self) -> str:
        return f"{self.method} {self.path}"

    def _document(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        if self.body:
            parsed = parse_json(raw)
            _refuse_query(request)
            return wire(validate(self.body, parsed))
        if self.query:
            return wire(validate(self.query, _query(request)))
        _refuse_query(request)
        return {}


async def count_request(request: web.Request) -> None:
    """Count a request of its address.

    Raises:
        Problem: rate_limited.
    """
    trace = request[TRACE]
    verdict = await request.app[SERVICES].limiter.request(trace.client)
    trace.verdicts.append(verdict)
    verdict.require()


def _verify_signature(request: web.Request, raw: bytes) -> Signed:
    services = request.app[SERVICES]
    url = f"{_scheme(request)}://{request.headers.get('Host', '')}{request.raw_path}"
    return services.signatures.verify(Message(request.method, url, request.headers), raw)


def _scheme(request: web.Request) -> str:
    """As the caller wrote it: our proxy says, where TLS ends there."""
    said = request.headers.getall("X-Forwarded-Proto", [])
    trusted = request.app[SERVICES].settings.trusted_proxy_ips
    if len(said) == 1 and said[0] in {"http", "https"} and is_proxy(request.remote, trusted):
        return said[0]
    return request.scheme


async def _use_up(services: Services, caller: Caller, signed: Signed) -> None:
    # Not repeated after a lost connection: the second time it would look like a replay.
    await services.database.rows(
        "nonce_use",
        repeatable=False,
        tenant_id=caller.tenant_id,
        key_id=signed.key_id,
        nonce=signed.nonce,
        seconds=NONCE_SECONDS,
    )


async def _count_payment(request: web.Request, caller: Caller) -> None:
    verdict = await request.app[SERVICES].limiter.payment(caller.tenant_id, caller.subject)
    request[TRACE].verdicts.append(verdict)
    verdict.require()


async def read_json_body(request: web.Request) -> bytes:
    """The body of an API request; empty is allowed.

    Raises:
        Problem: payload_too_large, unsupported_media_type, request_timeout.
    """
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise Problem("payload_too_large", f"At most {MAX_BODY_BYTES} bytes.")
    check_encoding(request)
    if request.body_exists and not _says_json(request):
        raise Problem("unsupported_media_type", "Send application/json in UTF-8.")
    raw = await read_body(request)
    if len(raw) > MAX_BODY_BYTES:
        raise Problem("payload_too_large", f"At most {MAX_BODY_BYTES} bytes.")
    return raw


def check_encoding(request: web.Request) -> None:
    """Refuse compressed bodies, whichever header says so.

    Raises:
        Problem: unsupported_media_type.
    """
    for header, plain in (("Content-Encoding", "identity"), ("Transfer-Encoding", "chunked")):
        if any(coding.lower() != plain for coding in request.headers.getall(header, [])):
            raise Problem("unsupported_media_type", "Send the body as it is, not compressed.")


def _says_json(request: web.Request) -> bool:
    if len(request.headers.getall("Content-Type", [])) != 1:
        return False
    utf_8 = (request.charset or "utf-8").lower() in {"utf-8", "utf8"}
    return request.content_type == "application/json" and utf_8


async def read_body(request: web.Request) -> bytes:
    """The raw body, from a client that is not too slow and does not go away.

    Raises:
        Problem: request_timeout, malformed_request.
    """
    if request.content.is_eof():  # it came with the headers
        return await request.read()
    try:
        async with asyncio.timeout(request.app[SERVICES].settings.body_timeout_seconds):
            return await request.read()
    except TimeoutError:
        raise Problem("request_timeout", headers={"Connection": "close"}) from None
    except ConnectionError:
        detail = "The body ended early or is not HTTP."
        raise Problem("malformed_request", detail, headers={"Connection": "close"}) from None


def idempotency_key(request: web.Request) -> str:
    """The Idempotency-Key, bare or quoted.

    Raises:
        Problem: idempotency_key_required, idempotency_key_invalid.
    """
    given = request.headers.getall("Idempotency-Key", [])
    if not given:
        raise Problem("idempotency_key_required")
    key = given[0].strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = re.sub(r"\\(.)", r"\1", key[1:-1])
    if len(given) > 1 or not _KEY.fullmatch(key):
        raise Problem("idempotency_key_invalid", "1 to 255 visible ASCII characters.")
    return key


def _path_ids(request: web.Request) -> dict[str, UUID]:
    ids = {}
    for name, text in request.match_info.items():
        if name not in NAMES:
            if not _UUID.fullmatch(text):
                _refuse_method(request)
                raise Problem("invalid_path")
            ids[name] = UUID(text)
    return ids


def _refuse_method(request: web.Request) -> None:
    """Refuse the method of a path that has a name of its own, like …/payments/intents."""
    for resource in request.app.router.resources():
        if resource.canonical == request.path:
            raise web.HTTPMethodNotAllowed(request.method, [route.method for route in resource])


def _path_names(request: web.Request) -> dict[str, str]:
    names = {name: text for name, text in request.match_info.items() if name in NAMES}
    if not _is_utf_8(request.rel_url.raw_path) or not all(map(_NAME.fullmatch, names.values())):
        raise Problem("invalid_path")
    return names


def _is_utf_8(encoded: str) -> bool:
    """Whether percent-encoded text is; what is not would be taken as if its % were meant."""
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return False
    return True


def _loose_texts(request: web.Request, names: Mapping[str, str]) -> list[str]:
    kept = [value for name in KEPT_HEADERS for value in request.headers.getall(name, [])]
    return [*names.values(), *kept, *request.query.keys(), *request.query.values()]


def _query(request: web.Request) -> dict[str, str]:
    query = request.query
    if not _is_utf_8(request.rel_url.raw_query_string):
        raise Problem("validation_failed", "The query is not UTF-8.")
    if len(set(query)) != len(query):
        raise Problem("validation_failed", "A query parameter occurs twice.")
    check_texts(dict(query))
    return dict(query)


def _refuse_query(request: web.Request) -> None:
    if request.query_string:
        raise Problem("validation_failed", "This resource takes no query parameters.")
