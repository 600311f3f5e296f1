"""SQL statements of a file, with their places."""

import re
from functools import lru_cache

import sqlparse

_LEADING_COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+", re.DOTALL)


@lru_cache(maxsize=1024)  # it takes as long as the server does, and a tree is loaded repeatedly
def split(text: str) -> tuple[tuple[int, str], ...]:
    """Return each statement and its offset in `text`, without the comments before it."""
    found = []
    place = 0
    for piece in sqlparse.split(text):
        place = text.index(piece, place)
        code = _LEADING_COMMENTS.sub("", piece)
        if code.strip("; \n"):
            found.append((place + len(piece) - len(code), code))
        place += len(piece)
    return tuple(found)


def line_at(text: str, offset: int) -> int:
    """Return the number of the line that holds the character at `offset`."""
    return text.count("\n", 0, offset) + 1
