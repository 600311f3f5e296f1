"""The way of every API request, in the order in which its faults win.

Route and method, size and content type, authentication, scope, JSON, schema, idempotency, and only
then the one SQL function that decides. An `Endpoint` declares what it needs; its handler is
a few lines.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from app import audit
from app.auth import Caller, require_scope
from app.body import fingerprint, parse_json, validate, wire
from app.db import Jsonb
from app.errors import Problem, Refused
from app.keys import SERVICES, TRACE, Services
from app.models import Document, Page

MAX_BODY_BYTES = 64 * 1024
BODY_SECONDS = 10.0
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")
NAMES = frozenset({"event_id", "name"})
"""Parts of a path that are the caller's own names and not our ids."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has passed the door.

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
    """

    method: str
    path: str
    scope: str
    handler: Handler
    body: type[Document] | None = None
    query: type[Page] | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Check the request and hand it to the handler.

        Raises:
            Problem: whatever is wrong first.
        """
        started = time.monotonic()
        services, trace = request.app[SERVICES], request[TRACE]
        ids, names = _path_ids(request), _path_names(request)
        raw = await read_json_body(request) if self.body else b""
        caller = await services.authenticator.authenticate(request.headers.get("Authorization"))
        trace.tenant_id = caller.tenant_id
        require_scope(caller, self.scope)
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
                origin=audit.origin(request, self._route, trace.trace_id),
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
            return wire(validate(self.body, parse_json(raw)))
        return wire(validate(self.query, _query(request))) if self.query else {}


async def read_json_body(request: web.Request) -> bytes:
    """The body of an API request; empty is allowed.

    Raises:
        Problem: payload_too_large, unsupported_media_type, request_timeout.
    """
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise Problem("payload_too_large", f"At most {MAX_BODY_BYTES} bytes.")
    check_encoding(request)
    if request.body_exists and request.content_type != "application/json":
        raise Problem("unsupported_media_type", "Send application/json.")
    raw = await read_body(request)
    if len(raw) > MAX_BODY_BYTES:
        raise Problem("payload_too_large", f"At most {MAX_BODY_BYTES} bytes.")
    return raw


def check_encoding(request: web.Request) -> None:
    """Refuse compressed bodies.

    Raises:
        Problem: unsupported_media_type.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem("unsupported_media_type", "Send the body without Content-Encoding.")


async def read_body(request: web.Request) -> bytes:
    """The raw body, from a client that is not too slow.

    Raises:
        Problem: request_timeout.
    """
    if request.content.is_eof():  # it came with the headers
        return await request.read()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise Problem("request_timeout", headers={"Connection": "close"}) from None


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
                raise Problem("invalid_path")
            ids[name] = UUID(text)
    return ids


def _path_names(request: web.Request) -> dict[str, str]:
    names = {name: text for name, text in request.match_info.items() if name in NAMES}
    if not all(_NAME.fullmatch(text) for text in names.values()):
        raise Problem("invalid_path")
    return names


def _query(request: web.Request) -> dict[str, str]:
    query = request.query
    if len(set(query)) != len(query):
        raise Problem("validation_failed", "A query parameter occurs twice.")
    return dict(query)
