"""Signed webhooks into the inbox: the web process beside a bare handler that verifies and inserts.

Both are processes of their own, in front of the same database, under the same load, in turns.
Unit: requests a second.
"""

from bench.load import Spec
from bench.report import Measure, median_of_rounds
from bench.stack import WEBHOOK_SECRET, Process, Stack

REQUESTS = 4000
CONNECTIONS = 64
ROUNDS = 5


def run(stack: Stack) -> list[Measure]:
    """Both rates, of the median round."""
    database = stack.database("webhook_ingest")

    def rate(process: Process) -> float:
        spec = Spec("webhooks", process.port, REQUESTS, CONNECTIONS, secret=WEBHOOK_SECRET)
        return stack.load(spec)

    with stack.web(database) as web, stack.floor("webhooks", database) as floor:
        ours_rate, floor_rate = median_of_rounds(
            ROUNDS, lambda: rate(web), lambda: rate(floor), database.analyze
        )
    return [Measure("webhook_ingest", ours_rate, floor_rate, "requests/s")]
