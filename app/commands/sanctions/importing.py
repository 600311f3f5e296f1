"""Import of a sanctions list: one transaction, the switch is at once or not at all."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from app.commands.sanctions.formats import READERS, FormatError, Listed
from app.http.input.transliteration import transliterate

BATCH = 1000
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to.

    Attributes:
        names: in force now; None when just this file was in force already.
        screened: payees of each decision, screened against it.
    """

    names: int | None
    screened: dict[str, int]


def import_list(
    url: str, path: Path, form: str, progress: Callable[[int], None] = lambda _: None
) -> Imported:
    """Import a file, and screen every tenant's payees against it.

    Args:
        url: of the database, as its owner.
        path: the file, UTF-8.
        form: ofac or opensanctions.
        progress: told how many bytes were read since it was last told.

    Raises:
        FormatError: the file is not of that format; nothing changed.
        psycopg.Error: the database refused; nothing changed.
    """
    with psycopg.connect(url) as connection:
        names = _load(connection, path, form, progress)
    if names is None:
        return Imported(None, {})
    with psycopg.connect(url, autocommit=True) as connection:
        return Imported(names, _screen(connection))


def _load(
    connection: psycopg.Connection[Any], path: Path, form: str, progress: Callable[[int], None]
) -> int | None:
    digest = _digest(path)
    version = _value(connection, "SELECT ops.sanctions_begin(%s, %s)", form, digest)
    if version is None:
        return None
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = _rows(READERS[form](_watched(file, progress)))
        while batch := list(islice(rows, BATCH)):
            connection.execute("SELECT ops.sanctions_add(%s, %s)", (version, Jsonb(batch)))
    return int(_value(connection, "SELECT ops.sanctions_activate(%s)", version))


def _rows(entries: Iterable[Listed]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        for place, name in enumerate(dict.fromkeys(entry.names)):
            yield {
                "entryId": entry.entry_id,
                "place": place,
                "name": name,
                "transliterated": transliterate(name),
                "listedAs": entry.listed_as,
                "note": entry.note,
            }


def _watched(lines: Iterable[str], progress: Callable[[int], None]) -> Iterator[str]:
    for line in lines:
        if "\x00" in line:
            raise FormatError("the file has a NUL in it")
        progress(len(line.encode()))
        yield line


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.digest()


def _screen(connection: psycopg.Connection[Any]) -> dict[str, int]:
    total: dict[str, int] = {}
    tenants = connection.execute("SELECT tenant_id FROM ops.tenant_list()").fetchall()
    for (tenant,) in tenants:
        rows = connection.execute(
            "SELECT decision, accounts FROM ops.accounts_screen(%s)", (tenant,)
        ).fetchall()
        for decision, accounts in rows:
            total[decision] = total.get(decision, 0) + accounts
    return total


def _value(connection: psycopg.Connection[Any], query: Any, *values: Any) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
