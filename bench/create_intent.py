"""POST /api/v1/payments/intents with splits, beside a bare handler that makes the same Stripe call.

Ours authenticates, validates, writes payment, splits and operation, calls, records and answers. The
floor has no database. Unit: requests a second.
"""

import psycopg

from bench.load import Spec
from bench.report import Measure, median_of_rounds
from bench.settlement import Tenant
from bench.stack import Database, Process, Stack

REQUESTS = 1500
CONNECTIONS = 32
ROUNDS = 5
USERS = 50


def tokens(stack: Stack, database: Database) -> tuple[str, ...]:
    """Tokens for a new tenant whose payees can receive."""
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        return stack.tokens(Tenant(connection).id, USERS)


def run(stack: Stack) -> list[Measure]:
    """Both rates, of the median round."""
    database = stack.database("create_intent")
    callers = tokens(stack, database)

    def rate(process: Process) -> float:
        return stack.load(Spec("intents", process.port, REQUESTS, CONNECTIONS, tokens=callers))

    with (
        stack.stub() as stripe,
        stack.web(database, stripe.port) as web,
        stack.floor("intents", database, stripe.port) as floor,
    ):
        ours_rate, floor_rate = median_of_rounds(
            ROUNDS, lambda: rate(web), lambda: rate(floor), database.analyze
        )
    return [Measure("create_intent", ours_rate, floor_rate, "requests/s")]
