"""Every refusal of the simulated API, in the shape Stripe gives it.

`saved` says whether an idempotency key keeps the answer: parameter validation, authentication,
conflicts and rate limits are forgotten; whatever happened after execution began is kept.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

BALANCE_SHORT = (
    "You have insufficient available funds in your Stripe account. Try adding funds directly to "
    "your available balance by creating Charges using the 4000000000000077 test card. "
    "See: https://stripe.com/docs/testing#available-balance"
)


class InvariantError(RuntimeError):
    """The simulator broke one of its own rules about money: a bug here, never the caller's."""


class ApiError(Exception):
    """A refusal to be answered as `{"error": {...}}` with an HTTP status."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        saved: bool = True,
        headers: dict[str, str] | None = None,
        **fields: object,
    ) -> None:
        """Keep status, text and the further fields of the error object; nulls are dropped."""
        super().__init__(message)
        self.status = status
        self.saved = saved
        self.headers = headers or {}
        fields.setdefault("type", "invalid_request_error")
        self.fields = {k: v for k, v in fields.items() if v is not None} | {"message": message}

    def body(self) -> Json:
        """Return the JSON body of the answer."""
        return {"error": self.fields}


def invalid(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """Refuse a parameter: 400, never saved under an idempotency key."""
    return ApiError(400, message, saved=False, param=param, code=code)


def refused(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """Refuse after execution began: 400, saved under the idempotency key."""
    return ApiError(400, message, param=param, code=code)


def missing(kind: str, object_id: str, param: str = "id", status: int = 404) -> ApiError:
    """Refuse an unknown object: `No such payment_intent: 'pi_x'`."""
    return ApiError(status, f"No such {kind}: '{object_id}'", param=param, code="resource_missing")


def balance_insufficient() -> ApiError:
    """Refuse a movement the available balance cannot cover."""
    return refused(BALANCE_SHORT, code="balance_insufficient")


def unauthenticated(message: str, code: str | None = None) -> ApiError:
    """Answer 401 with the challenge Stripe sends."""
    return ApiError(
        401,
        message,
        saved=False,
        code=code,
        headers={"WWW-Authenticate": 'Bearer realm="Stripe"'},
    )


def forbidden(message: str, code: str | None = None) -> ApiError:
    """Answer 403: the key is known but may not do this."""
    return ApiError(403, message, saved=False, code=code)
