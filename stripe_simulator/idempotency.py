"""Idempotency keys: one execution per account and key for 24 hours of the simulated clock."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from stripe_simulator.errors import ApiError, invalid
from stripe_simulator.http.form import flatten

MAX_KEY = 255


@dataclass(slots=True)
class Saved:
    """A key in use: `status` 0 while its first call is in flight."""

    fingerprint: str
    created: float
    status: int = 0
    packed: bytes = b""
    request_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def fingerprint(method: str, path: str, params: dict[str, Any]) -> str:
    """Return what two calls with one key must have in common."""
    text = repr((method, path, flatten(params)))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


class Keys:
    """All idempotency keys of a world."""

    def __init__(self, lifetime: float) -> None:
        """Keep keys for `lifetime` seconds of the simulated clock."""
        self.lifetime = lifetime
        self.saved: dict[tuple[str, str], Saved] = {}
        self.touched: set[tuple[str, str]] = set()

    def begin(self, account: str, key: str, print_: str, now: float) -> Saved | None:
        """Claim a key, or return the answer it already has; raise on mismatch or in flight."""
        if len(key) > MAX_KEY:
            raise invalid(f"Idempotency keys are limited to {MAX_KEY} characters.")
        found = self.saved.get((account, key))
        if found is not None and now - found.created < self.lifetime:
            return self._known(found, key, print_)
        self.saved.pop((account, key), None)
        self.saved[account, key] = Saved(print_, now)
        return None

    def _known(self, found: Saved, key: str, print_: str) -> Saved:
        if found.fingerprint != print_:
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they "
                f"were first used with. Try using a key other than '{key}' if you meant to "
                "execute a different request.",
                saved=False,
                type="idempotency_error",
            )
        if not found.status:
            raise key_in_use(key)
        return found

    def finish(self, account: str, key: str, answer: Saved) -> None:
        """Keep the answer of a key's first call."""
        found = self.saved[account, key]
        found.status, found.packed = answer.status, answer.packed
        found.request_id, found.headers = answer.request_id, answer.headers
        self.touched.add((account, key))

    def forget(self, account: str, key: str) -> None:
        """Give a key back unused: its call was refused before execution, or never ended."""
        found = self.saved.get((account, key))
        if found is not None and not found.status:
            del self.saved[account, key]

    def expire(self, now: float) -> None:
        """Drop the keys that are too old; they are kept in order of creation."""
        while self.saved:
            first = next(iter(self.saved))
            if now - self.saved[first].created < self.lifetime:
                return
            del self.saved[first]
            self.touched.add(first)


def key_in_use(key: str) -> ApiError:
    """Refuse a second call while the first with this key is running."""
    return ApiError(
        409,
        "There is currently another in-progress request using this Idempotent Key (that probably "
        "means you submitted twice, and the other request is still going through): "
        f"{key}. Please try again later.",
        saved=False,
        code="idempotency_key_in_use",
        type="idempotency_error",
    )
