"""SQL statements of a file, with their places."""

import re
from collections.abc import Iterator

import sqlparse

_LEADING_COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+", re.DOTALL)


def split(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement and its offset in `text`, without the comments before it."""
    place = 0
    for piece in sqlparse.split(text):
        place = text.index(piece, place)
        code = _LEADING_COMMENTS.sub("", piece)
        if code.strip("; \n"):
            yield place + len(piece) - len(code), code
        place += len(piece)


def line_at(text: str, offset: int) -> int:
    """Return the number of the line that holds the character at `offset`."""
    return text.count("\n", 0, offset) + 1
