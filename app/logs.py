"""One JSON object a line on stdout: level, time, traceId, component, message and camelCase fields.

Never a body, token, secret, card number, client secret or e-mail: callers pass ids and numbers.
"""

import logging
import os
from contextvars import ContextVar
from typing import Any, cast

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from app.log_sink import LogSink
from app.tracing import spans

trace_id: ContextVar[str] = ContextVar("trace_id", default="")
"""Trace of the request or operation under way; set by whoever starts one."""

OF_PROCESS = os.urandom(16).hex()
"""Trace of lines that belong to neither: they are of this process's life."""

STDOUT, STDERR = 1, 2
MAX_VALUE_CHARS = 500
"""Longer strings are cut: a log line is not a dump."""


FIRST = ("time", "level", "traceId", "spanId", "component")
"""Fields every line begins with."""


def configure(level: str, *, beside: bool = False) -> None:
    """Send structlog to stdout as JSON lines.

    Args:
        level: debug, info, warning or error.
        beside: to stderr instead, when stdout is for an answer.
    """
    descriptor = STDERR if beside else STDOUT
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            _add_trace,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            _shape,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=LogSink(descriptor),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_Bridge()], level=logging.WARNING, force=True)


def get_logger(component: str) -> FilteringBoundLogger:
    """A logger whose lines carry the component's name."""
    return cast(FilteringBoundLogger, structlog.get_logger(component=component))


def _add_trace(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    event.setdefault("traceId", trace_id.get() or OF_PROCESS)
    if span := spans.current_id():
        event["spanId"] = span
    return event


def _shape(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    line = {name: event.pop(name) for name in FIRST if name in event}
    line["message"] = event.pop("event")
    for name, value in event.items():
        if isinstance(value, str) and len(value) > MAX_VALUE_CHARS and name != "exception":
            line[name] = value[:MAX_VALUE_CHARS]
        elif value is not None:
            line[name] = value
    return line


def _dumps(event: EventDict, **_: Any) -> bytes:
    return orjson.dumps(event, default=str)


class _Bridge(logging.Handler):
    """Warnings of libraries (asyncio, aiohttp, psycopg), in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        log = get_logger(record.name)
        log.log(record.levelno, record.getMessage(), exc_info=record.exc_info)
