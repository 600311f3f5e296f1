"""The log's queue: a reader that does not read costs lines, never time."""

import json
import os
import subprocess
import sys
import threading
import time

from app.observability import metrics
from app.observability.log_writer import LogWriter

LIMIT = 100
LINE = b"x" * 1000
SOON = 5.0


def dropped() -> float:
    """How many lines were dropped in this process so far."""
    return metrics.registry.get_sample_value("log_lines_dropped_total") or 0.0


def test_a_reader_that_stops_costs_lines_and_no_time() -> None:
    """F80: ten thousand lines into a full pipe end at once; what fits arrives, the rest is told."""
    reader, writer = os.pipe()
    sink, before = LogWriter(writer, LIMIT), dropped()
    started = time.monotonic()
    for _ in range(10_000):
        sink.msg(LINE)
    assert time.monotonic() - started < SOON
    lost = int(dropped() - before)
    assert 10_000 - 3 * LIMIT < lost < 10_000
    read: list[bytes] = []
    thread = threading.Thread(target=lambda: read.extend(iter(lambda: os.read(reader, 4096), b"")))
    thread.start()
    sink.close(SOON)
    sink.msg(b"last")
    sink.close(SOON)
    os.close(writer)
    thread.join(SOON)
    lines = b"".join(read).splitlines()
    assert lines.count(LINE) == 10_000 - lost
    told = [json.loads(line) for line in lines if line.startswith(b"{")]
    assert {one["message"] for one in told} == {"lines dropped"}
    assert sum(one["count"] for one in told) == lost
    assert lines[-1] == b"last"


def test_closing_does_not_wait_for_a_reader_that_never_comes() -> None:
    """F80: a process can end while its log is blocked."""
    _, writer = os.pipe()
    sink = LogWriter(writer, LIMIT)
    for _ in range(LIMIT):
        sink.msg(LINE)
    started = time.monotonic()
    sink.close(0.05)
    assert time.monotonic() - started < SOON


def test_a_process_can_end_while_its_log_is_blocked() -> None:
    """F80: nobody reads; logging's own end does not wait for what is being written."""
    code = (
        "from app.observability.log_writer import LogWriter\n"
        "sink = LogWriter(1, 100)\n"
        "for _ in range(200): sink.msg(b'x' * 1000)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        try:
            assert process.wait(20) == 0
        finally:
            process.kill()
