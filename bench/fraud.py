"""A fraud decision with the default rules, with a million payments in the table.

One request at a time, as payments_definer inside the tenant, with row security: what the rules add
to a payment, measured around the one call in a transaction of its own. Unit: ms, 99th percentile
of the best of five rounds, by the wall clock and by the server's processor alone; the floor is the
limit.
"""

import random
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from bench.latency import Stopwatch, Taken, p99_lines
from bench.report import Measure
from bench.settlement import Tenant
from bench.stack import Stack

PAYMENTS = 1_000_000
CUSTOMERS = 100_000
CHECKS = 2_000
ROUNDS = 5
WARM_UP = 50
LIMIT_MS = 3.0
SEED = 5

# A month of payments; every tenth within the last hour, which is what an on-sale looks like.
FILL: LiteralString = """
WITH made AS (
    INSERT INTO payments.payment_transactions
        (tenant_id, id, order_id, customer_id, amount, currency, status, amount_captured,
         capture_method, metadata, created_by, settled_at, created_at, updated_at)
    SELECT %(tenant)s, gen_random_uuid(), 'order', 'c' || n %% %(customers)s, 5000 + n %% 5000,
           'usd', 'succeeded', 5000 + n %% 5000, 'automatic', '{}', 'bench', at, at, at
      FROM generate_series(1, %(count)s) AS n,
           LATERAL (SELECT now() - CASE WHEN n %% 10 = 0 THEN n * interval '3.6 milliseconds'
                                        ELSE n * interval '2.5 seconds' END AS at) AS t
    RETURNING id, customer_id, created_at
)
INSERT INTO payments.fraud_signals (tenant_id, event, signal, value, seen_at, source_id)
SELECT %(tenant)s, 'payment', s.signal, s.value, m.created_at, m.id::text
  FROM made AS m,
       LATERAL (VALUES ('customer', m.customer_id), ('device', 'd' || m.customer_id),
                       ('ip', '198.51.' || abs(hashtext(m.customer_id)) %% 40000),
                       ('email_domain', 'example' || abs(hashtext(m.customer_id)) %% 50 || '.org')
               ) AS s (signal, value)
"""
CHECK: LiteralString = (
    "SELECT payments.fraud_check_requests(%s, ARRAY[%s]::uuid[], ARRAY[%s]::jsonb[],"
    " payments.clock())"
)


def run(stack: Stack) -> list[Measure]:
    """The 99th percentile of a decision."""
    database = stack.database("fraud")
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        tenant = Tenant(connection)
        payments = _fill(connection, tenant.id)
        random.seed(SEED)
        times = [_decide(connection, tenant.id, payment) for payment in payments]
    return p99_lines("fraud_decision_p99", times[WARM_UP:], ROUNDS, LIMIT_MS)


def _fill(connection: psycopg.Connection, tenant: UUID) -> list[UUID]:
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(FILL, {"tenant": tenant, "customers": CUSTOMERS, "count": PAYMENTS})
    connection.execute("VACUUM ANALYZE payments.fraud_signals")
    connection.execute("VACUUM ANALYZE payments.payment_transactions")
    rows = connection.execute("SELECT id FROM payments.payment_transactions LIMIT %s", (CHECKS,))
    return [row[0] for row in rows]


def _decide(connection: psycopg.Connection, tenant: UUID, payment: UUID) -> Taken:
    customer = f"c{random.randrange(CUSTOMERS)}"
    request = {
        "amount": 9000,
        "currency": "usd",
        "customerId": customer,
        "receiptEmail": "fan@example7.org",
        "device": {"id": f"d{customer}", "ip": f"198.51.100.{random.randrange(250)}"},
    }
    with connection.transaction():
        connection.execute("SET LOCAL ROLE payments_definer")
        connection.execute("SELECT payments.tenant_enter(%s)", (tenant,))
        with Stopwatch(connection) as watch:
            connection.execute(CHECK, (tenant, payment, Jsonb(request)), prepare=True)
        return watch.taken
