"""Where log lines go: a bounded queue and a thread, so that a slow reader holds nobody up.

A pipe that nobody reads, or a full disk, would otherwise stop the process in the middle of a
request. What does not fit is dropped and counted, and said as soon as lines flow again. A line
costs its caller some 5 µs in a burst and 20 µs when the thread has to be woken.
"""

import atexit
import logging
import os
import queue
import time
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from typing import cast

import orjson

from app.observability import metrics

MAX_LINES = 10_000
"""Some 3 MB: a reader may stop for seconds under load without a line lost."""

PROCESS_TRACE = os.urandom(16).hex()
"""traceId of the lines that belong to no request or operation: what one process did by itself."""

CLOSE_SECONDS = 2.0
RETRY_SECONDS = 0.5
"""Between writes to a file that refuses them: a full disk, a pipe without a reader."""


class LogWriter:
    """Writes lines to a file descriptor, in order, beside everything else.

    Args:
        descriptor: where to.
        limit: most lines that wait.
    """

    def __init__(self, descriptor: int, limit: int = MAX_LINES) -> None:
        self._lines: queue.Queue[logging.LogRecord] = queue.Queue(limit)
        self._handler = _BoundedHandler(self._lines)
        QueueListener(self._lines, _Output(descriptor, self._handler)).start()
        atexit.register(self.close)

    def __call__(self, *_: object) -> "LogWriter":
        """Be structlog's logger factory as well."""
        return self

    def msg(self, line: bytes) -> None:
        """Take a line; never waits for the file."""
        self._handler.handle(logging.makeLogRecord({"msg": line}))

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Wait until all is written, but not for ever, as the listener's own `stop` would."""
        with self._lines.all_tasks_done:
            self._lines.all_tasks_done.wait_for(lambda: not self._lines.unfinished_tasks, seconds)


class _BoundedHandler(QueueHandler):
    """Lets lines in while there is room; they are rendered already."""

    dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1
            metrics.log_lines_dropped.inc()

    def take_dropped(self) -> int:
        """How many were dropped since this was asked last."""
        self.acquire()  # as `handle` does around `enqueue`
        dropped, self.dropped = self.dropped, 0
        self.release()
        return dropped


class _Output(logging.Handler):
    """The listener's side."""

    def __init__(self, descriptor: int, handler: _BoundedHandler) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._handler = handler

    def createLock(self) -> None:  # noqa: N802 -- its name in logging
        """Have none: at exit logging would wait for it, and so for a reader that never comes."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        text = cast(bytes, record.msg) + b"\n"
        if dropped := self._handler.take_dropped():
            text += _told(dropped) + b"\n"
        while text:
            try:
                text = text[os.write(self._descriptor, text) :]
            except OSError:
                time.sleep(RETRY_SECONDS)


def _told(count: int) -> bytes:
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = {"time": now, "level": "warning", "component": "logs", "message": "lines dropped"}
    return orjson.dumps(line | {"traceId": PROCESS_TRACE, "count": count})
