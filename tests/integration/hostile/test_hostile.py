"""Every hostile request gets the answer of the contract, and changes nothing."""

import json
from collections.abc import Mapping

import pytest

from app.errors import CODES
from tests.integration.conformance import check_answer
from tests.integration.hostile import documents, money, objects, requests, tokens, webhooks
from tests.integration.hostile.attack import Answer, Attack, send
from tests.integration.hostile.world import Digest, furnish
from tests.integration.service import Service
from tests.servers import Connect

TABLES: Mapping[str, tuple[Attack, ...]] = {
    "tokens": tokens.ATTACKS,
    "objects": objects.ATTACKS,
    "documents": documents.ATTACKS,
    "money": money.ATTACKS,
    "requests": requests.ATTACKS,
    "webhooks": webhooks.ATTACKS,
}
LEAKS = ("Traceback", "psycopg", "aiohttp", "payments.", "SELECT", "PY0", "site-packages", "4242")


def test_the_tables_are_long_enough_and_their_names_unique() -> None:
    """At least 150 requests, each told apart from the others of its family."""
    assert sum(map(len, TABLES.values())) >= 150
    for attacks in TABLES.values():
        assert len({attack.name for attack in attacks}) == len(attacks)


@pytest.mark.parametrize("family", TABLES)
async def test_hostile_requests(service: Service, connect: Connect, family: str) -> None:
    """Status and code as told, no row touched, nothing of our inside in the answer."""
    ids = await furnish(service)
    found = {}
    digest = Digest(connect(service.database.superuser_url))
    before = digest()
    for attack in TABLES[family]:
        if attack.first:
            await send(service, attack.first, ids)
            before = digest()
        answer = await send(service, attack, ids)
        fault = _fault(attack, answer)
        if not attack.changes and digest() != before:
            fault, before = f"{fault} and the database has changed", digest()
        if fault:
            found[attack.name] = fault
    assert found == {}
    assert service.violations() == []


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
