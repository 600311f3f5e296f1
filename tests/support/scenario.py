"""One tenant of a test database and what is done to it, through the functions of the service.

Everything goes through `api` as payments_service, one statement a call, as the service does it.
Only reading tables back, and shifting the clock, needs the superuser.
"""

import secrets
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import orjson
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tests.support.database import Database
from tests.support.waiting import until

Json = dict[str, Any]
Connection = psycopg.Connection[Any]

FINGERPRINT = b"f" * 32
LEASE_SECONDS = 60
SUBJECT = "order-service"
LOCK_TIMEOUT_MS = 25_000
"""Longer than any wait that a test means; a wait that it does not mean ends as an error."""

OLDER_RUNS = """
    SELECT FROM payments.ledger_postings AS p
     WHERE p.tenant_id = %s AND p.posted_xid >= pg_snapshot_xmin(pg_current_snapshot()) LIMIT 1
"""


@dataclass(frozen=True)
class Payment:
    """A payment, and the operation that makes its intent.

    Attributes:
        id: ours.
        operation: the document for the request to carry.
        intent: the id Stripe will give it.
        charge: the id of its charge.
    """

    id: uuid.UUID
    operation: Json
    amount: int
    intent: str
    charge: str
    captures: bool = False

    def object(self, status: str, **more: Any) -> Json:
        """The payment intent as Stripe shows it in a status."""
        done = status == "succeeded"
        charged = done or status == "requires_capture"
        return {
            "id": self.intent,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_received": self.amount if done else 0,
            "currency": "usd",
            "status": status,
            "livemode": False,
            "client_secret": f"{self.intent}_secret",
            "latest_charge": self.charge if charged else None,
            **more,
        }


def _results(finished: Sequence[tuple[Json, Json]]) -> Jsonb:
    return Jsonb(
        [
            {"operationId": o["id"], "leaseEpoch": o["leaseEpoch"], "result": result}
            for o, result in finished
        ]
    )


@dataclass
class Scenario:
    """A registered tenant.

    Attributes:
        service: a connection as payments_service.
        owner: a connection as the superuser.
        accounts: the Stripe id of each recipient's account.
    """

    database: Database
    service: Connection
    owner: Connection
    tenant: uuid.UUID = field(default_factory=uuid.uuid4)
    accounts: dict[str, str] = field(default_factory=dict)
    account_ids: dict[str, uuid.UUID] = field(default_factory=dict)
    counter: int = 0

    def __post_init__(self) -> None:
        self.owner.execute("SELECT ops.tenant_register(%s, 'Test tickets')", [self.tenant])

    # ── calling ───────────────────────────────────────────────────────────────────────────────

    def call(self, function: str, *, on: Connection | None = None, **args: Any) -> list[Json]:
        """Call api.FUNCTION with its arguments, without their `p_`; return its rows."""
        return call(on or self.service, function, tenant_id=self.tenant, **args)

    def ask(
        self,
        function: str,
        request: Json,
        key: str | None = None,
        *,
        on: Connection | None = None,
        **args: Any,
    ) -> Json:
        """Call a function that answers a request; return its answer."""
        key = key or str(uuid.uuid4())
        if function == "payments_create":
            return self._ask_payment(request, key, on)
        return self.call(
            function,
            on=on,
            subject=SUBJECT,
            idempotency_key=key,
            fingerprint=FINGERPRINT,
            request=Jsonb(request),
            lease_seconds=LEASE_SECONDS,
            **args,
        )[0]

    def _ask_payment(self, request: Json, key: str, on: Connection | None) -> Json:
        asked = {
            "subject": SUBJECT,
            "idempotencyKey": key,
            "fingerprint": FINGERPRINT.hex(),
            "request": request,
        }
        return self.call(
            "payments_create", on=on, requests=Jsonb([asked]), lease_seconds=LEASE_SECONDS
        )[0]

    def finish(self, operation: Json, result: Json, *, on: Connection | None = None) -> Json:
        """Hand back the answer to a request's own operation; return what the client gets."""
        return self.call("requests_record", on=on, results=_results([(operation, result)]))[0]

    def finish_all(self, finished: Sequence[tuple[Json, Json]]) -> list[Json]:
        """Hand back a worker's results."""
        return self.call("results_record", results=_results(finished))

    def claim(self, limit: int = 100, *, on: Connection | None = None) -> list[Json]:
        """Lease due operations; return their documents."""
        rows = self.call(
            "operations_claim_and_fence",
            on=on,
            worker="w",
            limit=limit,
            lease_seconds=LEASE_SECONDS,
        )
        return [row["operation"] for row in rows]

    def lease(self, limit: int = 100) -> list[Json]:
        """Lease due operations as those whose fence has to wait; return their documents."""
        with self.owner.transaction():
            self.owner.execute("SELECT payments.tenant_enter(%s)", [self.tenant])
            rows = self.owner.execute(
                "SELECT operation FROM payments.operations_claim(%s, 'w', %s, %s)",
                [self.tenant, limit, LEASE_SECONDS],
            ).fetchall()
        return [operation for (operation,) in rows]

    def fence(self, operations: Sequence[Json], *, on: Connection | None = None) -> list[Json]:
        """Fence claimed operations; return those that may be sent."""
        rows = self.call(
            "operations_fence",
            on=on,
            operation_ids=[uuid.UUID(o["id"]) for o in operations],
            lease_epochs=[o["leaseEpoch"] for o in operations],
            lease_seconds=LEASE_SECONDS,
        )
        passed = {str(row["operation_id"]) for row in rows}
        return [o for o in operations if o["id"] in passed]

    def apply(self, event: Json, source: str = "platform", *, on: Connection | None = None) -> str:
        """Apply an event; return the state it ends in."""
        row = self.call(
            "inbox_apply",
            on=on,
            source=source,
            event_id=event["id"],
            payload=orjson.dumps(event),
        )[0]
        return str(row["state"])

    def read(self, query: str, *values: Any) -> list[Json]:
        """Rows of a query as the superuser."""
        with self.owner.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()

    def roll_up(self, *, on: Connection | None = None) -> int:
        """Roll up everything posted so far; return how many postings the last time took.

        A rollup stops at the oldest transaction that runs anywhere on the server, and tests of
        other databases run beside this one: wait until none is older than our last posting.
        """
        until(
            lambda: not self.read(OLDER_RUNS, self.tenant),
            "the end of what is older than our postings",
            glance=0.005,
        )
        return int(self.call("ledger_rollup", on=on)[0]["ledger_rollup"])

    def violations(self) -> list[Json]:
        """Breaches of the money invariants of this tenant."""
        return self.read("SELECT * FROM ops.money_violations(%s)", self.tenant)

    # ── bringing it somewhere ─────────────────────────────────────────────────────────────────

    def account(self, recipient_type: str, recipient_id: str, *, active: bool = True) -> str:
        """Open a payee's connected account; return its Stripe id."""
        request = {
            "recipientType": recipient_type,
            "recipientId": recipient_id,
            "email": "payee@example.com",
            "country": "US",
        }
        operation = self.ask("connected_account_create", request)["operation"]
        stripe_id = f"acct_{uuid.UUID(operation['id']).hex}"
        found = account_object(stripe_id, active=active)
        answer = self.finish(operation, succeeded(found))
        link = {"object": "account_link", "url": "https://connect/x", "expires_at": 1_800_000_000}
        answer = self.finish(answer["operation"], succeeded(link))
        self.accounts[recipient_id] = stripe_id
        self.account_ids[recipient_id] = uuid.UUID(answer["body"]["id"])
        return stripe_id

    def payment(
        self,
        amount: int = 10_000,
        splits: list[Json] | None = None,
        *,
        manual: bool = False,
        key: str | None = None,
    ) -> Payment:
        """Create a payment; its intent is not at Stripe yet."""
        self.counter += 1
        request: Json = {"amount": amount, "currency": "usd", "orderId": f"o{self.counter}"}
        if splits is not None:
            request["splits"] = splits
        if manual:
            request["captureMethod"] = "manual"
        operation = self.ask("payments_create", request, key)["operation"]
        return payment_of(operation, manual=manual)

    def open_payment(self, amount: int = 10_000, splits: list[Json] | None = None) -> Payment:
        """Create a payment whose intent awaits its card."""
        payment = self.payment(amount, splits)
        self.finish(payment.operation, succeeded(payment.object("requires_payment_method")))
        return payment

    def authorised_payment(self, amount: int = 10_000, splits: list[Json] | None = None) -> Payment:
        """Create a payment whose money is held and not captured."""
        payment = self.payment(amount, splits, manual=True)
        self.finish(payment.operation, succeeded(payment.object("requires_capture")))
        return payment

    def settled_payment(self, amount: int = 10_000, splits: list[Json] | None = None) -> Payment:
        """Create a payment that is captured and settled; its transfers are due."""
        payment = self.payment(amount, splits)
        self.finish(payment.operation, succeeded(payment.object("succeeded")))
        return payment


@dataclass
class Scenarios:
    """Makes scenarios in one database, each with its own tenant, over the same two connections."""

    database: Database
    stack: ExitStack = field(default_factory=ExitStack)
    service: Connection = field(init=False)
    owner: Connection = field(init=False)

    def __enter__(self) -> Self:
        self.service = self.connect(self.database.service_url)
        self.owner = self.connect(self.database.superuser_url)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stack.close()

    def connect(self, url: str) -> Connection:
        """Open a connection that is closed with this object."""
        options = f"-c lock_timeout={LOCK_TIMEOUT_MS}"
        connection = psycopg.connect(url, autocommit=True, prepare_threshold=1, options=options)
        self.stack.callback(connection.close)
        return connection

    def new(self, tenant: uuid.UUID | None = None) -> Scenario:
        """A fresh tenant."""
        return Scenario(self.database, self.service, self.owner, tenant or uuid.uuid4())


def call(connection: Connection, function: str, **args: Any) -> list[Json]:
    """Call api.FUNCTION with its arguments, without their `p_`; return its rows."""
    arguments = ", ".join(f"p_{name} => %s" for name in args)
    query = f"SELECT * FROM api.{function}({arguments})".encode()
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, list(args.values())).fetchall()


def payment_of(operation: Json, *, manual: bool = False) -> Payment:
    """The payment behind an intent operation."""
    params = operation["request"]["params"]
    payment_id = uuid.UUID(params["metadata"]["payment_id"])
    return Payment(
        payment_id,
        operation,
        params["amount"],
        f"pi_{payment_id.hex}",
        f"ch_{payment_id.hex}",
        manual,
    )


def succeeded(found: Json) -> Json:
    """The result of a call that Stripe answered with an object."""
    return {"outcome": "succeeded", "httpStatus": 200, "object": found}


def unknown(code: str = "no_answer") -> Json:
    """The result of a call whose answer was lost."""
    return {"outcome": "unknown", "code": code, "message": "lost"}


def account_object(stripe_id: str, *, active: bool) -> Json:
    """A connected account as Stripe shows it."""
    return {
        "id": stripe_id,
        "object": "account",
        "charges_enabled": active,
        "payouts_enabled": active,
        "details_submitted": active,
        "capabilities": {"transfers": "active" if active else "inactive"},
    }


def transfer_object(operation: Json, number: str = "") -> Json:
    """The transfer that a transfer operation makes."""
    params = operation["request"]["params"]
    return {"id": f"tr_{uuid.UUID(operation['id']).hex}{number}", "object": "transfer", **params}


def event(kind: str, found: Json, *, account: str | None = None, event_id: str = "") -> Json:
    """An event as Stripe sends it."""
    made: Json = {
        "id": event_id or f"evt_{secrets.token_hex(12)}",
        "object": "event",
        "type": kind,
        "created": 1_790_000_000,
        "livemode": False,
        "data": {"object": found},
    }
    return made | ({"account": account} if account else {})


def share(recipient_type: str, recipient_id: str, **measure: int) -> Json:
    """One entry of `splits`: amount or basisPoints."""
    return {"recipientType": recipient_type, "recipientId": recipient_id, **measure}


HALVES = [share("venue", "v1", basisPoints=5000), share("artist", "a1", basisPoints=3000)]
"""Two payees and the platform."""
