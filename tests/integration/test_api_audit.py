"""The audit log over HTTP: one row a call, whatever the route; the worker chains it."""

import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest_asyncio

from app.database.client import Database as Client
from app.http.auth.signatures import Signer
from app.http.endpoint import NAMES, Endpoint
from app.http.requests import IntentCreate
from app.http.routes import ENDPOINTS, SCOPES
from app.worker.periodic.audit_chain import chain_due
from tests.support.database import Database
from tests.support.furnished import (
    OURS,
    Furnished,
    body,
    has_identifier,
    paths,
)
from tests.support.service import Reply, Service, running_service, settings_for, token

CHANGING = [endpoint for endpoint in ENDPOINTS if endpoint.body]
ROWS = (
    "SELECT outcome, code, action, object_id, subject, client_ip, key_id FROM payments.audit_log"
    " WHERE trace_id = %s ORDER BY outcome"
)
# A stop of the whole service and not an answer to the caller: nothing was decided.
SECRET = "h" * 32
NO_DECISION = {500, 503}


@dataclass
class Calls:
    """Calls of our tenant, each with its own trace.

    Attributes:
        service: asked.
        furnished: its database.
        log: where the audit log is read.
    """

    service: Service
    furnished: Furnished
    log: psycopg.Connection[Any]
    made: int = 0

    async def call(
        self, endpoint: Endpoint, path: str, document: Any, key: str | None = None
    ) -> tuple[str, Reply]:
        """One call; its trace id, and the answer."""
        self.made += 1
        trace = f"{self.made:032x}"
        bearer = token(OURS, SCOPES, "auditor")
        sent = json.dumps(document).encode()
        url = self.service.url + path
        headers = {
            **Signer("orders", SECRET).headers(endpoint.method, url, sent, bearer),
            "Content-Type": "application/json",
            "traceparent": f"00-{trace}-b7ad6b7169203331-01",
            "Idempotency-Key": key or f"audit-{self.made}",
        }
        return trace, await self.service.ask(endpoint.method, path, headers=headers, data=sent)

    def rows(self, trace: str) -> list[tuple[Any, ...]]:
        """What the audit log has of a trace."""
        return self.log.execute(ROWS, [trace]).fetchall()

    def attempts(self, endpoint: Endpoint) -> list[tuple[str, Any]]:
        """The endpoint asked of everything that is ours."""
        assert endpoint.body
        ids = self.furnished.keys(OURS, endpoint.path.split("/")[3])
        names = {name: self.furnished.names(OURS, name) for name in NAMES}
        documents = [body(endpoint.body)]
        if has_identifier(endpoint.body):
            documents = [body(endpoint.body, one) for one in ids]
        return [(path, d) for path in paths(endpoint, ids, names) for d in documents]


@pytest_asyncio.fixture
async def calls(furnished: Furnished) -> AsyncIterator[Calls]:
    """A service on a database full of rows."""
    url = furnished.database.superuser_url
    async with running_service(
        furnished.database, INTERNAL_HMAC_KEYS=f"orders:{SECRET}"
    ) as running:
        with psycopg.connect(url, autocommit=True) as log:
            yield Calls(running, furnished, log)


async def test_every_call_that_changes_state_leaves_one_row(calls: Calls) -> None:
    """Accepted or refused, by whatever route: who, what, on which object, from where, once."""
    for endpoint in CHANGING:
        outcomes: set[str] = set()
        attempts = deque(calls.attempts(endpoint))
        while attempts and not ({"accepted", "refused"} <= outcomes):
            # The likely ones stand in front; behind them is what is refused.
            path, document = attempts.pop() if "accepted" in outcomes else attempts.popleft()
            key = f"once-{len(attempts)}"
            outcomes.add(await _recorded_once(calls, endpoint, path, document, key))
        # A signed call names things by Stripe's ids: sql/tests/distributions has one.
        assert endpoint.is_signed or "accepted" in outcomes, (
            f"nothing to ask {endpoint.path} of was accepted"
        )


async def _recorded_once(
    calls: Calls, endpoint: Endpoint, path: str, document: Any, key: str
) -> str:
    trace, reply = await calls.call(endpoint, path, document, key)
    assert reply.status not in NO_DECISION, (path, reply.body)
    rows = [row for row in calls.rows(trace) if row[0] != "declined"]
    assert len(rows) == 1, (path, reply.status, rows)
    outcome, code, action, object_id, subject, ip, key_id = rows[0]
    assert (action, subject) == (f"{endpoint.method} {endpoint.path}", "auditor")
    assert ip in {"127.0.0.1", "::1"}
    assert key_id == ("orders" if endpoint.is_signed else None)
    assert outcome == "accepted" or code == reply.code
    if outcome == "accepted":
        assert object_id
        again, replay = await calls.call(endpoint, path, document, key)
        assert replay.headers.get("Idempotent-Replayed"), (path, replay.status)
        assert calls.rows(again) == [], "a replay is not a second act"
    return str(outcome)


async def test_what_stripe_declines_is_in_the_log_too(calls: Calls) -> None:
    """A call that was accepted and then refused by Stripe has a second row with the same trace."""
    endpoint = next(e for e in CHANGING if e.path.endswith("/capture"))
    seen = set()
    for path, document in calls.attempts(endpoint):
        trace, reply = await calls.call(endpoint, path, document)
        seen.add(tuple((row[0], row[1], row[4]) for row in calls.rows(trace)))
        if reply.status in {409, 502} and len(calls.rows(trace)) > 1:
            assert calls.rows(trace)[1][1] == reply.code
    assert any(("accepted", None, "auditor") in rows and rows[1][0] == "declined" for rows in seen)


async def test_the_worker_chains_what_was_recorded(calls: Calls) -> None:
    """Rows of finished transactions get their links; the log then holds, and a change is named."""
    database = calls.furnished.database
    endpoint = next(e for e in CHANGING if e.path.endswith("/intents"))
    trace, reply = await calls.call(endpoint, endpoint.path, body(IntentCreate))
    assert reply.status in {201, 202}
    # Another test's transaction on this server may be older than the row: as if it were over.
    _tamper(database, "UPDATE payments.audit_log SET recorded_xid = '7' WHERE recorded_xid > '7'")
    _tamper(database, "UPDATE payments.audit_heads SET chained_xid = '6'")
    client = Client(settings_for(database, calls.service.stripe_url), name="test", size=1)
    await client.open()
    try:
        await chain_due(client)
    finally:
        await client.close()
    assert database.execute("SELECT * FROM ops.audit_verify(%s)", OURS) == []
    linked = database.execute(
        "SELECT count(*) FROM ops.audit_list(%s) WHERE seq > 0 AND trace_id = %s", OURS, trace
    )
    assert linked == [(1,)]
    _tamper(
        database, "UPDATE payments.audit_log SET client_ip = '192.0.2.6' WHERE subject = 'auditor'"
    )
    assert database.execute("SELECT problem FROM ops.audit_verify(%s)", OURS) == [
        ("the row was changed",)
    ]


def _tamper(database: Database, statement: str) -> None:
    """As somebody whom no trigger stops."""
    database.execute(f"SET LOCAL session_replication_role = replica; {statement}")
