"""The calls that every payment makes, ready to be timed on a database with a history."""

import secrets
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from bench.history import Addresses
from bench.latency import Call, within

SHARES = [{"recipientType": "venue", "recipientId": "hall-1", "basisPoints": 7000}]
AMOUNT = 10_001
LEASE_SECONDS = 60

GET = "SELECT api.payment_get(%s, %s)"
CREATE = "SELECT * FROM api.payments_create(%s, %s, %s)"
SETTLE = "SELECT payments.payment_settle(%s, %s, %s, %s, payments.clock())"
CLAIM = "SELECT * FROM api.operations_claim_and_fence(%s, 'bench', 1, %s)"
RECORD = """
    SELECT payments.payments_record(%(tenant)s, ARRAY[p], '{bench}', ARRAY[%(request)s]::jsonb[],
                                    payments.clock()),
           payments.ledger_accounts_open(%(tenant)s, ARRAY[p], '{usd}', payments.clock())
      FROM unnest(%(payments)s::uuid[]) AS p
"""


@dataclass
class Hot:
    """The hot calls of one tenant of one database, each as the login or role that makes it.

    Settlement and claim take a fresh payment and a fresh transfer each time: `count` of them are
    prepared, and every number below it may be used once.
    """

    database: Addresses
    tenant: UUID
    count: int

    def __enter__(self) -> Self:
        self.service = psycopg.connect(self.database.service_url, autocommit=True)
        self.definer = psycopg.connect(self.database.superuser_url, autocommit=True)
        rows = self.definer.execute(
            "SELECT id FROM payments.payment_transactions WHERE tenant_id = %s"
            " ORDER BY md5(id::text) LIMIT %s",
            (self.tenant, self.count),
        ).fetchall()
        self.known = [row[0] for row in rows]
        self.fresh = [uuid4() for _ in range(self.count)]
        with self.definer.transaction():
            self.definer.execute("SELECT payments.tenant_enter(%s)", (self.tenant,))
            request = {"amount": AMOUNT, "currency": "usd", "orderId": "hot", "splits": SHARES}
            self.definer.execute(
                RECORD,
                {"tenant": self.tenant, "payments": self.fresh, "request": Jsonb(request)},
            )
        self.definer.execute("SET ROLE payments_definer")
        return self

    def __exit__(self, *_: object) -> None:
        self.service.close()
        self.definer.close()

    def calls(self) -> dict[str, tuple[psycopg.Connection[Any], Call]]:
        """Every hot call and its connection, in the order in which they have to be timed."""
        return {
            "payment_get": (self.service, self.get),
            "payments_create": (self.service, self.create),
            "payment_settle": (self.definer, within(self.definer, self.tenant, self.settle)),
            "operations_claim_and_fence": (self.service, self.claim),
        }

    def get(self, number: int) -> None:
        """A payment's document."""
        payment = self.known[number % len(self.known)]
        self._ask(GET, self.tenant, payment)

    def create(self, _number: int) -> None:
        """A batch of one new payment."""
        request = {
            "subject": "bench",
            "idempotencyKey": secrets.token_hex(8),
            "fingerprint": secrets.token_hex(32),
            "request": {
                "amount": AMOUNT,
                "currency": "usd",
                "orderId": "hot",
                "customerId": f"customer-{secrets.randbelow(10_000)}",
                "splits": SHARES,
            },
        }
        self._ask(CREATE, self.tenant, Jsonb([request]), LEASE_SECONDS)

    def settle(self, number: int) -> None:
        """The capture of a prepared payment."""
        payment = self.fresh[number]
        charge = f"ch_{payment.hex}"
        values = (self.tenant, payment, charge, AMOUNT)
        self.definer.execute(SETTLE, values, prepare=True).fetchall()

    def claim(self, _number: int) -> None:
        """One due operation."""
        if not self._ask(CLAIM, self.tenant, LEASE_SECONDS):
            raise RuntimeError("nothing was due")

    def _ask(self, query: Any, *values: Any) -> list[Any]:
        return self.service.execute(query, values, prepare=True).fetchall()
