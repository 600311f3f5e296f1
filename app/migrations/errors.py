"""What can go wrong in a migration, told so that the reader knows where to look.

MigrationError
├── FileError       a statement of a file failed: file, line, SQLSTATE
├── LockedError     another run holds the migration lock
└── RefusedError    a rollback would drop rows that nothing brings back
"""

import re
from pathlib import Path

import psycopg

from app.migrations.statements import line_at

_BODY_LINE = re.compile(r"(?:inline_code_block|SQL statement|function \S+) line (\d+)")


class MigrationError(Exception):
    """A migration could not be carried out; the text is for the operator."""


class LockedError(MigrationError):
    """Another run held the migration lock for too long."""


class RefusedError(MigrationError):
    """A rollback would drop rows that nothing brings back, and was not told to."""


class FileError(MigrationError):
    """A statement of a file failed; nothing of its transaction remains.

    `sqlstate` is None when the server gave none (the connection was lost, say).
    """

    def __init__(self, path: Path, line: int, error: psycopg.Error) -> None:
        self.path = path
        self.line = line
        self.sqlstate = error.sqlstate
        self.error = error
        super().__init__(_describe(path, line, error))


def _describe(path: Path, line: int, error: psycopg.Error) -> str:
    parts = [f"{path}:{line}: {error.sqlstate or 'no SQLSTATE'}: {_first_line(error)}"]
    diag = error.diag
    labelled = {"detail": diag.message_detail, "hint": diag.message_hint, "context": diag.context}
    parts += [f"  {label}: {text}" for label, text in labelled.items() if text]
    return "\n".join(parts)


def _first_line(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).strip().partition("\n")[0]


def line_of_error(text: str, statement_start: int, statement: str, error: psycopg.Error) -> int:
    """Return the line in `text` at which `error` points, given where its statement starts.

    PostgreSQL gives a character position for what it parses; for what it executes inside a DO
    block it gives a line of the body; failing both it is the statement's first line.
    """
    position = error.diag.statement_position
    if position is not None:
        return line_at(text, statement_start + int(position) - 1)
    body = _BODY_LINE.search(error.diag.context or "")
    opening = re.search(r"\$\w*\$", statement)
    if body is not None and opening is not None and statement.lstrip()[:2].upper() == "DO":
        return line_at(text, statement_start + opening.start()) + int(body.group(1)) - 1
    return line_at(text, statement_start)
