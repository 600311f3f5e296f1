"""A small language for what a request accepts, and the check that comes before anything else.

`amount!:int currency!:currency tags:[str] card:{token!:str} mode:a|b note:str? extra:any`:
`!` marks a required name, `?` one that an empty value unsets, `[…]` a list, `{…}` a hash,
`any` a hash whose inside is accepted as it comes, `either` such a hash or a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stripe_simulator.errors import ApiError, invalid
from stripe_simulator.metadata import check_metadata
from stripe_simulator.money import CURRENCIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN = re.compile(r"\s*([\w.*-]+!?:|[\[\]{}?]|[\w.*|-]+)")
MAX_TEXT = 5_000
MAX_INT = 2**63 - 1
RANGE_KEYS = ("gt", "gte", "lt", "lte")


@dataclass(frozen=True, slots=True)
class Field:
    """One accepted name: whether it must be there, may be emptied, and how it is read."""

    required: bool
    emptyable: bool
    read: Callable[[Any, str], Any]
    inside: Schema | None
    kind: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The names one request or one hash accepts."""

    fields: dict[str, Field]
    required: tuple[str, ...]

    def check(self, tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
        """Return typed values or raise the refusal Stripe would give; None means unset."""
        out: dict[str, Any] = {}
        for name, value in tree.items():
            label = f"{prefix}[{name}]" if prefix else name
            field = self.fields.get(name)
            if field is None:
                raise _unknown(label)
            out[name] = _value(field, value, label)
        for name in self.required:
            if name not in tree:
                label = f"{prefix}[{name}]" if prefix else name
                raise invalid(f"Missing required param: {label}.", label, "parameter_missing")
        return out


def _unknown(label: str) -> ApiError:
    if label == "payment_method_types":
        return invalid(
            "The parameter payment_method_types is no longer supported. Use "
            "allowed_payment_method_types or automatic_payment_methods instead.",
            label,
            "payment_method_types_no_longer_supported",
        )
    return invalid(f"Received unknown parameter: {label}", label, "parameter_unknown")


def _value(field: Field, value: object, label: str) -> Any:
    if value == "":
        if field.emptyable:
            return None
        raise invalid(
            f"You passed an empty string for '{label}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{label}' cannot be unset. You should remove '{label}' "
            "from your request or supply a non-empty value.",
            label,
            "parameter_invalid_empty",
        )
    return field.read(value, label)


def read_int(value: object, label: str) -> int:
    """Read a whole number."""
    text = _text(value, label, "integer")
    if not re.fullmatch(r"-?[0-9]{1,19}", text, re.ASCII) or abs(int(text)) > MAX_INT:
        raise invalid(f"Invalid integer: {text}", label, "parameter_invalid_integer")
    return int(text)


def read_number(value: object, label: str) -> float:
    """Read a decimal number."""
    text = _text(value, label, "number")
    if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,12})?", text, re.ASCII):
        raise invalid(f"Invalid decimal: {text}", label)
    return float(text)


def read_str(value: object, label: str) -> str:
    """Read a text."""
    text = _text(value, label, "string")
    if len(text) > MAX_TEXT:
        raise invalid(
            f"Invalid string: {text[:10]}...; must be at most {MAX_TEXT} characters",
            label,
            "parameter_invalid_string_too_long",
        )
    return text


def read_bool(value: object, label: str) -> bool:
    """Read `true` or `false`."""
    text = _text(value, label, "boolean")
    if text not in {"true", "false"}:
        raise invalid(f"Invalid boolean: {text}", label)
    return text == "true"


def read_off_session(value: object, label: str) -> bool:
    """Read `off_session`: a boolean, `one_off` or `recurring`."""
    text = _text(value, label, "boolean")
    return text in {"one_off", "recurring"} or read_bool(text, label)


def read_currency(value: object, label: str) -> str:
    """Read a currency code, in lower case."""
    text = _text(value, label, "string").lower()
    if text not in CURRENCIES:
        known = ", ".join(sorted(CURRENCIES))
        raise invalid(
            f"Invalid currency: {text}. Stripe currently supports these currencies: {known}", label
        )
    return text


def read_any(value: object, label: str) -> object:
    """Accept a hash without looking inside."""
    if not isinstance(value, dict):
        raise invalid(f"Invalid object: {label} must be a hash", label)
    return value


def read_either(value: object, _label: str) -> object:
    """Accept a text or a hash without looking inside."""
    return value


def read_range(value: object, label: str) -> dict[str, int]:
    """Read `created=123` or `created[gte]=123`, as a dictionary of bounds."""
    if isinstance(value, str):
        return {"eq": read_int(value, label)}
    out = {}
    for key, bound in dict(value).items():  # type: ignore[call-overload]
        if key not in RANGE_KEYS:
            raise _unknown(f"{label}[{key}]")
        out[key] = read_int(bound, f"{label}[{key}]")
    return out


def _text(value: object, label: str, kind: str) -> str:
    if not isinstance(value, str):
        raise invalid(f"Invalid {kind}: {label} must be a {kind}, not a hash", label)
    if "\x00" in value:
        raise invalid(f"Invalid {kind}: {label} contains a null character", label)
    return value


def read_list(read: Callable[[Any, str], Any]) -> Callable[[Any, str], list[Any]]:
    """Make the reader of a list out of the reader of one item."""

    def items(value: object, label: str) -> list[Any]:
        if not isinstance(value, dict) or not all(key.isdecimal() for key in value):
            raise invalid(f"Invalid array: {label} must be an array", label)
        return [read(item, f"{label}[{key}]") for key, item in value.items()]

    return items


def read_hash(inside: Schema) -> Callable[[Any, str], dict[str, Any]]:
    """Make the reader of a hash."""

    def fields(value: object, label: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid(f"Invalid object: {label} must be a hash", label)
        return inside.check(value, label)

    return fields


def read_enum(choices: tuple[str, ...]) -> Callable[[Any, str], str]:
    """Make the reader of a closed list of words."""
    *some, last = choices
    listed = f"{', '.join(some)}, or {last}" if len(some) > 1 else " or ".join(choices)

    def word(value: object, label: str) -> str:
        text = _text(value, label, "string")
        if text not in choices:
            raise invalid(f"Invalid {label}: must be one of {listed}", label)
        return text

    return word


READERS: dict[str, Callable[[Any, str], Any]] = {
    "int": read_int,
    "number": read_number,
    "str": read_str,
    "bool": read_bool,
    "off_session": read_off_session,
    "currency": read_currency,
    "range": read_range,
    "map": check_metadata,
    "any": read_any,
    "either": read_either,
}


def schema(*texts: str) -> Schema:
    """Compile one or more texts in the language above; `expand` is accepted everywhere."""
    tokens = iter(TOKEN.findall(" ".join((*texts, "expand:[str]"))))
    return _fields(_Peek(tokens), None)


class _Peek:
    """An iterator that can look one token ahead."""

    def __init__(self, tokens: Iterator[str]) -> None:
        self._tokens = tokens
        self.head: str | None = next(tokens, None)

    def take(self) -> str:
        head = self.head
        if head is None:
            raise ValueError("schema text ends too early")
        self.head = next(self._tokens, None)
        return head


def _fields(tokens: _Peek, end: str | None) -> Schema:
    fields: dict[str, Field] = {}
    while tokens.head != end:
        name = tokens.take().removesuffix(":")
        fields[name.removesuffix("!")] = _field(tokens, required=name.endswith("!"))
    return Schema(fields, tuple(name for name, field in fields.items() if field.required))


def _field(tokens: _Peek, *, required: bool) -> Field:
    kind, read, inside = _type(tokens)
    emptyable = tokens.head == "?"
    if emptyable:
        tokens.take()
    return Field(required, emptyable, read, inside, kind)


def _type(tokens: _Peek) -> tuple[str, Callable[[Any, str], Any], Schema | None]:
    word = tokens.take()
    if word == "[":
        _, read, inside = _type(tokens)
        tokens.take()
        return "list", read_list(read), inside
    if word == "{":
        inside = _fields(tokens, "}")
        tokens.take()
        return "hash", read_hash(inside), inside
    if word not in READERS:
        return "enum", read_enum(tuple(word.split("|"))), None
    return word, READERS[word], None
