"""A new pair of migration files."""

import re
from pathlib import Path

from app.migrations.errors import MigrationError

_UP = """\
-- {subject}
-- depends: {previous}

SET LOCAL ROLE payments_owner;

"""
_DOWN = """\
-- Undoes {name}.sql, last statement first.

SET LOCAL ROLE payments_owner;

"""


def create_pair(schema_directory: Path, title: str, previous: str | None) -> tuple[Path, Path]:
    """Write the next numbered migration and its rollback; return both paths.

    Raises:
        MigrationError: the title has no letter or digit in it.
    """
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    if not slug:
        raise MigrationError(f"{title!r} makes no file name: use letters, digits, underscores")
    number = int(previous.partition("_")[0]) + 1 if previous else 1
    name = f"{number:03d}_{slug}"
    subject = slug.replace("_", " ").capitalize() + "."
    up = schema_directory / f"{name}.sql"
    down = schema_directory / f"{name}.rollback.sql"
    with up.open("x", encoding="utf-8") as file:
        file.write(_UP.format(subject=subject, previous=previous or ""))
    with down.open("x", encoding="utf-8") as file:
        file.write(_DOWN.format(name=name))
    return up, down
