"""One JSON object a line on stdout: level, time, traceId, component, message and camelCase fields.

Never a body, token, secret, card number, client secret or e-mail. Callers pass ids and numbers;
what errors and libraries say repeats what others wrote, so every text is looked through as well.
"""

import logging
import re
from contextvars import ContextVar
from typing import Any, cast

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from app.observability.log_writer import PROCESS_TRACE, LogWriter
from app.observability.tracing import spans

trace_id: ContextVar[str] = ContextVar("trace_id", default="")
"""Trace of the request or operation under way; set by whoever starts one."""

STDOUT, STDERR = 1, 2
MAX_VALUE_CHARS = 500
"""Longer strings are cut: a log line is not a dump."""

FIRST = ("time", "level", "traceId", "spanId", "component")
"""Fields every line begins with."""

HIDDEN = "[hidden]"
_SENSITIVE = re.compile(
    r"""[\w.+-]+@[\w-]+\.[\w.-]+        # e-mail
      | \b\w+_secret_\w+               # client secrets, ours and those of accounts
      | \b(?:sk|rk|whsec)_\w+          # keys of Stripe, secrets of its webhooks
      | \beyJ[\w-]+\.[\w-]+\.[\w-]*    # tokens
      | (?<=://)[^\s/@]+(?=@)          # the login in an address
      | (?i:bearer\s+|password\s*[=:]\s*)\S+
      | DETAIL:(?s:.*?)(?=\nCONTEXT:|\n\n|\Z)   # a row, as PostgreSQL quotes it
      | (?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])  # whatever is as long as a card number
    """,
    re.VERBOSE,
)


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
        logger_factory=LogWriter(descriptor),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_Bridge()], level=logging.WARNING, force=True)


def get_logger(component: str) -> FilteringBoundLogger:
    """A logger whose lines carry the component's name."""
    return cast(FilteringBoundLogger, structlog.get_logger(component=component))


def _add_trace(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    event.setdefault("traceId", trace_id.get() or PROCESS_TRACE)
    if span := spans.current_id():
        event["spanId"] = span
    return event


def _shape(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    line = {name: event.pop(name) for name in FIRST if name in event}
    line["message"] = redacted(str(event.pop("event")))
    for name, value in event.items():
        if isinstance(value, str):
            line[name] = redacted(value)[: None if name == "exception" else MAX_VALUE_CHARS]
        elif value is not None:
            line[name] = value
    return line


def redacted(text: str) -> str:
    """The text without what must not be kept."""
    return _SENSITIVE.sub(HIDDEN, text)


def _dumps(event: EventDict, **_: Any) -> bytes:
    return orjson.dumps(event, default=str)


class _Bridge(logging.Handler):
    """Warnings of libraries (asyncio, aiohttp, psycopg), in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        log = get_logger(record.name)
        log.log(record.levelno, record.getMessage(), exc_info=record.exc_info)
