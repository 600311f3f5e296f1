"""Errors: everything that is raised on purpose, and the codes it goes out with.

    ServiceError
    ├── Problem            a refusal with a code of the contract
    ├── LoginError         the login role or the database is not for this service
    └── DatabaseError      the database did not answer as it should
        ├── Refused        it raised a SQLSTATE
        │   └── Busy       because of others: a lock, a time limit, a full disk
        ├── ConnectionLost the connection broke: whether it committed is not known
        └── PoolExhausted  no connection was free in time

Two tables and nothing else decide what goes out: SQLSTATE to code, code to status and title.
"""

from collections.abc import Mapping, Sequence
from typing import Any

CODES: Mapping[str, tuple[int, str]] = {
    "malformed_request": (400, "This is not HTTP"),
    "invalid_json": (400, "The body is not valid JSON"),
    "invalid_path": (400, "An id in the path is not a UUID"),
    "invalid_cursor": (400, "The cursor is not one of ours"),
    "idempotency_key_required": (400, "Idempotency-Key is required"),
    "idempotency_key_invalid": (400, "Idempotency-Key is malformed"),
    "invalid_signature": (400, "The signature does not verify"),
    "unauthenticated": (401, "A valid bearer token is required"),
    "signature_required": (401, "A request signature is required"),
    "signature_invalid": (401, "The request signature does not verify"),
    "card_declined": (402, "The card was declined"),
    "insufficient_scope": (403, "The token does not allow this"),
    "tenant_disabled": (403, "The tenant is not registered or is disabled"),
    "payment_blocked": (403, "The payment was blocked"),
    "not_found": (404, "Not found"),
    "method_not_allowed": (405, "Method not allowed"),
    "request_timeout": (408, "The request took too long to arrive"),
    "invalid_state": (409, "Not possible in the current state"),
    "account_exists": (409, "The recipient already has an account"),
    "refund_policy_violation": (409, "The refund policy does not allow this"),
    "refund_exceeds_remaining": (409, "More than what remains refundable"),
    "payment_not_refundable": (409, "The payment cannot be refunded"),
    "idempotency_in_progress": (409, "A request with this Idempotency-Key is in progress"),
    "replayed_request": (409, "The request was already received"),
    "payload_too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "The content type is not supported"),
    "expectation_failed": (417, "Only 100-continue can be expected"),
    "validation_failed": (422, "The request is not valid"),
    "amount_invalid": (422, "The amount is not valid"),
    "currency_unsupported": (422, "The currency is not supported"),
    "split_invalid": (422, "The splits are not valid"),
    "payee_not_found": (422, "A recipient has no connected account"),
    "idempotency_key_reused": (422, "Idempotency-Key was used for another request"),
    "card_data_not_allowed": (422, "Card data must not be sent here"),
    "rate_limited": (429, "Too many requests"),
    "internal": (500, "Internal error"),
    "provider_error": (502, "The payment provider refused the request"),
    "unavailable": (503, "Temporarily unavailable"),
    "overloaded": (503, "Too busy"),
}
"""Code of the contract to HTTP status and title."""

SQLSTATES: Mapping[str, str] = {
    "PY001": "internal",
    "PY002": "internal",
    "PY003": "tenant_disabled",
    "PY010": "not_found",
    "PY020": "validation_failed",
    "PY021": "amount_invalid",
    "PY022": "currency_unsupported",
    "PY023": "split_invalid",
    "PY024": "payee_not_found",
    "PY030": "invalid_state",
    "PY031": "account_exists",
    "PY032": "internal",
    "PY033": "internal",
    "PY040": "idempotency_key_reused",
    "PY041": "idempotency_in_progress",
    "PY042": "replayed_request",
    "PY050": "invalid_cursor",
    "PY051": "refund_exceeds_remaining",
    "PY052": "payment_not_refundable",
    "PY053": "refund_policy_violation",
    "PY060": "internal",
    "PY061": "internal",
    "PY070": "insufficient_scope",
    "42501": "insufficient_scope",
    "40001": "unavailable",
    "40P01": "unavailable",
    "55P03": "unavailable",
    "57014": "unavailable",
}
"""SQLSTATE to code. Classes 08, 53 and 57P are `unavailable`; anything else is `internal`."""

UNAVAILABLE_CLASSES = ("08", "53", "57P")


class ServiceError(Exception):
    """Root of everything raised on purpose."""


class Problem(ServiceError):  # noqa: N818 -- RFC 9457 calls it a problem
    """A refusal that the caller is told about.

    Args:
        code: a key of CODES.
        detail: one sentence for a person; never SQL, never a stack.
        errors: `{pointer, code, detail}` each; validation_failed has at least one, of the whole.
        headers: further response headers.
    """

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.title = CODES[code]
        self.detail = detail
        if code == "validation_failed" and not errors:
            errors = [{"pointer": "", "code": "invalid", "detail": detail or self.title}]
        self.errors = errors
        self.headers = dict(headers or {})


class DatabaseError(ServiceError):
    """The database did not answer as it should."""


class Refused(DatabaseError):  # noqa: N818 -- said by the database, not an accident
    """The database raised.

    Args:
        sqlstate: five characters.
        message: its primary message.
        detail: its DETAIL, JSON for validation errors.
    """

    def __init__(self, sqlstate: str, message: str, detail: str | None = None) -> None:
        super().__init__(f"{sqlstate} {message}")
        self.sqlstate = sqlstate
        self.message = message
        self.detail = detail


class Busy(Refused):
    """It refused because of others: a lock, the time a statement may take, a full disk."""


class ConnectionLost(DatabaseError):  # noqa: N818 -- what happened
    """The connection broke, or none could be made: the commit's fate is not known."""


class PoolExhausted(DatabaseError):  # noqa: N818 -- what happened
    """No connection became free in time."""


class LoginError(ServiceError):
    """The login role or the database must not be used by this service; the text says why."""


def code_of(sqlstate: str) -> str:
    """The contract's code for a SQLSTATE."""
    if sqlstate in SQLSTATES:
        return SQLSTATES[sqlstate]
    return "unavailable" if sqlstate.startswith(UNAVAILABLE_CLASSES) else "internal"
