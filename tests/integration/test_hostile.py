"""Every hostile request gets the answer of the contract, and changes nothing."""

import json
from collections.abc import Callable, Iterable, Mapping

import pytest

from app.errors import CODES
from tests.support.conformance import check_answer
from tests.support.database import Database
from tests.support.hostile import (
    documents,
    money,
    objects,
    proxies,
    requests,
    signatures,
    tokens,
    webhooks,
)
from tests.support.hostile.attack import Answer, Attack, get, send
from tests.support.hostile.world import UNKNOWN, Digest, Ids, furnish
from tests.support.servers import Connect
from tests.support.service import Service, running_service

TABLES: Mapping[str, Callable[[], tuple[Attack, ...]]] = {
    "tokens": lambda: tokens.ATTACKS,
    "objects": lambda: objects.ATTACKS,
    "documents": lambda: documents.ATTACKS,
    "money": lambda: money.ATTACKS,
    "requests": lambda: requests.ATTACKS,
    "webhooks": lambda: webhooks.ATTACKS,
    "signatures": signatures.attacks,
    "proxies": lambda: proxies.HARMLESS,
}
OF_A_WORLD = {"objects", "documents", "money", "requests"}
"""Families that ask for what exists; the others are stopped before anybody looks."""

BEHIND_A_PROXY = {"INTERNAL_HMAC_KEYS": signatures.KEYS, "TRUSTED_PROXY_IPS": "127.0.0.1/32"}
LEAKS = (
    "Traceback",
    "psycopg",
    "aiohttp",
    "payments.",
    "SELECT",
    "PY0",
    "site-packages",
    "424242",
    "4242 4242",
)


def test_the_tables_are_long_enough_and_their_names_unique() -> None:
    """At least 150 requests, each told apart from the others of its family."""
    families = [table() for table in TABLES.values()]
    assert sum(map(len, families)) >= 150
    for attacks in families:
        assert len({attack.name for attack in attacks}) == len(attacks)


@pytest.mark.parametrize("family", TABLES)
async def test_hostile_requests(database: Database, connect: Connect, family: str) -> None:
    """Status and code as told, no row touched, nothing of our inside in the answer."""
    async with running_service(database, **BEHIND_A_PROXY) as service:
        ids = await furnish(service) if family in OF_A_WORLD else {"unknown": UNKNOWN}
        digest = Digest(connect(database.superuser_url))
        assert await _faults(service, TABLES[family](), ids, digest) == {}
        assert service.violations() == []


async def test_limits_are_not_escaped(database: Database, connect: Connect) -> None:
    """Neither the address's nor the user's, by whatever a caller says of himself."""
    limits = {"RATE_LIMIT_PER_IP": "8", "RATE_LIMIT_PAYMENTS_PER_USER": "2"}
    async with running_service(database, **BEHIND_A_PROXY | limits) as service:
        for _ in range(2):
            used = await send(service, Attack("", 201, headers=proxies.PROXIED), {})
            assert used.status == 201, used.text
        digest = Digest(connect(database.superuser_url))
        assert await _faults(service, proxies.TOO_MANY_PAYMENTS, {}, digest) == {}
        for _ in range(8):
            await send(service, get("", 200, "", proxies.LIST, headers=proxies.PROXIED), {})
        assert await _faults(service, proxies.TOO_MANY, {}, digest) == {}


async def _faults(
    service: Service, attacks: Iterable[Attack], ids: Ids, digest: Digest
) -> dict[str, str]:
    """What is wrong with the answers, by name."""

    async def undisturbed() -> set[tuple[str, str]]:
        # Webhooks of what was done before must not come in between.
        await service.control("POST", "drain", {})
        return digest()

    found = {}
    before = await undisturbed()
    for attack in attacks:
        if attack.first:
            await send(service, attack.first, ids)
            before = await undisturbed()
        answer = await send(service, attack, ids)
        fault = _fault(attack, answer)
        changed = {table for table, _ in digest() - before}
        if changed and not attack.changes:
            fault, before = f"{fault} and {changed} have changed", await undisturbed()
        if fault:
            found[attack.name] = fault
    return found


def _fault(attack: Attack, answer: Answer) -> str:
    """What is wrong with an answer, if anything."""
    if (answer.status, answer.code) != (attack.status, attack.code):
        return f"{answer.status} {answer.code or answer.text[:200]}"
    told = answer.text + str(answer.headers)
    for leak in LEAKS:
        if answer.code and leak in told:
            return f"it tells {leak}"
    if answer.code:
        assert CODES[answer.code][0] == answer.status
        check_answer(attack.method, attack.path, answer.status, json.loads(answer.text))
    for header in ("server", "access-control-allow-origin", "set-cookie"):
        if header in answer.headers:
            return f"it has the header {header}"
    return ""
