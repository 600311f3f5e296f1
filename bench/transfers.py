"""Transfers a second of one worker, beside a bare loop of the same SDK calls at concurrency 20.

The worker claims, fences, calls, records and posts to the ledger; the loop has no database. Once
with a Stripe that answers at once, once with one that takes 20 ms. Unit: transfers a second, from
the moment they become due to the last one recorded.
"""

import time
from typing import LiteralString

import psycopg

from bench.report import Measure, median_of_rounds
from bench.settlement import Tenant
from bench.stack import Stack

CONCURRENCY = 20
ROUNDS = 5
POLL_SECONDS = 0.02
LIMIT_SECONDS = 60.0

HOLD: LiteralString = (
    "UPDATE payments.stripe_operations SET next_run_at = clock_timestamp() + interval '1 day'"
    " WHERE state = 'ready'"
)
RELEASE: LiteralString = (
    "UPDATE payments.stripe_operations SET next_run_at = clock_timestamp() WHERE state = 'ready'"
    " RETURNING clock_timestamp()"
)
OPEN: LiteralString = (
    "SELECT count(*) FROM payments.stripe_operations WHERE state IN ('ready', 'leased', 'unknown')"
)
ENDED: LiteralString = "SELECT max(finished_at) FROM payments.stripe_operations"


class Queue:
    """Settled payments whose transfers wait for a release."""

    def __init__(self, superuser_url: str) -> None:
        self.connection = psycopg.connect(superuser_url, autocommit=True)
        self._tenant = Tenant(self.connection)

    def fill(self, transfers: int) -> None:
        """Settle payments, two transfers each, and hold them back."""
        payments = self._tenant.prepare(transfers // 2)
        with self.connection.transaction():
            self.connection.execute("SELECT payments.tenant_enter(%s)", (self._tenant.id,))
            for payment in payments:
                self.connection.execute(
                    "SELECT payments.payment_settle(%s, %s, %s, 10001, clock_timestamp())",
                    (self._tenant.id, payment, f"ch_{payment.hex}"),
                    prepare=True,
                )
            self.connection.execute(HOLD)
        self.connection.execute("VACUUM ANALYZE payments.stripe_operations")

    def drain(self) -> float:
        """Release them all and return the seconds until the last one was recorded."""
        released = self.connection.execute(RELEASE).fetchall()[-1][0]
        self.connection.execute("SELECT pg_notify('payments_operations', '')")
        deadline = time.monotonic() + LIMIT_SECONDS
        while self._value(OPEN):
            assert time.monotonic() < deadline, "the queue does not drain"
            time.sleep(POLL_SECONDS)
        return (self._value(ENDED) - released).total_seconds()  # type: ignore[no-any-return]

    def _value(self, query: LiteralString) -> "object":
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def run(stack: Stack) -> list[Measure]:
    """Rates of the median round, per answering time of Stripe."""
    return [
        _measure(stack, "transfers_instant", 0.0, 1500),
        _measure(stack, "transfers_20ms", 0.020, 1000),
    ]


def _measure(stack: Stack, name: str, seconds: float, count: int) -> Measure:
    database = stack.database(name)
    queue = Queue(database.superuser_url)

    def ours() -> float:
        queue.fill(count)
        return count / queue.drain()

    with (
        stack.stub(seconds) as stripe,
        stack.worker(database, stripe.port, CONCURRENCY),
        queue.connection,
    ):
        ours_rate, floor_rate = median_of_rounds(
            ROUNDS,
            ours,
            lambda: stack.floor_transfers(database, stripe.port, count, CONCURRENCY),
            database.analyze,
        )
    return Measure(name, ours_rate, floor_rate, "transfers/s")
