"""Errors: one table, equal on both sides."""

import re
from pathlib import Path

import orjson
import pytest

from app.errors import (
    CODES,
    SQLSTATES,
    ConnectionLost,
    PoolExhausted,
    Problem,
    Refused,
    code_of,
)
from app.http.problems import problem_of, response_of
from app.paths import sql_root


def body_of(error: Exception) -> bytes:
    """What goes out for an exception."""
    body = response_of(problem_of(error), "/x").body
    assert isinstance(body, bytes)
    return body


def raised_in_sql() -> set[str]:
    """Our own SQLSTATEs in sql/."""
    texts = (file.read_text() for file in Path(sql_root()).rglob("*.sql"))
    return {code for text in texts for code in re.findall(r"ERRCODE = '(PY\d{3})'", text)}


def test_every_sqlstate_raised_is_mapped_and_none_beside() -> None:
    """The table in app/errors.py and sql/ name the same codes."""
    assert {code for code in SQLSTATES if code.startswith("PY")} == raised_in_sql()


def test_every_mapped_code_exists() -> None:
    """A SQLSTATE never leads to a code without status."""
    assert set(SQLSTATES.values()) <= set(CODES)


@pytest.mark.parametrize(
    ("sqlstate", "status", "code"),
    [
        ("PY010", 404, "not_found"),
        ("PY041", 409, "idempotency_in_progress"),
        ("40001", 503, "unavailable"),
        ("53100", 503, "unavailable"),
        ("57014", 503, "unavailable"),
        ("08006", 503, "unavailable"),
        ("42501", 403, "insufficient_scope"),
        ("23505", 500, "internal"),
        ("XX000", 500, "internal"),
    ],
)
def test_what_the_database_says_becomes_a_status(sqlstate: str, status: int, code: str) -> None:
    """By SQLSTATE alone, never by text."""
    problem = problem_of(Refused(sqlstate, "some text"))
    assert (problem.status, problem.code, code_of(sqlstate)) == (status, code, code)


@pytest.mark.parametrize("error", [Refused("23505", "key (x) exists"), ValueError("boom")])
def test_our_own_faults_say_nothing(error: Exception) -> None:
    """No SQL, no text of an exception in the body."""
    body = orjson.loads(body_of(error))
    assert body["code"] == "internal"
    assert body["detail"] == body["title"]


def test_what_a_caller_can_act_on_is_told() -> None:
    """Message and DETAIL of a refusal reach the caller, as detail and errors."""
    refusal = Refused("PY020", "not valid", '[{"pointer": "/amount", "code": "x", "detail": "y"}]')
    body = orjson.loads(body_of(refusal))
    assert body["detail"] == "not valid"
    assert body["errors"] == [{"pointer": "/amount", "code": "x", "detail": "y"}]
    assert set(body) >= {"type", "title", "status", "detail", "instance", "code", "traceId"}


@pytest.mark.parametrize("code", CODES)
def test_a_problem_has_every_member(code: str) -> None:
    """Also when there is no more to say than its title; `validation_failed` always says where."""
    body = orjson.loads(body_of(Problem(code)))
    assert set(body) >= {"type", "title", "status", "detail", "instance", "code", "traceId"}
    pointers = [fault["pointer"] for fault in body.get("errors", ())]
    assert pointers == ([""] if code == "validation_failed" else [])


@pytest.mark.parametrize(
    ("error", "name", "value"),
    [
        (Problem("unauthenticated"), "WWW-Authenticate", 'Bearer error="invalid_token"'),
        (Problem("signature_required"), "WWW-Authenticate", "Signature"),
        (Problem("signature_invalid"), "WWW-Authenticate", "Signature"),
        (Problem("insufficient_scope"), "WWW-Authenticate", 'Bearer error="insufficient_scope"'),
        (PoolExhausted("x"), "Retry-After", "1"),
        (ConnectionLost("x"), "Retry-After", "1"),
        (Refused("PY041", "x"), "Retry-After", "1"),
    ],
)
def test_headers_that_go_with_a_status(error: Exception, name: str, value: str) -> None:
    """401 and 403 say how to authenticate, 503 when to come again."""
    assert response_of(problem_of(error), "/x").headers[name] == value
