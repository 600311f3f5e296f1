"""Internal routes: signed requests, replays, distributions, the docs' example."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from app.database.client import Database as Client
from app.http.auth.signatures import Signer
from app.worker.periodic import retention
from tests.support.conformance import check_answer
from tests.support.service import OTHER_TENANT, Reply, Service, running_service, token
from tests.support.waiting import eventually

PATH = "/internal/v1/distributions"
SECRET = "h" * 32
KEYS = {"INTERNAL_HMAC_KEYS": f"orders:{SECRET}", "TRUSTED_PROXY_IPS": "127.0.0.1/32"}
DOCS = Path("docs/authentication.md").read_text(encoding="utf-8")
INTERNAL = "internal payments:read"


@pytest.fixture
async def inside(database: Any) -> Any:
    """A service that knows the key of the order service."""
    async with running_service(database, **KEYS) as running:
        yield running


async def ask(
    service: Service,
    document: Any = None,
    *,
    key: str = "d-1",
    path: str = PATH,
    bearer: str | None = None,
    **changes: str | None,
) -> Reply:
    """One signed request; a document makes it a POST. `changes` are headers put on afterwards."""
    method = "POST" if document is not None else "GET"
    body = json.dumps(document).encode() if document is not None else b""
    bearer = bearer or token(scope=INTERNAL)
    headers: dict[str, Any] = {
        **Signer("orders", SECRET).headers(method, service.url + path, body, bearer),
        **({"Idempotency-Key": key, "Content-Type": "application/json"} if body else {}),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    return await send(service, method, path, body, headers)


async def send(
    service: Service, method: str, path: str, body: bytes, headers: dict[str, Any]
) -> Reply:
    """A request exactly as given; its answer is one that is documented."""
    given = {name: value for name, value in headers.items() if value is not None}
    async with service.http.request(
        method, service.url + path, data=body or None, headers=given
    ) as response:
        found = await response.json()
        check_answer(method, path, response.status, found)
        return Reply(response.status, found, response.headers)


async def captured(service: Service, **changes: Any) -> dict[str, Any]:
    """A captured payment, all of it the platform's, and what names it; venue-1 can receive."""
    venue = await service.payee()
    await service.start_worker()
    payment = await service.paid(**({"splits": []} | changes))
    charge = service.database.execute(
        "SELECT latest_charge_id FROM payments.payment_intents WHERE id = %s", payment["id"]
    )[0][0]
    part = {
        "stripeAccountId": venue["stripeAccountId"],
        "amount": 7000,
        "recipientType": "venue",
        "recipientId": "venue-1",
    }
    return {
        "orderId": "order-1",
        "paymentIntentId": payment["stripePaymentIntentId"],
        "chargeId": charge,
        "totalAmount": 10_000,
        "transfers": [part],
    }


async def test_a_distribution_reaches_its_payee(inside: Service) -> None:
    """Asked for once, paid once; asked for again it is replayed; more than remains is refused."""
    document = await captured(inside)
    made = await ask(inside, document)
    assert made.status == 201, made.body
    assert made.headers["Location"] == f"{PATH}/{made.body['id']}"
    assert [t["amount"] for t in made.body["transfers"]] == [7000]
    again = await ask(inside, document)
    assert (again.status, again.body) == (201, made.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    more = document | {"transfers": [document["transfers"][0] | {"amount": 3001}]}
    refused = await ask(inside, more, key="d-2")
    assert (refused.status, refused.code) == (422, "amount_invalid")
    other = await ask(inside, more, key="d-1")
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    path = made.headers["Location"]

    async def paid() -> bool:
        return bool((await ask(inside, path=path)).body["transfers"][0]["status"] == "paid")

    await eventually(paid)
    assert len(await inside.transfers_at_stripe()) == 1
    assert inside.violations() == []


async def test_a_signed_request_is_let_in_once(inside: Service) -> None:
    """The very same bytes again are 409, by whatever process; so are twenty at once but one."""
    bearer = token(scope=INTERNAL)
    url = inside.url + "/internal/v1/distributions/00000000-0000-4000-8000-000000000000"
    path = url.removeprefix(inside.url)
    headers = Signer("orders", SECRET).headers("GET", url, b"", bearer)
    replies = await asyncio.gather(*(send(inside, "GET", path, b"", headers) for _ in range(20)))
    codes = sorted(reply.code for reply in replies)
    assert codes == ["not_found"] + ["replayed_request"] * 19


async def test_the_token_stays_mandatory(inside: Service) -> None:
    """Token, then signature, then scope; the token of another tenant finds nothing."""
    document = await captured(inside)
    reply = await ask(inside, document, Authorization=None)
    assert (reply.status, reply.code) == (401, "unauthenticated")
    reply = await ask(inside, document, Signature=None)
    assert (reply.status, reply.code) == (401, "signature_required")
    reply = await ask(inside, document, Signature="sig1=:AAAA:")
    assert (reply.status, reply.code) == (401, "signature_invalid")
    stolen = f"Bearer {token(OTHER_TENANT, scope=INTERNAL)}"
    reply = await ask(inside, document, Authorization=stolen)
    assert (reply.status, reply.code) == (401, "signature_invalid")
    reply = await ask(inside, document, bearer=token(scope="payments:write"))
    assert (reply.status, reply.code) == (403, "insufficient_scope")
    reply = await ask(inside, document, bearer=token(OTHER_TENANT, scope=INTERNAL))
    assert (reply.status, reply.code) == (404, "not_found")
    reply = await ask(inside, document, Idempotency_Key=None)
    assert (reply.status, reply.code) == (400, "idempotency_key_required")
    reply = await ask(inside, document | {"surprise": 1})
    assert (reply.status, reply.code) == (422, "validation_failed")
    assert inside.database.execute("SELECT count(*) FROM payments.distributions")[0][0] == 0


async def test_tls_that_ends_at_our_proxy(inside: Service) -> None:
    """The signature is over what the caller asked for: https, as our proxy tells."""
    path = f"{PATH}/00000000-0000-4000-8000-000000000000"
    url = inside.url.replace("http:", "https:") + path
    headers = Signer("orders", SECRET).headers("GET", url, b"", token(scope=INTERNAL))
    reply = await send(inside, "GET", path, b"", headers)
    assert reply.code == "signature_invalid"
    headers = Signer("orders", SECRET).headers("GET", url, b"", token(scope=INTERNAL))
    reply = await send(inside, "GET", path, b"", headers | {"X-Forwarded-Proto": "https"})
    assert reply.code == "not_found"


async def test_a_service_without_keys_lets_nobody_in(service: Service) -> None:
    """INTERNAL_HMAC_KEYS is optional: without it /internal is closed."""
    reply = await ask(service, {})
    assert (reply.status, reply.code) == (401, "signature_invalid")


async def test_the_example_of_the_docs_works(inside: Service) -> None:
    """docs/authentication.md is executed as it stands, against this service."""
    (example,) = (part.partition("```")[0] for part in DOCS.split("```python\n")[1:])
    names: dict[str, Any] = {}
    exec(compile(example, "docs/authentication.md", "exec"), names)  # noqa: S102 -- our own docs
    document = await captured(inside)
    status, body = await asyncio.to_thread(
        names["distribute"], inside.url, "orders", SECRET, token(scope=INTERNAL), document, "docs-1"
    )
    assert status == 201, body
    assert body["amount"] == 7000


async def test_what_is_kept_for_a_time_goes(inside: Service) -> None:
    """The worker deletes old nonces and answered keys, and nothing else."""
    document = await captured(inside)
    assert (await ask(inside, document)).status == 201
    kept = (
        "SELECT count(*) FROM payments.request_nonces",
        "SELECT count(*) FROM payments.idempotency_keys",
    )
    client = Client(inside.settings, name="test", size=2)
    await client.open()
    try:
        await retention.delete_expired(client)
        assert all(inside.database.execute(query)[0][0] > 0 for query in kept)
        inside.database.execute("UPDATE payments.deployment SET clock_offset = '36 days'")

        async def gone() -> bool:  # the worker may be at it at the same moment
            await retention.delete_expired(client)
            return not any(inside.database.execute(query)[0][0] for query in kept)

        await eventually(gone)
    finally:
        await client.close()
    spent = await ask(inside, document)
    assert (spent.status, spent.code) == (422, "idempotency_key_reused")

    async def even() -> bool:  # an event that was not applied yet is 36 days old now
        return inside.violations() == []

    await eventually(even)
