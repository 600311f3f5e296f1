"""Web, workers and Stripe's simulator as real processes on a database: to be killed at will."""

import asyncio
import contextlib
import http.client
import json
import subprocess
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

import aiohttp

from app.http.auth.signatures import Signer
from local.demo.aftermath import Expected
from local.demo.audit import Findings, compare, read_ours, read_stripe
from local.demo.books import Books
from local.demo.sale import Sale
from local.demo.stripe import Stripe
from local.dev.child import Child, answers
from local.dev.tokens import mint
from local.embedded.process import ServerError, free_port
from tests.support.database import Database
from tests.support.forked import Forked
from tests.support.waiting import until

TENANT = uuid.UUID("11111111-1111-4111-8111-111111111111")
JWT_SECRET = "0123456789abcdef0123456789abcdef"
PLATFORM_SECRET = "whsec_platform_0123456789"
CONNECT_SECRET = "whsec_connect_0123456789"
STRIPE_KEY = "sk_test_simulator"
SERVICE, SERVICE_SECRET = "orders", "h" * 32

KILLED = 137
FINAL = frozenset({200, 201})
HTTP_SECONDS = 20.0
LEASE_SECONDS = 2.0
OPENING_BALANCE = 1_000_000_000
"""Minor units that Stripe has for us before we sell anything; no order pays as much."""

PAYEES = (("venue", "v1"), ("artist", "a1"))
SPLITS = [
    {"recipientType": "venue", "recipientId": "v1", "basisPoints": 5000},
    {"recipientType": "artist", "recipientId": "a1", "basisPoints": 3000},
]

Json = dict[str, Any]
Process = Child | Forked


class NoAnswerError(Exception):
    """The other side went away."""


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, read."""

    status: int
    body: Any

    @property
    def problem(self) -> str:
        """The code of a refusal."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


def request(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> Reply:
    """One request on a connection of its own.

    Raises:
        NoAnswerError: there was no complete answer.
    """
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=HTTP_SECONDS)
    try:
        link.request(method, path, body, headers or {})
        answer = link.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswerError(f"{method} {path}: {error!r}") from error
    finally:
        link.close()
    try:
        return Reply(answer.status, json.loads(text))
    except json.JSONDecodeError:
        return Reply(answer.status, text.decode(errors="replace"))


@dataclass
class Stack:
    """The processes of one database.

    Attributes:
        database: migrated, with one tenant.
        log: what the processes say.
    """

    database: Database
    log: IO[bytes]
    service_url: str
    children: list[Process] = field(default_factory=list)
    web_port: int = field(default_factory=free_port)
    stripe_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.log_path = Path(self.log.name)
        self.web = self._forked("serve")

    # ── processes ─────────────────────────────────────────────────────────────────────────────

    def start_simulator(self) -> None:
        """Start Stripe with money to pay out, telling our web of every event."""
        options = ("--port", str(self.stripe_port), "--settle", "now", "--onboarding", "auto")
        balance = ("--balance", f"usd={OPENING_BALANCE}")
        child = Child("stripe", ["-m", "stripe_simulator", *options, *balance], self.log)
        self.children.append(child)
        child.start()
        child.await_ready(lambda: answers(self.stripe_port, "/_sim/ledger"))
        for path, secret, connect in (
            ("/webhooks/stripe", PLATFORM_SECRET, False),
            ("/webhooks/stripe/connect", CONNECT_SECRET, True),
        ):
            url = f"http://127.0.0.1:{self.web_port}{path}"
            endpoint = {"url": url, "secret": secret, "connect": connect}
            self.control("POST", "webhook_endpoints", endpoint)
        self.control("POST", "webhooks", {"retrySeconds": [0.2] * 100, "timeoutSeconds": 3})

    def start_web(self, failpoints: str = "", **environ: str) -> Forked:
        """Start the API, always at the same port; return it when it serves."""
        self.web.kill()
        self.web = self.start_web_at(self.web_port, failpoints, **environ)
        return self.web

    def start_web_at(self, port: int, failpoints: str = "", **environ: str) -> Forked:
        """Start one more API, at a port of its own; return it when it serves."""
        web = self._forked("serve", failpoints, PORT=str(port), **environ)
        web.start()
        until(lambda: self._serves(web, port), "the web")
        return web

    def _serves(self, web: Forked, port: int) -> bool:
        if web.ended() is not None:
            raise ServerError(f"the web ended with {web.ended()} while starting")
        return answers(port, "/health/ready")

    def start_worker(self, failpoints: str = "", **environ: str) -> Forked:
        """Start one more worker; return it when it runs, or has met its failpoint already."""
        port = environ.setdefault("WORKER_ADMIN_PORT", str(free_port()))
        worker = self._forked("worker", failpoints, **environ)
        worker.start()
        until(lambda: worker.ended() is not None or answers(int(port), "/health"), "a worker")
        return worker

    def stop(self) -> None:
        """Kill everything."""
        for child in self.children:
            child.kill()

    def _forked(self, command: str, failpoints: str = "", **environ: str) -> Forked:
        child = Forked(command, self.settings(failpoints, **environ), self.log_path)
        self.children.append(child)
        return child

    def settings(self, failpoints: str = "", **environ: str) -> dict[str, str]:
        """The variables of a web or a worker."""
        return {
            "APP_ENV": "test",
            "PAYMENT_FAILPOINTS": failpoints,
            "LISTEN_HOST": "127.0.0.1",
            "PORT": str(self.web_port),
            "ADMIN_PORT": "0",
            "DATABASE_URL": self.service_url,
            "REDIS_URL": "redis://127.0.0.1:1",
            "RATE_LIMIT_PER_IP": "1000000",
            "RATE_LIMIT_PAYMENTS_PER_USER": "1000000",
            "JWT_SECRET": JWT_SECRET,
            "INTERNAL_HMAC_KEYS": f"{SERVICE}:{SERVICE_SECRET}",
            "STRIPE_SECRET_KEY": STRIPE_KEY,
            "STRIPE_API_BASE": f"http://127.0.0.1:{self.stripe_port}",
            "STRIPE_WEBHOOK_SECRET": PLATFORM_SECRET,
            "STRIPE_CONNECT_WEBHOOK_SECRET": CONNECT_SECRET,
            "STRIPE_RATE": "2000",
            "STRIPE_TIMEOUT_SECONDS": str(LEASE_SECONDS / 2),
            "OPERATION_LEASE_SECONDS": str(LEASE_SECONDS),
            "OPERATION_BACKOFF_SECONDS": "0.05",
            "SWEEP_SECONDS": "0",
            "POLL_SECONDS": "0",
            **environ,
        }

    # ── Stripe ────────────────────────────────────────────────────────────────────────────────

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the simulator's control API."""
        sent = json.dumps(body or {}).encode()
        headers = {"Content-Type": "application/json"}
        reply = request(self.stripe_port, method, f"/_sim/{path}", sent, headers)
        assert reply.status < 300, reply
        return reply.body

    def stripe(self, path: str, **form: str) -> Any:
        """One POST as the buyer's browser or the platform would make it."""
        headers = {
            "Authorization": f"Bearer {STRIPE_KEY}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode(form).encode()
        reply = request(self.stripe_port, "POST", f"/v1/{path}", body, headers)
        assert reply.status == 200, reply
        return reply.body

    def fault(self, fault: str, path: str, **rule: Any) -> None:
        """Have Stripe go wrong on POSTs to a path."""
        match = {"method": "POST", "path": path, **rule.pop("match", {})}
        self.control("POST", "faults", {"fault": fault, "match": match, **rule})

    def journal(self, path: str) -> list[Json]:
        """The POSTs to a path that Stripe received."""
        found: list[Json] = self.control("GET", f"requests?method=POST&path={path}")["requests"]
        return [row for row in found if row["path"] == path]

    def journal_of(self, payment_id: str) -> list[Json]:
        """The transfers of a payment that Stripe was asked for."""
        return [
            row
            for row in self.journal("/v1/transfers")
            if row["params"].get("metadata", {}).get("payment_id") == payment_id
        ]

    def made(self, path: str) -> dict[str, set[str]]:
        """The objects made by POSTs to a path, by the operation that asked for them."""
        objects: dict[str, set[str]] = {}
        for row in self.journal(path):
            if row["executed"] and row["object"] and (row["status"] or 200) != 402:
                operation = row["params"]["metadata"]["operation_id"]
                objects.setdefault(operation, set()).add(row["object"])
        return objects

    # ── our API ───────────────────────────────────────────────────────────────────────────────

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> Reply:
        """One request with a good token.

        Raises:
            NoAnswerError: the web went away.
        """
        headers = {
            "Authorization": f"Bearer {mint(JWT_SECRET, TENANT, 'tester', 600)}",
            "Content-Type": "application/json",
            "Idempotency-Key": key or str(uuid.uuid4()),
        }
        sent = json.dumps(body).encode() if body is not None else b""
        return request(self.web_port, method, path, sent, headers)

    def ask_inside(self, path: str, body: Any, key: str | None = None) -> Reply:
        """One POST of another service of the platform, signed.

        Raises:
            NoAnswerError: the web went away.
        """
        sent = json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.web_port}{path}"
        bearer = mint(JWT_SECRET, TENANT, "tester", 600)
        headers = {
            **Signer(SERVICE, SERVICE_SECRET).headers("POST", url, sent, bearer),
            "Content-Type": "application/json",
            "Idempotency-Key": key or str(uuid.uuid4()),
        }
        return request(self.web_port, "POST", path, sent, headers)

    def order(self, name: str, key: str | None = None, **more: Any) -> Reply:
        """Ask for a payment of 10000 with two payees."""
        body = {"amount": 10_000, "currency": "usd", "orderId": name, "splits": SPLITS, **more}
        return self.ask("POST", "/api/v1/payments/intents", body, key)

    def order_until_done(self, name: str, key: str, **more: Any) -> Json:
        """Ask with the same key until there is a final answer."""
        body: Json = self.until_answered(lambda: self.order(name, key, **more)).body
        return body

    def until_answered(self, ask: Callable[[], Reply], final: AbstractSet[int] = FINAL) -> Reply:
        """Ask again and again until there is a final answer; only waiting may come before it."""
        replies: list[Reply] = []

        def done() -> bool:
            with contextlib.suppress(NoAnswerError):
                replies.append(ask())
            return bool(replies) and replies[-1].status in final

        until(done, "a final answer", seen=lambda: replies[-1:])
        for reply in replies:
            waiting = (reply.status, reply.problem) == (409, "idempotency_in_progress")
            assert reply.status in {200, 201, 202, 503} or waiting, reply
        return replies[-1]

    def pay(self, intent: str, card: str = "pm_card_visa") -> None:
        """The buyer confirms."""
        self.stripe(
            f"payment_intents/{intent}/confirm",
            payment_method=card,
            return_url="https://shop.example/return",
        )

    def sell(self, name: str) -> Json:
        """An order, paid; its webhooks are on their way."""
        reply = self.order(name)
        assert reply.status == 201, reply
        payment: Json = reply.body
        self.pay(payment["stripePaymentIntentId"])
        return payment

    # ── facts ─────────────────────────────────────────────────────────────────────────────────

    def count(self, query: str, *values: Any) -> int:
        """The number a query counts."""
        return int(self.database.execute(query, *values)[0][0])

    def leases_end(self) -> None:
        """Let time pass for what dead processes had claimed, so that nobody waits for it."""
        # The backend of a dead process may be at its last statement still: not waited for.
        for table in ("stripe_operations", "webhook_inbox"):
            self.database.execute(
                f"UPDATE payments.{table} SET next_run_at = payments.clock()"
                f" WHERE ctid = ANY (ARRAY(SELECT ctid FROM payments.{table}"
                "  WHERE finished_at IS NULL AND leased_by IS NOT NULL FOR UPDATE SKIP LOCKED))"
            )

    def open_work(self) -> int:
        """Operations and events that are not at their end."""
        return self.count(OPEN_WORK)

    def paid(self) -> int:
        """Transfers that have reached their payee."""
        return self.count(
            "SELECT count(*) FROM payments.stripe_transfers WHERE paid_at > '-infinity'"
        )

    def events(self) -> int:
        """Events that are applied or otherwise at their end."""
        return self.count(
            "SELECT count(*) FROM payments.webhook_inbox WHERE finished_at > '-infinity'"
        )

    def audit(self) -> Findings:
        """Both ledgers and everything that either side has, compared."""
        return asyncio.run(self._audit())

    async def _audit(self) -> Findings:
        async with aiohttp.ClientSession() as session:
            stripe = Stripe(f"http://127.0.0.1:{self.stripe_port}", session)
            theirs = await read_stripe(stripe)
        theirs.money = {key: net for key, net in theirs.money.items() if net != OPENING_BALANCE}
        ours = await read_ours(Books(self.database.superuser_url))
        return compare(theirs, ours, Sale(), Expected())

    def executed(self) -> Counter[str]:
        """How often each operation took effect at Stripe."""
        found = self.control("GET", "requests?method=POST&executed=true")["requests"]
        keys = (row["idempotencyKey"] for row in found if (row["status"] or 200) == 200)
        return Counter(key.partition(":")[0] for key in keys if key)

    def check_even(self) -> None:
        """Wait until nothing is left to do; assert that all was done once and every cent agrees."""
        self.until_idle()
        found = self.audit()
        assert found.clean, found
        done = self.executed()
        succeeded = self.database.execute(SUCCEEDED)
        assert {name: done[name] for (name,) in succeeded} == {name: 1 for (name,) in succeeded}
        assert max(done.values()) == 1

    def until_idle(self) -> None:
        """Wait until nothing is left to do and Stripe has told us of all of it."""

        def idle() -> bool:
            # Events that were ahead of our own commit wait longer and longer: time passes for them.
            self.database.execute(HASTEN)
            before = self._work()
            # What was told or done while we looked can have started more.
            return before[0] == 0 and not self._undelivered() and self._work() == before

        until(idle, "no work left")

    def _work(self) -> tuple[int, int]:
        """What is open, and how many events have ever come in."""
        return self.open_work(), self.count("SELECT count(*) FROM payments.webhook_inbox")

    def _undelivered(self) -> int:
        drained = self.control("POST", "drain")
        return int(drained["delivered"] + drained["failed"] + drained["scheduled"])

    def check_paid(self, orders: int) -> None:
        """Wait until this many orders are paid out; assert that each was exactly once."""
        until(lambda: self.paid() >= orders * len(PAYEES), f"{orders} orders paid out")
        until(lambda: self.open_work() == 0, "no work left")
        transfers = self.made("/v1/transfers")
        assert len(transfers) == orders * len(PAYEES)
        for path in ("/v1/transfers", "/v1/payment_intents"):
            doubles = {key: made for key, made in self.made(path).items() if len(made) > 1}
            assert doubles == {}, path
        assert len(self.made("/v1/payment_intents")) == self.count(
            "SELECT count(*) FROM payments.payment_transactions"
        )
        assert self.database.execute("SELECT * FROM ops.money_violations()") == []
        ledger = self.control("GET", "ledger")
        assert ledger["ok"], ledger["violations"]


SUCCEEDED = """
    SELECT id::text FROM payments.stripe_operations WHERE outcome = 'succeeded' AND kind <> 'fetch'
"""

HASTEN = """
    UPDATE payments.webhook_inbox SET next_run_at = payments.clock()
     WHERE ctid = ANY (ARRAY(SELECT ctid FROM payments.webhook_inbox
                              WHERE state = 'waiting' AND leased_by IS NULL
                                AND next_run_at > payments.clock() FOR UPDATE SKIP LOCKED))
"""

OPEN_WORK = """
    SELECT (SELECT count(*) FROM payments.stripe_operations WHERE outcome IS NULL)
         + (SELECT count(*) FROM payments.refund_batch_items WHERE state = 'pending')
         + (SELECT count(*) FROM payments.escrows
             WHERE status IN ('held', 'partially_released') AND hold_until <= payments.clock())
         + (SELECT count(*) FROM payments.webhook_inbox WHERE state IN ('received', 'waiting'))
"""


@contextmanager
def running_stack(
    database: Database, log: IO[bytes], service_url: str | None = None
) -> Iterator[Stack]:
    """Simulator and web on a migrated database, with two payees; workers are up to the test."""
    database.execute("SELECT ops.tenant_register(%s, 'Test tickets')", TENANT)
    # Every order here is paid with one and the same card.
    database.execute("SELECT ops.fraud_rule_set(%s, 'velocity_card', p_enabled => false)", TENANT)
    with ExitStack() as exits:
        stack = Stack(database, log, service_url or database.service_url)
        exits.callback(stack.stop)
        stack.start_simulator()
        stack.start_web()
        for kind, name in PAYEES:
            body = {
                "recipientType": kind,
                "recipientId": name,
                "email": "payee@example.com",
                "country": "US",
            }
            reply = stack.ask("POST", "/api/v1/connected-accounts", body)
            assert reply.status == 201, reply
        yield stack


def killed(child: Process, point: str = "its failpoint") -> None:
    """Wait until a process has died of its failpoint.

    Raises:
        AssertionError: it ended otherwise.
    """
    with contextlib.suppress(subprocess.TimeoutExpired):
        until(lambda: child.ended() is not None, f"the end of {child.name} at {point}")
    assert child.ended() == KILLED
