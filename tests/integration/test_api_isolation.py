"""Isolation of tenants: one's tokens, another's ids, every route; nothing told, nothing changed.

Routes, documents, tables and ids come from the route table, the models and the catalog.
"""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest_asyncio

from app.http.auth.signatures import Signer
from app.http.endpoint import NAMES, Endpoint
from app.http.routes import ENDPOINTS, SCOPES
from tests.support.furnished import (
    OURS,
    THEIRS,
    Furnished,
    body,
    has_identifier,
    paths,
)
from tests.support.service import Reply, Service, running_service, token

SECRET = "h" * 32
LIKELY = 8
"""Ids that each filter of a list is tried with."""

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
OWN_OF_A_REQUEST = re.compile(r'"(traceId|createdAt|updatedAt|startedAt|finishedAt)": "[^"]*"')


@dataclass
class Thief:
    """A caller of our tenant who knows everything of theirs.

    Attributes:
        service: asked.
        furnished: its database.
        secrets: ids that stand in rows of theirs only.
    """

    service: Service
    furnished: Furnished
    secrets: frozenset[str]
    made: int = 0

    async def call(self, endpoint: Endpoint, path: str, document: Any = None) -> Reply:
        """One call with a key of its own."""
        self.made += 1
        bearer = token(OURS, SCOPES, "thief")
        sent = b"" if document is None else json.dumps(document).encode()
        headers = Signer("orders", SECRET).headers(
            endpoint.method, self.service.url + path, sent, bearer
        )
        if document is not None:
            headers |= {"Idempotency-Key": f"theft-{self.made}", "Content-Type": "application/json"}
        return await self.service.ask(
            endpoint.method, path, headers=headers, **({"data": sent} if sent else {})
        )

    def ways(self, endpoint: Endpoint, ids: list[str], names: dict[str, list[str]]) -> Any:
        """Each path and document that names one of these."""
        for path in paths(endpoint, ids, names):
            if endpoint.query:
                for query in _queries(endpoint, ids):
                    yield path + query, None
            elif endpoint.body and has_identifier(endpoint.body) and "{" not in endpoint.path:
                for one in ids:
                    yield path, body(endpoint.body, one)
            else:
                yield path, body(endpoint.body) if endpoint.body else None

    def leaked(self, reply: Reply, given: str) -> set[str]:
        """Ids of theirs in an answer that the question did not hold."""
        return (set(UUID.findall(str(reply.body))) & self.secrets) - set(UUID.findall(given))


def _queries(endpoint: Endpoint, ids: list[str]) -> list[str]:
    assert endpoint.query
    fields = endpoint.query.model_json_schema()["properties"]
    named = [name for name in fields if name.endswith("Id")]
    return ["?limit=100", *(f"?{name}={one}" for name in named for one in ids[:LIKELY])]


@pytest_asyncio.fixture
async def thief(furnished: Furnished) -> AsyncIterator[Thief]:
    """A service on a full database, with one connection for all requests."""
    secrets = frozenset(furnished.ids(THEIRS, OURS))
    async with running_service(
        furnished.database, INTERNAL_HMAC_KEYS=f"orders:{SECRET}", DATABASE_POOL_SIZE="1"
    ) as running:
        yield Thief(running, furnished, secrets)


async def test_no_route_tells_or_changes_what_is_another_tenants(thief: Thief) -> None:
    """Ids of theirs in every place that takes one: as if they were not there, and no row moves."""
    before = thief.furnished.rows(THEIRS)
    likely = {e.path: e.path.split("/")[3] for e in ENDPOINTS}
    loot = {s: thief.furnished.keys(THEIRS, s, each=1) for s in set(likely.values())}
    names = {name: thief.furnished.names(THEIRS, name) for name in NAMES}
    asked = 0
    for endpoint in ENDPOINTS:
        theirs = loot[likely[endpoint.path]]
        nothing = {name: [str(uuid4())] for name in NAMES}
        missing = [
            await thief.call(endpoint, *way)
            for way in thief.ways(endpoint, [str(uuid4())], nothing)
        ]
        for path, document in thief.ways(endpoint, theirs, names):
            reply = await thief.call(endpoint, path, document)
            asked += 1
            assert not thief.leaked(reply, f"{path} {document}"), (endpoint.path, path, reply.body)
            if reply.status >= 400 and any(one in f"{path} {document}" for one in theirs):
                assert any(_alike(reply, other) for other in missing), (path, reply.body)
    assert asked > len(ENDPOINTS)
    assert thief.furnished.rows(THEIRS) == before


def _alike(one: Reply, other: Reply) -> bool:
    """Whether two refusals differ in nothing but the ids that were asked for."""
    return one.status == other.status and _plain(one) == _plain(other)


def _plain(reply: Reply) -> str:
    text = OWN_OF_A_REQUEST.sub("", json.dumps(reply.body))
    return re.sub(r'"instance": "[^"]*"', "", UUID.sub("ID", text))


async def test_one_connection_serves_two_tenants_in_turn(thief: Thief) -> None:
    """F55: after an answer, a refusal or an error the next tenant starts without the last's."""
    endpoint = next(e for e in ENDPOINTS if e.path == "/api/v1/payments" and e.query)
    owners = {tenant: set(thief.furnished.keys(tenant)) for tenant in (OURS, THEIRS)}
    for tenant in (OURS, THEIRS, OURS, THEIRS):
        bearer = {"Authorization": f"Bearer {token(tenant, SCOPES)}"}
        listed = await thief.service.ask("GET", f"{endpoint.path}?limit=100", headers=bearer)
        found = {payment["id"] for payment in listed.body["data"]}
        assert found
        assert found <= owners[tenant]
        missing = await thief.service.ask("GET", f"{endpoint.path}/{uuid4()}", headers=bearer)
        assert missing.code == "not_found"
        refused = await thief.service.ask(
            "POST",
            "/api/v1/refunds",
            {"paymentId": str(uuid4()), "reason": "other"},
            headers=bearer,
        )
        assert refused.code == "not_found"
