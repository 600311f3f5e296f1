"""Text from outside: no card number may enter, nor a character that shows another text than it is.

A card number is 13 to 19 digits of any script, in groups or in one piece, that begin as issuers'
numbers of that length do and satisfy Luhn. UUIDs, hexadecimal digests and ids (with letters at two
places: a word before a number is no id), phone numbers with their + and clock readings are none,
though one in ten of them satisfies Luhn.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from app.errors import Problem
from app.http.input.pointer import pointer

MAX_FAULTS = 50
"""As many as anybody reads; an answer must not be many times its request."""

MIN_DIGITS = 13
MAX_DIGITS = 19
MAX_PHONE_DIGITS = 15
"""ITU-T E.164."""

DECEPTIVE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls that are not white space
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # Unicode's property Bidi_Control
    "\ud800-\udfff"
)
"""Inside of a character class."""

_DECEPTIVE = re.compile(f"[{DECEPTIVE}]")
_SEPARATOR = r"[\s._/-]{0,3}"
_RUN = re.compile(rf"\+?\d(?:{_SEPARATOR}\d){{{MIN_DIGITS - 1},}}", re.ASCII)
_ISSUED: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (4, 4, (13, 16, 18, 19)),  # Visa
    (51, 55, (16,)),  # Mastercard
    (2221, 2720, (16,)),
    (34, 34, (15,)),  # American Express
    (37, 37, (15,)),
    (300, 305, (14, 15, 16, 17, 18, 19)),  # Diners Club
    (309, 309, (14, 15, 16, 17, 18, 19)),
    (36, 36, (14, 15, 16, 17, 18, 19)),
    (38, 39, (14, 15, 16, 17, 18, 19)),
    (3528, 3589, (16, 17, 18, 19)),  # JCB, RuPay
    (1800, 1800, (15,)),
    (2131, 2131, (15,)),
    (50, 50, (13, 14, 15, 16, 17, 18, 19)),  # Maestro, Verve, Elo
    (56, 58, (13, 14, 15, 16, 17, 18, 19)),
    (6, 6, (13, 14, 15, 16, 17, 18, 19)),  # Maestro, Discover, UnionPay, RuPay
    (81, 82, (16, 17, 18, 19)),  # UnionPay, RuPay
    (2200, 2205, (16, 17, 18, 19)),  # Mir, Borica
    (8600, 8600, (16,)),  # Uzcard
    (9792, 9792, (16,)),  # Troy
    (9860, 9860, (16,)),  # Humo
)
"""First digits of the issuers of a network, from and to, and how long their numbers are. Where a
network's own tables disagree the wider one stands here: a reference refused is a nuisance, a card
number kept is a breach."""

_LENGTHS = {
    str(prefix): lengths
    for first, last, lengths in _ISSUED
    for scale in [10 ** (4 - len(str(first)))]
    for prefix in range(first * scale, (last + 1) * scale)
}
"""First four digits to how long a number that begins so may be; no two networks share them."""

_OPAQUE = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\d*[a-f])[0-9a-f]{32,}"
    r"|(?=\d*[a-f]+\d+[a-f])[0-9a-f]{16,})(?![0-9a-z])",
    re.ASCII | re.IGNORECASE,
)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def holds_card_number(text: str) -> bool:
    """Whether digits in the text could be a card number."""
    if not text.isascii():
        text = "".join(map(_folded, text))
    if not _RUN.search(text):
        return False
    return any(_is_card(run[0]) for run in _RUN.finditer(_OPAQUE.sub("x", text)))


def refuse_card_numbers(texts: Iterable[str]) -> None:
    """Refuse texts that are no part of a document: of the path, the query, a header.

    Raises:
        Problem: card_data_not_allowed.
    """
    if any(map(holds_card_number, texts)):
        raise Problem(
            "card_data_not_allowed", "A card number stands in the path, the query or a header."
        )


def check_texts(document: Any) -> None:
    """Look at every string, key and large number of a document.

    Raises:
        Problem: card_data_not_allowed, or validation_failed for deceptive characters; each tells
            where, and never what.
    """
    deceptive = []
    for text, steps in _texts(document):
        if holds_card_number(text):
            fault = _fault(steps, "card_number", "looks like a card number")
            raise Problem("card_data_not_allowed", errors=[fault])
        if _DECEPTIVE.search(text):
            deceptive.append(steps)
    if deceptive:
        detail = "contains control characters or changes the direction of text"
        errors = [_fault(steps, "invalid_characters", detail) for steps in deceptive[:MAX_FAULTS]]
        raise Problem("validation_failed", errors=errors)


Steps = tuple[str | int, ...]


def _texts(document: Any) -> Iterator[tuple[str, Steps]]:
    """Every text with the way to it; a key with the way to its object, so that none is told."""
    todo: list[tuple[Any, Steps]] = [(document, ())]
    while todo:
        value, steps = todo.pop()
        if isinstance(value, str):
            yield value, steps
        elif isinstance(value, (int, float)):
            yield repr(value), steps
        elif isinstance(value, dict):
            for key in value:
                yield key, steps
            todo += [(item, (*steps, key)) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            todo += [(item, (*steps, index)) for index, item in enumerate(value)][::-1]


def _fault(steps: Steps, code: str, detail: str) -> dict[str, str]:
    return {"pointer": pointer(steps), "code": code, "detail": detail}


def _folded(character: str) -> str:
    """A digit of any script as ours; dashes, spaces and what is not seen as separators."""
    if character.isascii():
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return " " if unicodedata.category(character) in {"Pd", "Zs", "Cf", "Mn"} else "x"


def _is_card(run: str) -> bool:
    """Whether neighbouring groups of digits are together a card number; in one pass."""
    groups = re.findall(r"\d+", run)
    digits = "".join(groups)
    if run.startswith("+") and len(digits) <= MAX_PHONE_DIGITS:
        return False
    bounds = list(accumulate(map(len, groups), initial=0))
    sums = _luhn_sums(digits)
    for place, first in enumerate(bounds):
        lengths = _LENGTHS.get(digits[first : first + 4], ())
        for end in bounds[place + 1 : place + 1 + MAX_DIGITS] if lengths else ():
            total = sums[end % 2]
            if end - first in lengths and (total[end] - total[first]) % 10 == 0:
                return True
    return False


def _luhn_sums(digits: str) -> tuple[list[int], list[int]]:
    """Luhn's sum of the first n digits, for a number that ends at an even place, and at an odd."""
    plain = [int(digit) for digit in digits]
    doubled = [_DOUBLED[digit] for digit in plain]
    even, odd = doubled[:], plain[:]
    even[1::2], odd[1::2] = plain[1::2], doubled[1::2]
    return list(accumulate(even, initial=0)), list(accumulate(odd, initial=0))
