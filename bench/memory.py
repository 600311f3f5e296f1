"""Most memory that web and worker ever had resident under load.

Both run against one database: signed webhooks and new payments come in over HTTP while the worker
applies the events and drains transfers. Unit: MB; the floor is the limit, so lower is better.
"""

from concurrent.futures import ThreadPoolExecutor

from bench.create_intent import tokens
from bench.load import Spec
from bench.report import Measure
from bench.stack import WEBHOOK_SECRET, Stack
from bench.transfers import Queue

REQUESTS = 1500
TRANSFERS = 1000
CONNECTIONS = 64
CONCURRENCY = 20
LIMIT_MB = 150.0


def run(stack: Stack) -> list[Measure]:
    """Peak of each process."""
    database = stack.database("memory")
    callers = tokens(stack, database)
    queue = Queue(database.superuser_url)
    queue.fill(TRANSFERS)
    with (
        stack.stub() as stripe,
        stack.web(database, stripe.port) as web,
        stack.worker(database, stripe.port, CONCURRENCY) as worker,
        queue.connection,
        ThreadPoolExecutor() as pool,
    ):
        loads = [
            Spec("webhooks", web.port, REQUESTS, CONNECTIONS, secret=WEBHOOK_SECRET),
            Spec("intents", web.port, REQUESTS, CONNECTIONS, tokens=callers),
        ]
        running = [pool.submit(stack.load, spec) for spec in loads]
        queue.drain()
        for one in running:
            one.result()
        peaks = web.peak_megabytes(), worker.peak_megabytes()
    return [
        Measure("memory_web", peaks[0], LIMIT_MB, "MB"),
        Measure("memory_worker", peaks[1], LIMIT_MB, "MB"),
    ]
