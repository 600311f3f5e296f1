"""Form bodies and query strings: `a[b][0]=c` into nested dictionaries."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from stripe_simulator.errors import invalid

MAX_FIELDS = 5_000
MAX_DEPTH = 12


def decode(text: str) -> dict[str, Any]:
    """Decode a form; lists become dictionaries with the indices as keys, in order."""
    try:
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=bool(text),
            max_num_fields=MAX_FIELDS,
            errors="strict",
        )
    except (ValueError, UnicodeDecodeError) as error:
        message = f"Invalid request body: {error}"
        raise invalid(message) from error
    out: dict[str, Any] = {}
    for name, value in pairs:
        if "[" in name:
            _nest(out, name, value)
        else:
            _put(out, name, value, name)
    return out


def _nest(out: dict[str, Any], name: str, value: str) -> None:
    head, _, rest = name.partition("[")
    if not head or not rest.endswith("]"):
        raise invalid(f"Invalid parameter name: {name}", name)
    keys = [head, *rest[:-1].split("][")]
    if len(keys) > MAX_DEPTH or any("[" in key or "]" in key for key in keys):
        raise invalid(f"Invalid parameter name: {name}", name)
    node = out
    for key in keys[:-1]:
        child = node.setdefault(key or str(len(node)), {})
        if not isinstance(child, dict):
            raise invalid(f"Invalid request: {name} is both a value and a hash", name)
        node = child
    _put(node, keys[-1] or str(len(node)), value, name)


def _put(node: dict[str, Any], key: str, value: str, name: str) -> None:
    if isinstance(node.get(key), dict):
        raise invalid(f"Invalid request: {name} is both a value and a hash", name)
    node[key] = value


def flatten(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Turn nested parameters back into sorted `name=value` pairs, the canonical form of a call."""
    pairs: list[tuple[str, str]] = []
    for key in sorted(tree):
        value = tree[key]
        name = f"{prefix}[{key}]" if prefix else key
        pairs += flatten(value, name) if isinstance(value, dict) else [(name, value)]
    return pairs
