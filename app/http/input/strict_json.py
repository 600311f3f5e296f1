"""JSON without what readers disagree about: a key that comes twice, NaN and Infinity."""

import json
from typing import Any, NoReturn


def loads(text: str) -> Any:
    """Read a JSON document.

    Raises:
        ValueError: it is not JSON, a key comes twice, or a constant is none of JSON's.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("A key occurs twice in an object.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")
