"""Context of a request: what all handlers share, under one key of the aiohttp application."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from aiohttp import web

from app.config import Settings
from app.database.client import Database
from app.database.inbox import Inbox
from app.database.notify import Notifier
from app.database.payment_commits import Batches
from app.http.auth.authenticator import Authenticator
from app.http.auth.signatures import Signatures
from app.http.input.client_address import Address
from app.http.limits.limiter import Limiter, Verdict
from app.observability.event_traces import EventTraces
from app.stripe.carry import Carrier
from app.stripe.gateway import Gateway


@dataclass(slots=True)
class Guard:
    """Whether the login role was found fit to serve with.

    Attributes:
        passed: nobody is let in before.
        refusal: why this process must not serve.
        refused: set with `refusal`.
    """

    passed: bool = False
    refusal: str = ""
    refused: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a request may use."""

    settings: Settings
    database: Database
    side_database: Database
    health_database: Database
    gateway: Gateway
    authenticator: Authenticator
    signatures: Signatures
    limiter: Limiter
    notifier: Notifier
    inbox: Inbox
    batches: Batches
    carrier: Carrier
    event_traces: EventTraces
    secrets: dict[str, tuple[str, ...]]
    guard: Guard = field(default_factory=Guard)


@dataclass(slots=True)
class Trace:
    """Where a request belongs in a trace (W3C Trace Context), and what it turned out to be.

    Attributes:
        trace_id: 32 hex digits.
        context: traceparent for whatever this request causes.
        request_id: the caller's X-Request-Id, or the trace id.
        client: where it comes from.
        tenant_id: known once authenticated; for the log.
        verdicts: of the limits it was counted against; the answer tells them.
    """

    trace_id: str
    context: str
    request_id: str
    client: Address | None = None
    tenant_id: UUID | None = None
    verdicts: list[Verdict] = field(default_factory=list)


SERVICES: web.AppKey[Services] = web.AppKey("services", Services)
TRACE: web.RequestKey[Trace] = web.RequestKey("trace", Trace)
