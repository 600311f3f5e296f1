"""From a row that is due in an idle queue to the arrival of its call at Stripe, through NOTIFY.

The stub runs in this process and notes when each call arrives; the clock starts when the row's
commit has returned, before the notification is sent. Unit: milliseconds; the floor is the limit
that p50 must keep, so lower is better.
"""

import asyncio
import random
import time
from statistics import median
from typing import LiteralString
from uuid import UUID

import psycopg

from bench.report import Measure
from bench.stack import Database, Stack
from bench.stub import Stub
from bench.transfers import Queue
from local.embedded.process import free_port

CALLS = 200
WARM_UP = 20
IDLE_SECONDS = (0.03, 0.08)
"""Between two rows, at random: the queue is empty and the worker asleep."""

LIMIT_MS = 10.0
ANSWER_SECONDS = 10.0

DUE: LiteralString = (
    "UPDATE payments.stripe_operations SET next_run_at = clock_timestamp() WHERE id = %s"
)
HELD: LiteralString = "SELECT id FROM payments.stripe_operations WHERE state = 'ready' LIMIT %s"


def run(stack: Stack) -> list[Measure]:
    """Median and 99th percentile."""
    database = stack.database("wakeup")
    queue = Queue(database.superuser_url)
    queue.fill(CALLS + WARM_UP)
    ids = [row[0] for row in queue.connection.execute(HELD, (CALLS + WARM_UP,))]
    queue.connection.close()
    taken = sorted(asyncio.run(_latencies(stack, database, ids))[WARM_UP:])
    return [
        Measure("wakeup_p50", median(taken), LIMIT_MS, "ms"),
        Measure("wakeup_p99", taken[len(taken) * 99 // 100], LIMIT_MS, "ms"),
    ]


async def _latencies(stack: Stack, database: Database, ids: list[UUID]) -> list[float]:
    """Milliseconds from due to arrived, one row at a time."""
    arrivals: asyncio.Queue[float] = asyncio.Queue()
    port = free_port()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Stub(arrived=lambda _: arrivals.put_nowait(time.perf_counter())), "127.0.0.1", port
    )
    async with server, await _connect(database) as connection:
        with stack.worker(database, port, concurrency=20):
            return [await _latency(connection, one, arrivals) for one in ids]


async def _connect(database: Database) -> psycopg.AsyncConnection[tuple[object, ...]]:
    return await psycopg.AsyncConnection.connect(database.superuser_url, autocommit=True)


async def _latency(
    connection: psycopg.AsyncConnection[tuple[object, ...]],
    operation: UUID,
    arrivals: asyncio.Queue[float],
) -> float:
    await asyncio.sleep(random.uniform(*IDLE_SECONDS))
    await connection.execute(DUE, (operation,), prepare=True)
    started = time.perf_counter()
    await connection.execute("SELECT pg_notify('payments_operations', '')", prepare=True)
    async with asyncio.timeout(ANSWER_SECONDS):
        return (await arrivals.get() - started) * 1000
