"""Settlement of one payment in SQL beside the same rows written by plain multi-row INSERTs.

Both run as payments_definer inside a tenant, with row security, triggers and foreign keys, one
transaction and one round trip a payment, on one connection. Unit: payments a second.
"""

import time
import uuid
from collections.abc import Callable
from typing import LiteralString

import psycopg
from psycopg.types.json import Jsonb

from bench.report import Measure, median_of_rounds

PAYMENTS = 400
ROUNDS = 5
SHARES = [
    {"recipientType": "venue", "recipientId": "hall", "basisPoints": 7000},
    {"recipientType": "artist", "recipientId": "band", "basisPoints": 2000},
]

SETTLE: LiteralString = "SELECT payments.payment_settle(%s, %s, %s, 10001, clock_timestamp())"

# What settlement leaves behind: the transaction and its three splits (updated by settlement,
# inserted here), three postings, two transfers, two operations.
FLOOR: LiteralString = """
WITH paid AS (
    INSERT INTO payments.payment_transactions
        (tenant_id, id, order_id, amount, currency, status, amount_captured, capture_method,
         metadata, created_by, settled_at, created_at, updated_at)
    VALUES (%(t)s, %(p)s, 'order', 10001, 'usd', 'succeeded', 10001, 'automatic', '{}', 'bench',
            now(), now(), now())
), split AS (
    INSERT INTO payments.payment_splits
        (tenant_id, id, payment_id, position, recipient_type, recipient_id,
         connected_account_id, share_basis_points, amount, currency, created_at)
    VALUES (%(t)s, %(s1)s, %(p)s, 1, 'venue', 'hall', %(a1)s, 7000, 7001, 'usd', now()),
           (%(t)s, %(s2)s, %(p)s, 2, 'artist', 'band', %(a2)s, 2000, 2000, 'usd', now()),
           (%(t)s, %(s3)s, %(p)s, 32767, 'platform', 'platform', NULL, NULL, 1000,
            'usd', now())
), posted AS (
    INSERT INTO payments.ledger_postings
        (tenant_id, id, debit_account_id, credit_account_id, amount, currency, cause_type,
         cause_id, leg, payment_id, posted_at)
    VALUES (%(t)s, %(g1)s, %(clearing)s, %(l1)s, 7001, 'usd', 'capture', %(s1)s,
            'share', %(p)s, now()),
           (%(t)s, %(g2)s, %(clearing)s, %(l2)s, 2000, 'usd', 'capture', %(s2)s,
            'share', %(p)s, now()),
           (%(t)s, %(g3)s, %(clearing)s, %(revenue)s, 1000, 'usd', 'capture', %(s3)s,
            'share', %(p)s, now())
), transfer AS (
    INSERT INTO payments.stripe_transfers
        (tenant_id, id, payment_id, connected_account_id, recipient_type, recipient_id, purpose,
         cause_id, stripe_account_id, source_transaction, transfer_group, amount, currency,
         status, created_at, updated_at)
    VALUES (%(t)s, %(t1)s, %(p)s, %(a1)s, 'venue', 'hall', 'settlement', %(p)s, 'acct_1', 'ch_1',
            'g',
            7001, 'usd', 'pending', now(), now()),
           (%(t)s, %(t2)s, %(p)s, %(a2)s, 'artist', 'band', 'settlement', %(p)s, 'acct_2', 'ch_1',
            'g',
            2000, 'usd', 'pending', now(), now())
)
INSERT INTO payments.stripe_operations
    (tenant_id, id, kind, payment_id, subject_id, lock_key, request, state, next_run_at, created_at,
     updated_at)
VALUES (%(t)s, %(o1)s, 'transfer', %(p)s, %(t1)s, %(k1)s, %(r)s, 'ready', now(), now(), now()),
       (%(t)s, %(o2)s, 'transfer', %(p)s, %(t2)s, %(k2)s, %(r)s, 'ready', now(), now(), now())
"""

REQUEST = Jsonb(
    {
        "target": None,
        "params": {
            "amount": 7001,
            "currency": "usd",
            "destination": "acct_1",
            "source_transaction": "ch_1",
            "transfer_group": "pay_00000000-0000-0000-0000-000000000000",
            "metadata": {
                k: str(uuid.UUID(int=0)) for k in ("operation_id", "payment_id", "transfer_id")
            },
        },
    }
)


class Tenant:
    """A tenant with two payees who can receive, and the ids of their ledger accounts."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.id = uuid.uuid4()
        connection.execute("SELECT ops.tenant_register(%s, 'bench')", (self.id,))
        self.accounts = [self._open(s["recipientType"], s["recipientId"]) for s in SHARES]
        self.prepare(1)
        self.ledger = self._ledger()

    def _open(self, recipient_type: object, recipient_id: object) -> uuid.UUID:
        account = uuid.uuid4()
        with self.connection.transaction():
            self._enter()
            self.connection.execute(
                "INSERT INTO payments.connected_accounts (tenant_id, id, recipient_type,"
                " recipient_id, email, country, status, stripe_account_id, transfers_enabled,"
                " created_at, updated_at)"
                " VALUES (%s, %s, %s, %s, 'x@example.com', 'US', 'open', %s, true, now(), now())",
                (self.id, account, recipient_type, recipient_id, f"acct_{account.hex}"),
            )
        return account

    def _enter(self) -> None:
        self.connection.execute("SELECT payments.tenant_enter(%s)", (self.id,))

    def _ledger(self) -> dict[str, uuid.UUID]:
        with self.connection.transaction():
            self._enter()
            rows = self.connection.execute(
                "SELECT kind || recipient_id, id FROM payments.ledger_accounts"
                " WHERE tenant_id = %s",
                (self.id,),
            ).fetchall()
        return dict(rows)

    def prepare(self, count: int, **more: str) -> list[uuid.UUID]:
        """Payments created and waiting for their capture."""
        ids = [uuid.uuid4() for _ in range(count)]
        request = {"amount": 10001, "currency": "usd", "orderId": "order", "splits": SHARES}
        request |= more
        with self.connection.transaction():
            self._enter()
            for payment in ids:
                self.connection.execute(
                    "SELECT payments.payments_record(%s, ARRAY[%s], '{bench}', ARRAY[%s]::jsonb[],"
                    " clock_timestamp()),"
                    " payments.ledger_accounts_open(%s, ARRAY[%s], '{usd}', clock_timestamp())",
                    (self.id, payment, Jsonb(request), self.id, payment),
                )
        return ids

    def rows(self) -> dict[str, object]:
        """Ids and keys of one payment's rows, as the floor inserts them."""
        payment = uuid.uuid4()
        keys = ("s1", "s2", "s3", "g1", "g2", "g3", "t1", "t2", "o1", "o2")
        fresh = {key: uuid.uuid4() for key in keys}
        return fresh | {
            "t": self.id,
            "p": payment,
            "a1": self.accounts[0],
            "a2": self.accounts[1],
            "clearing": self.ledger["provider_clearing"],
            "revenue": self.ledger["platform_revenue"],
            "l1": self.ledger["payee_payablehall"],
            "l2": self.ledger["payee_payableband"],
            "k1": f"transfer:{payment}:{self.accounts[0]}",
            "k2": f"transfer:{payment}:{self.accounts[1]}",
            "r": REQUEST,
        }


def _rate(connection: psycopg.Connection, tenant: Tenant, run: Callable[[int], None]) -> float:
    """Transactions a second, each entering the tenant first."""
    started = time.perf_counter()
    for index in range(PAYMENTS):
        with connection.transaction():
            connection.execute("SELECT payments.tenant_enter(%s)", (tenant.id,), prepare=True)
            run(index)
    return PAYMENTS / (time.perf_counter() - started)


def run(superuser_url: str) -> list[Measure]:
    """Measure on a migrated database; rates of the median round."""
    with (
        psycopg.connect(superuser_url, autocommit=True) as owner,
        psycopg.connect(superuser_url, autocommit=True) as worker,
    ):
        tenant = Tenant(owner)
        worker.execute("SET ROLE payments_definer")

        def ours() -> float:
            payments = tenant.prepare(PAYMENTS)
            owner.execute("ANALYZE")
            return _rate(
                worker,
                tenant,
                lambda i: _ignore(
                    worker.execute(
                        SETTLE, (tenant.id, payments[i], f"ch_{payments[i].hex}"), prepare=True
                    )
                ),
            )

        def floor() -> float:
            rows = [tenant.rows() for _ in range(PAYMENTS)]
            return _rate(
                worker, tenant, lambda i: _ignore(worker.execute(FLOOR, rows[i], prepare=True))
            )

        ours_rate, floor_rate = median_of_rounds(ROUNDS, ours, floor)
    return [Measure("settlement", ours_rate, floor_rate, "payments/s")]


def _ignore(_: object) -> None:
    """Drop a result."""
