"""Formats of sanctions lists: OFAC's SDN.CSV and OpenSanctions' targets.simple.csv.

Rows are read one by one: a list may be larger than memory.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

OFAC_COLUMNS = 12
OFAC_NONE = "-0-"
OFAC_END = "\x1a"
_ALIAS = re.compile(r"\b[afn]\.k\.a\.\s+'([^']+)'")
NOTE_CHARS = 500


class FormatError(ValueError):
    """The file is not of the format that was named."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One person, company or vessel of a list.

    Attributes:
        entry_id: the list's own id.
        names: the name, then its aliases.
        listed_as: sanction, pep or other.
        note: what helps a person to decide.
    """

    entry_id: str
    names: tuple[str, ...]
    listed_as: str
    note: str


def read_ofac(lines: Iterable[str]) -> Iterator[Listed]:
    """Entries of SDN.CSV: no header, `-0-` for nothing, aliases in the remarks.

    Raises:
        FormatError: a row has another number of columns.
    """
    for number, row in enumerate(csv.reader(lines, skipinitialspace=True), 1):
        if not row or row[0].strip() in {"", OFAC_END}:
            continue
        if len(row) != OFAC_COLUMNS or not row[0].strip().isdigit():
            raise FormatError(f"line {number}: not a row of OFAC's SDN.CSV")
        cells = [cell.strip() for cell in row]
        kept = ["" if cell == OFAC_NONE else cell for cell in cells]
        entry_id, name, kind, program, title, remarks = (*kept[:5], kept[11])
        note = "; ".join(filter(None, (kind, program, title, remarks)))
        yield Listed(entry_id, (name, *_ALIAS.findall(remarks)), "sanction", note[:NOTE_CHARS])


def read_opensanctions(lines: Iterable[str]) -> Iterator[Listed]:
    """Entries of targets.simple.csv: a header, several values in a cell apart by semicolons.

    Raises:
        FormatError: a column that is needed is missing, or a row has more or fewer: it was cut.
    """
    rows = csv.DictReader(lines)
    if missing := {"id", "name", "aliases", "sanctions", "dataset"} - set(rows.fieldnames or ()):
        raise FormatError(f"not OpenSanctions' targets.simple.csv: no column {min(missing)}")
    for row in rows:
        if None in row or None in row.values():
            raise FormatError(f"line {rows.line_num}: not as many columns as the header")
        aliases = [alias.strip() for alias in row["aliases"].split(";")]
        note = "; ".join(
            filter(
                None,
                (row.get(key) for key in ("schema", "countries", "birth_date", "sanctions")),
            )
        )
        names = (row["name"], *filter(None, aliases))
        yield Listed(row["id"], names, _listed_as(row), note[:NOTE_CHARS])


def _listed_as(row: dict[str, str]) -> str:
    if row["sanctions"]:
        return "sanction"
    topics = f"{row.get('topics') or ''};{row['dataset']}".lower()
    return "pep" if "pep" in topics or "politically exposed" in topics else "other"


READERS = {"ofac": read_ofac, "opensanctions": read_opensanctions}
