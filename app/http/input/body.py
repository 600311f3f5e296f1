"""Request bodies: strict JSON, then a pydantic model; every error is told."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from app.errors import Problem
from app.http.input import strict_json
from app.http.input.free_text import MAX_FAULTS, check_texts
from app.http.input.pointer import pointer

MAX_DEPTH = 16
"""No document of ours is deeper than four."""

Model = TypeVar("Model", bound=BaseModel)

_TYPE_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "value_error": "invalid",
}


def parse_json(raw: bytes) -> Any:
    """Read JSON, refusing what readers disagree about.

    Args:
        raw: the body; empty counts as `{}`.

    Raises:
        Problem: invalid_json for bad UTF-8, duplicate keys, NaN, NUL, lone surrogates, deep
            nesting, bad syntax; card_data_not_allowed; validation_failed for deceptive characters.
    """
    if not raw:
        return {}
    try:
        value = strict_json.loads(raw.decode("utf-8"))
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise Problem("invalid_json", _where(error)) from None
    _check_structure(value)
    check_texts(value)
    return value


def validate(model: type[Model], value: Any) -> Model:
    """Check a document against a model.

    Raises:
        Problem: validation_failed with one entry per fault, pointing to it.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Problem("validation_failed", errors=_faults(error)) from None


def wire(model: BaseModel) -> dict[str, Any]:
    """The validated document in camelCase; absent and null are the same."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def fingerprint(route: str, ids: Mapping[str, Any], document: Mapping[str, Any]) -> bytes:
    """SHA-256 over what was asked, equal for equal requests however they were spelt.

    Args:
        route: method and path template.
        ids: ids in the path.
        document: the validated body.
    """
    request = [route, {name: str(value) for name, value in ids.items()}, document]
    return hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).digest()


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}."
    if isinstance(error, UnicodeDecodeError):
        return "The body is not UTF-8."
    return str(error) if str(error).endswith(".") else "A number is too long."


_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


def _check_structure(document: Any) -> None:
    """Refuse what a database could not store, and what is deeper than anybody needs."""
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        if any(isinstance(value, str) and _FORBIDDEN.search(value) for value in level):
            raise Problem("invalid_json", "A string contains NUL or a lone surrogate.")
        level = [inner for value in level for inner in _inside(value)]


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _too_deep() -> Problem:
    return Problem("invalid_json", "The body is nested too deeply.")


def _faults(error: ValidationError) -> list[dict[str, str]]:
    return [
        {
            "pointer": pointer(_place(fault["loc"])),
            "code": _TYPE_CODES.get(fault["type"], fault["type"]),
            "detail": str(fault.get("ctx", {}).get("error") or fault["msg"]),
        }
        for fault in error.errors(include_url=False, include_input=False)[:MAX_FAULTS]
    ]


def _place(steps: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return steps[:-2] if steps[-1:] == ("[key]",) else steps  # a bad key is not repeated
