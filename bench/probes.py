"""How long probes and metrics take while PostgreSQL, Valkey and Stripe all hang (SIGSTOP).

Unit: milliseconds, 99th percentile; the floor is the limit to stay below, so lower is better.
"""

import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.report import Measure
from bench.stack import Process, Stack

LIMIT_MS = 50.0
PROBES = 400
WARM_UP_SECONDS = 3.0
"""The process has looked at everything once, and its connections stand."""
PAUSE_SECONDS = 0.02
PATHS = ("/health", "/health/ready", "/health/startup", "/health/integrations")


def run(stack: Stack) -> list[Measure]:
    """Of the public probes, and of the metrics on the admin port."""
    database = stack.database("probes")
    with stack.stub() as stripe, stack.web(database, stripe.port) as web:
        time.sleep(WARM_UP_SECONDS)
        with _stopped([*stack.servers, stripe.popen.pid]):
            probes = _p99([f"http://127.0.0.1:{web.port}{path}" for path in PATHS])
            metrics = _p99([f"http://127.0.0.1:{_admin_port(web)}/metrics"])
    return [
        Measure("probes_hung_p99", probes, LIMIT_MS, "ms"),
        Measure("metrics_hung_p99", metrics, LIMIT_MS, "ms"),
    ]


def _p99(urls: list[str]) -> float:
    taken = []
    for number in range(PROBES):
        started = time.perf_counter()
        _get(urls[number % len(urls)])
        taken.append((time.perf_counter() - started) * 1000)
        time.sleep(PAUSE_SECONDS)
    return sorted(taken)[PROBES * 99 // 100]


def _get(url: str) -> None:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 -- our own loopback
            response.read()
    except urllib.error.HTTPError as error:
        error.close()  # 503 is an answer


def _admin_port(web: Process) -> int:
    environ = Path(f"/proc/{web.popen.pid}/environ").read_bytes().split(b"\0")
    return next(int(entry[11:]) for entry in environ if entry.startswith(b"ADMIN_PORT="))


@contextmanager
def _stopped(pids: list[int]) -> Iterator[None]:
    everybody = [pid for one in pids for pid in (one, *_children(one))]
    try:
        for pid in everybody:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in everybody:
            os.kill(pid, signal.SIGCONT)


def _children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
