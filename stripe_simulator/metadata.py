"""The rules of `metadata`: 50 keys of 40 characters, values of 500, merged on update."""

from __future__ import annotations

from typing import Any

from stripe_simulator.errors import invalid

MAX_KEYS, MAX_KEY, MAX_VALUE = 50, 40, 500


def check_metadata(value: object, label: str) -> dict[str, str]:
    """Check a metadata hash; empty values are kept, they unset a key."""
    if not isinstance(value, dict):
        raise invalid("Invalid metadata: must be a hash", label)
    if len(value) > MAX_KEYS:
        raise invalid(f"Metadata can have at most {MAX_KEYS} keys", label)
    for key, text in value.items():
        if not isinstance(text, str):
            raise invalid(f"Metadata values must be strings: {key}", f"{label}[{key}]")
        if len(key) > MAX_KEY or not key or "[" in key or "]" in key:
            raise invalid(f"Invalid metadata key: {key}", f"{label}[{key}]")
        if len(text) > MAX_VALUE:
            raise invalid(
                f"Metadata values can have up to {MAX_VALUE} characters, but you passed in a "
                f"value that is {len(text)} characters. Invalid value: {text[:20]}...",
                f"{label}[{key}]",
            )
    return dict(value)


def merge_metadata(old: dict[str, str], params: dict[str, Any]) -> dict[str, str]:
    """Return what a request's `metadata` makes of the old one; refuse before anything changes.

    Absent changes nothing, None clears everything, an empty value removes its key.
    """
    if "metadata" not in params:
        return old
    new = params["metadata"]
    merged = {key: text for key, text in (old | new).items() if text} if new else {}
    if len(merged) > MAX_KEYS:
        raise invalid(f"Metadata can have at most {MAX_KEYS} keys", "metadata")
    return merged
