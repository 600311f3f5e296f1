"""What an attacker finds: two tenants, each with one of everything, at rest."""

from typing import Any

import psycopg

from tests.support.hostile.attack import SCOPES
from tests.support.service import OTHER_TENANT, TENANT, Service, token
from tests.support.waiting import eventually

Ids = dict[str, str]
UNKNOWN = "0192f1c4-0000-4000-8000-000000000000"

SELLER = {"recipientType": "venue", "recipientId": "venue-1"}
SHARE = SELLER | {"basisPoints": 9000}
ORDER = {"amount": 10_000, "currency": "usd", "splits": [SHARE]}


async def furnish(service: Service) -> Ids:
    """Give both tenants one of everything; then stop the worker, so that nothing moves."""
    worker = await service.start_worker()
    ids = await fill(service)
    await worker.stop()
    return ids


async def fill(service: Service) -> Ids:
    """As furnish, by whatever worker there is."""
    ours = await _one_of_everything(service, TENANT)
    theirs = await _one_of_everything(service, OTHER_TENANT)
    await eventually(lambda: _quiet(service))
    ids = ours | {f"their_{name}": value for name, value in theirs.items()}
    return ids | {"unknown": UNKNOWN}


async def _one_of_everything(service: Service, tenant: str) -> Ids:
    async def ask(method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token(tenant, SCOPES)}"}
        reply = await service.ask(method, f"/api/v1/{path}", body, headers=headers)
        assert reply.status < 300, reply.body
        return reply.body

    async def paid(order: str, card: str = "pm_card_visa", **more: Any) -> Any:
        payment = await ask("POST", "payments/intents", ORDER | {"orderId": order} | more)
        await service.pay(payment, card)
        found: Any = {}

        async def arrived() -> bool:
            await service.control("POST", "drain", {})
            found.update(await ask("GET", f"payments/{payment['id']}"))
            settled = found["transfers"] and all(t["status"] == "paid" for t in found["transfers"])
            return bool(settled or found["escrows"] or found["disputes"])

        await eventually(arrived)
        return found

    account = await ask(
        "POST", "connected-accounts", SELLER | {"email": "v@example.org", "country": "US"}
    )
    payment = await paid("paid", eventId="event-1")
    held = await paid("held", escrow=SELLER | {"conditions": ["scanned"]})
    disputed = await paid("disputed", "pm_card_createDispute")
    waiting = await ask("POST", "payments/intents", ORDER | {"orderId": "open"})
    refund = await ask(
        "POST", "refunds", {"paymentId": payment["id"], "reason": "other", "amount": 1_000}
    )
    batch = await ask("POST", "events/event-none/cancellation", {"reason": "rain"})
    return {
        "paid": payment["id"],
        "payment": payment["id"],
        "open": waiting["id"],
        "held": held["id"],
        "transfer": payment["transfers"][0]["id"],
        "refund": refund["id"],
        "escrow": held["escrows"][0]["id"],
        "dispute": disputed["disputes"][0]["id"],
        "account": account["id"],
        "batch": batch["id"],
    }


async def _quiet(service: Service) -> bool:
    (left,) = service.database.execute(
        "SELECT (SELECT count(*) FROM payments.stripe_operations"
        " WHERE outcome IS NULL AND holds = '{}')"
        " + (SELECT count(*) FROM payments.webhook_inbox WHERE state IN ('received', 'waiting'))"
    )
    return bool(left[0] == 0)


UNRELATED = ("provider_rates", "audit_log", "request_nonces")
"""Tables that tell of requests and not of money: they may grow by a refused one."""


class Digest:
    """What every row of every table says, by table.

    Args:
        connection: of the superuser.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        tables = connection.execute(
            "SELECT c.oid::regclass::text FROM pg_class AS c"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'payments'::regnamespace ORDER BY 1"
        )
        self._query = " UNION ALL ".join(
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), ''))"
            f" FROM {name} AS t"
            for (name,) in tables
            if name.removeprefix("payments.") not in UNRELATED
        ).encode()

    def __call__(self) -> set[tuple[str, str]]:
        """As it is now."""
        return set(self._connection.execute(self._query).fetchall())
