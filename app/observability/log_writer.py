"""Where log lines go: a bounded queue and a thread, so that a slow reader holds nobody up.

A pipe that nobody reads, or a full disk, would otherwise stop the process in the middle of a
request. What does not fit is dropped and counted, and said as soon as lines flow again.
"""

import atexit
import os
import threading
import time
from collections import deque
from datetime import UTC, datetime

import orjson

from app.observability import metrics

MAX_LINES = 10_000
"""Some 3 MB: a reader may stop for seconds under load without a line lost."""

PROCESS_TRACE = os.urandom(16).hex()
"""traceId of the lines that belong to no request or operation: what one process did by itself."""

CLOSE_SECONDS = 2.0
BATCH = 100
RETRY_SECONDS = 0.5
"""Between writes to a file that refuses them: a full disk, a pipe without a reader."""


class LogSink:
    """Writes lines to a file descriptor, in order, beside everything else.

    Args:
        descriptor: where to.
        limit: most lines that wait.
    """

    def __init__(self, descriptor: int, limit: int = MAX_LINES) -> None:
        self._descriptor = descriptor
        self._limit = limit
        self._lines: deque[bytes] = deque()
        self._ready = threading.Condition()
        self._dropped = 0
        self._busy = False
        threading.Thread(target=self._run, name="log-sink", daemon=True).start()
        atexit.register(self.close)

    def __call__(self, *_: object) -> "LogSink":
        """Be structlog's logger factory as well."""
        return self

    def msg(self, line: bytes) -> None:
        """Take a line; never waits for the file."""
        with self._ready:
            if len(self._lines) >= self._limit:
                self._dropped += 1
                metrics.log_lines_dropped.inc()
                return
            self._lines.append(line)
            self._ready.notify()

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Wait until all is written, but not for ever."""
        deadline = time.monotonic() + seconds
        with self._ready:
            while (self._lines or self._busy) and time.monotonic() < deadline:
                self._ready.wait(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        while True:
            self._write(self._take())
            with self._ready:
                self._busy = False
                self._ready.notify_all()

    def _take(self) -> bytes:
        with self._ready:
            while not self._lines:
                self._ready.wait()
            count = min(BATCH, len(self._lines))
            lines = [self._lines.popleft() for _ in range(count)]
            if self._dropped:
                lines.append(_told(self._dropped))
                self._dropped = 0
            self._busy = True
        return b"".join(line + b"\n" for line in lines)

    def _write(self, text: bytes) -> None:
        while text:
            try:
                text = text[os.write(self._descriptor, text) :]
            except OSError:
                time.sleep(RETRY_SECONDS)


def _told(count: int) -> bytes:
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = {"time": now, "level": "warning", "component": "logs", "message": "lines dropped"}
    return orjson.dumps(line | {"traceId": PROCESS_TRACE, "count": count})
