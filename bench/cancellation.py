"""An event with thousands of paid orders is called off: planned in one statement, then drained.

Each order has two payees, so each costs three calls: the buyer's refund and two reversals.

- `cancellation_plan`: orders a second of the one INSERT … SELECT; the floor is 10,000 in 3 s.
- `cancellation_rate`: calls a second at STRIPE_RATE=200, which is the floor.
- `cancellation_free`: calls a second without that limit, beside the bare loop of SDK calls.

`python -m bench cancellation=10000` says how many orders; the limited drain takes a tenth of them.
"""

import time
import uuid
from typing import LiteralString

import psycopg
from psycopg.types.json import Jsonb

from bench.report import Measure
from bench.settlement import SHARES, Tenant
from bench.stack import Database, Stack

ORDERS = 3000
LIMITED_SHARE = 5
"""At 200 calls a second a fifth of the orders takes long enough to be measured."""

CALLS_AN_ORDER = 1 + len(SHARES)
RATE = 200
PLAN_FLOOR = 10_000 / 3
CONCURRENCY = 20
POLL_SECONDS = 0.05
LIMIT_SECONDS = 300.0
BATCH = 500

PAID: LiteralString = """
WITH sent AS (
    UPDATE payments.stripe_operations
       SET state = 'leased', lease_epoch = 1, first_sent_epoch = 1, first_sent_at = now(),
           last_sent_at = now()
     WHERE tenant_id = %(tenant)s AND kind = 'transfer' AND state = 'ready'
    RETURNING id, lease_epoch, request)
SELECT jsonb_agg(jsonb_build_object('operationId', id, 'leaseEpoch', lease_epoch, 'result',
           jsonb_build_object('outcome', 'succeeded', 'httpStatus', 200, 'object',
               request -> 'params' || jsonb_build_object('id', 'tr_' || id, 'object', 'transfer'))))
  FROM sent
"""
OPEN: LiteralString = """
SELECT (SELECT count(*) FROM payments.refund_batch_items WHERE state = 'pending')
     + (SELECT count(*) FROM payments.stripe_operations WHERE outcome IS NULL AND state <> 'dead')
"""
ENDED: LiteralString = """
SELECT extract(epoch FROM max(finished_at) - min(created_at))::float8, count(*)
  FROM payments.stripe_operations WHERE kind IN ('refund', 'reversal') AND created_at > %s
"""
WRONG: LiteralString = """
SELECT (SELECT count(*) FROM payments.payment_transactions
         WHERE show_id = %(event)s AND amount_refunded <> amount_captured)
     + (SELECT count(*) FROM payments.transfer_reversals AS r
          JOIN payments.payment_transactions AS p
            ON p.tenant_id = r.tenant_id AND p.id = r.payment_id
         WHERE p.show_id = %(event)s AND r.status <> 'succeeded')
     + (SELECT count(*) FROM ops.money_violations())
"""


class Event:
    """A tenant's event with paid orders whose payees have their money."""

    def __init__(self, connection: psycopg.Connection, tenant: Tenant, orders: int) -> None:
        self._connection = connection
        self._tenant = tenant
        self.id = f"event-{uuid.uuid4().hex[:8]}"
        for first in range(0, orders, BATCH):
            self._sell(min(BATCH, orders - first))
        connection.execute("VACUUM ANALYZE")

    def _sell(self, orders: int) -> None:
        payments = self._tenant.prepare(orders, eventId=self.id)
        enter = "SELECT payments.tenant_enter(%s)", (self._tenant.id,)
        with self._connection.transaction():
            self._connection.execute(*enter)
            self._connection.execute(
                "UPDATE payments.payment_intents SET stripe_payment_intent_id = 'pi_' || id,"
                " stripe_status = 'succeeded'"
                " WHERE tenant_id = %s AND id = ANY (%s)",
                (self._tenant.id, payments),
            )
            for payment in payments:
                self._connection.execute(
                    "SELECT payments.payment_settle(%s, %s, %s, 10001, clock_timestamp())",
                    (self._tenant.id, payment, f"ch_{payment.hex}"),
                    prepare=True,
                )
            sent = self._connection.execute(PAID, {"tenant": self._tenant.id}).fetchone()
            assert sent is not None
            self._connection.execute(
                "SELECT count(*) FROM api.results_record(%s, %s)",
                (self._tenant.id, Jsonb(sent[0])),
            )

    def cancel(self) -> float:
        """Plan the refunds; return the seconds it took."""
        started = time.perf_counter()
        self._connection.execute(
            "SELECT body FROM api.show_cancel(%s, 'bench', %s, '\\x00', %s, %s, 60)",
            (self._tenant.id, self.id, self.id, Jsonb({"reason": "storm"})),
        )
        return time.perf_counter() - started

    def drain(self) -> float:
        """Wait until all is given back; return the calls a second from the first to the last.

        Raises:
            AssertionError: it does not end, or a cent is not where it belongs.
        """
        since = self._value("SELECT started_at FROM payments.refund_batches WHERE show_id = %s")
        deadline = time.monotonic() + LIMIT_SECONDS
        while self._connection.execute(OPEN).fetchone() != (0,):
            assert time.monotonic() < deadline, "the queue does not drain"
            time.sleep(POLL_SECONDS)
        ended = self._connection.execute(ENDED, (since,)).fetchone()
        assert ended is not None
        wrong = self._connection.execute(WRONG, {"event": self.id}).fetchone()
        assert wrong == (0,), f"{wrong} amounts are wrong"
        return float(ended[1] / ended[0])

    def _value(self, query: LiteralString) -> object:
        row = self._connection.execute(query, (self.id,)).fetchone()
        assert row is not None
        return row[0]


def run(stack: Stack, orders: int = ORDERS) -> list[Measure]:
    """Plan and both drains."""
    database = stack.database("cancellation")
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        tenant = Tenant(connection)
        limited = Event(connection, tenant, max(1, orders // LIMITED_SHARE))
        limited.cancel()
        rate = _drain(stack, database, limited, RATE)
        free = Event(connection, tenant, orders)
        planned = orders / free.cancel()
        ours = _drain(stack, database, free, None)
    with stack.stub() as stripe:
        calls = orders * CALLS_AN_ORDER
        floor = stack.floor_transfers(database, stripe.port, calls, CONCURRENCY)
    return [
        Measure("cancellation_plan", planned, PLAN_FLOOR, "orders/s"),
        Measure("cancellation_rate", rate, RATE, "calls/s"),
        Measure("cancellation_free", ours, floor, "calls/s"),
    ]


def _drain(stack: Stack, database: Database, event: Event, rate: int | None) -> float:
    more = {} if rate is None else {"STRIPE_RATE": str(rate)}
    with (
        stack.stub() as stripe,
        stack.worker(database, stripe.port, CONCURRENCY, **more),
    ):
        return event.drain()
