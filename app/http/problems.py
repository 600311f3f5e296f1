"""Problem documents (RFC 9457): what the caller of a request is told about an error."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from aiohttp import web

from app.errors import ConnectionLost, PoolExhausted, Problem, Refused, code_of
from app.observability.log_writer import PROCESS_TRACE
from app.observability.logs import get_logger, trace_id

log = get_logger("errors")

RETRY_AFTER_SECONDS = 1
TYPE_PREFIX = "urn:payment-service:problem:"


def problem_of(error: Exception) -> Problem:
    """What a caller is told about an exception; logs those that are our own fault."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refused):
        return _problem_of_refusal(error)
    if isinstance(error, PoolExhausted):
        return Problem("overloaded")
    if isinstance(error, ConnectionLost):
        return Problem("unavailable")
    log.error("unexpected error", exc_info=error)
    return Problem("internal")


def _problem_of_refusal(error: Refused) -> Problem:
    code = code_of(error.sqlstate)
    if not error.sqlstate.startswith("PY0") or code == "internal":
        log.error("database refused", sqlstate=error.sqlstate, reason=error.message)
        return Problem(code)
    return Problem(code, error.message, errors=_errors_of(error.detail))


def _errors_of(detail: str | None) -> Sequence[Mapping[str, Any]]:
    try:
        errors = orjson.loads(detail or "[]")
    except orjson.JSONDecodeError:
        return ()
    return errors if isinstance(errors, list) else ()


def response_of(problem: Problem, instance: str) -> web.Response:
    """A problem as application/problem+json (RFC 9457).

    Args:
        problem: what to tell.
        instance: path of the request.
    """
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.code,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail or problem.title,
        "instance": instance,
        "code": problem.code,
        "traceId": trace_id.get() or PROCESS_TRACE,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return web.Response(
        body=orjson.dumps(body),
        status=problem.status,
        headers=_headers_of(problem),
        content_type="application/problem+json",
    )


def _headers_of(problem: Problem) -> dict[str, str]:
    headers = dict(problem.headers)
    if problem.code == "unauthenticated":
        headers.setdefault("WWW-Authenticate", 'Bearer error="invalid_token"')
    if problem.code in {"signature_required", "signature_invalid"}:
        headers.setdefault("WWW-Authenticate", "Signature")
    if problem.code == "insufficient_scope":
        headers.setdefault("WWW-Authenticate", 'Bearer error="insufficient_scope"')
    if problem.status in {429, 503} or problem.code == "idempotency_in_progress":
        headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return headers
