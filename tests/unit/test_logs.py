"""Log lines: their fields, and what never stands in them."""

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import orjson
import psycopg
import pytest
import structlog

from app.observability import logs
from app.observability.log_writer import LogWriter

HEX = re.compile(r"[0-9a-f]{32}")
ROW = "DETAIL:  Failing row contains (1, fan@example.com, Row 7 seat 12)."


class Wrong(psycopg.Error):
    """As psycopg shows a refusal: all that the server said."""


@contextmanager
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines that our own processors write, as somebody reads them from stdout."""
    reader, writer = os.pipe()
    sink = LogWriter(writer)
    monkeypatch.setattr(logs, "LogWriter", lambda _descriptor: sink)
    root, level = logging.root.handlers[:], logging.root.level

    def lines() -> list[dict[str, Any]]:
        sink.close()
        os.close(writer)
        with os.fdopen(reader, "rb") as stream:
            return [orjson.loads(line) for line in stream]

    try:
        logs.configure("info")
        yield lines
    finally:
        structlog.reset_defaults()
        logging.root.handlers, logging.root.level = root, level


def test_a_line_has_the_fields_of_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a request its trace, beside it the trace of the process: there always is one."""
    with written(monkeypatch) as lines:
        logs.get_logger("tests").info("serving", port=1, nothing=None)
        token = logs.trace_id.set("0" * 31 + "1")
        logs.get_logger("tests").warning("slow", paymentId="p")
        logs.trace_id.reset(token)
        logging.getLogger("a.library").warning("careful")
        own, asked, foreign = lines()
    assert list(own) == ["time", "level", "traceId", "component", "message", "port"]
    assert datetime.fromisoformat(own["time"]).tzinfo is not None
    assert HEX.fullmatch(own["traceId"])
    assert (own["level"], own["component"], own["message"]) == ("info", "tests", "serving")
    assert (asked["traceId"], asked["paymentId"]) == ("0" * 31 + "1", "p")
    assert (foreign["component"], foreign["message"]) == ("a.library", "careful")
    assert foreign["traceId"] == own["traceId"]


@pytest.mark.parametrize(
    "secret",
    [
        "fan@example.com",
        "pi_3Nabc_secret_9xyz",
        "sk_live_51abcDEF",
        "rk_test_51abcDEF",
        "whsec_0123456789abcdef",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
        "Bearer opaque-token",
        "password=hunter2",
        "4242 4242 4242 4242",
        "4242424242424242",
        ROW,
    ],
)
def test_what_errors_and_libraries_repeat_is_hidden(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a message, in a field, and in the text of an exception and of its cause."""
    with written(monkeypatch) as lines:
        log = logs.get_logger("tests")
        said = f"said {secret} and so on"
        log.error(said, reason=f"because of {secret}")
        failure = RuntimeError(secret)
        failure.__cause__ = Wrong(f"violates a check\n{secret}")
        log.error("restarting", exc_info=failure)
        logging.getLogger("library").error("failed: %s", secret)
        found = lines()
    assert len(found) == 3
    assert secret not in str(found).replace("\\n", "\n")
    assert "RuntimeError" in found[1]["exception"]
    assert "violates a check" in found[1]["exception"]


def test_a_login_in_an_address_is_hidden() -> None:
    """The host stays: it says where the trouble is."""
    text = "cannot connect to postgresql://service:hunter2@db.internal:5432/payments"
    assert logs.redacted(text) == (
        "cannot connect to postgresql://[hidden]@db.internal:5432/payments"
    )


@pytest.mark.parametrize(
    "text",
    [
        "11111111-1111-4111-8111-111111111111",
        "12345678-1234-4123-8123-123456789012",
        "evt_1Nabc",
        "1795000000000000000000000",
        'password authentication failed for user "payments_service"',
        "2026-11-30T12:00:00.000000Z",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_ids_and_plain_words_stay(text: str) -> None:
    """They are what a line is for."""
    assert logs.redacted(text) == text
