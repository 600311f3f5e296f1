"""The hot calls with row security beside the same calls on a copy of the database without it.

Ours and the floor are each the best median of five interleaved rounds, of the time on the server's
processor, for a tenant of two thousand payments among a hundred tenants: the ratio is what row
security costs, and should stay below 1.10. Unit: ms.
"""

import psycopg

from bench.growth import compare, median_ms
from bench.history import make_history
from bench.latency import by_the_processor
from bench.report import Measure
from bench.scale import server

PAYMENTS = 20_000
TENANTS = 100
TABLES = """
    SELECT format('ALTER TABLE payments.%I NO FORCE ROW LEVEL SECURITY,'
                  ' DISABLE ROW LEVEL SECURITY', relname)
      FROM pg_catalog.pg_class WHERE relnamespace = 'payments'::regnamespace AND relrowsecurity
"""


def run(payments: int = PAYMENTS) -> list[Measure]:
    """One line a call."""
    with server() as here:
        bound = here.database("bound")
        made = make_history(bound, payments, TENANTS)
        unbound = here.database("unbound", "bound")
        with psycopg.connect(unbound.superuser_url, autocommit=True) as connection:
            for (statement,) in connection.execute(TABLES).fetchall():
                connection.execute(statement.encode())
        return compare(bound, unbound, made.big, "with_row_security", median_ms, by_the_processor)
