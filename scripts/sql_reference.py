"""Write docs/sql-reference.md from the comments in a freshly migrated database.

With `--check` nothing is written; exit code 1 when the page is not what it would be.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from app.embedded import EmbeddedPostgres
from app.migrate import migrate

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "sql-reference.md"
_HEAD = """\
# SQL reference

Generated from the comments in the database by `make docs`; do not edit.
"""
_SCHEMAS = {
    "ops": "what people may call",
    "api": "what the service may call",
    "payments": "tables and private functions",
}
_FUNCTIONS = """
    SELECT p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
           coalesce(obj_description(p.oid, 'pg_proc'), '')
    FROM pg_proc AS p WHERE p.pronamespace = %s::regnamespace AND p.prokind IN ('f', 'p')
    ORDER BY 1, 2
"""
_TABLES = """
    SELECT c.oid, c.relname, coalesce(obj_description(c.oid, 'pg_class'), '')
    FROM pg_class AS c
    WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind IN ('r', 'v', 'p') ORDER BY 2
"""
_COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           coalesce(col_description(a.attrelid, a.attnum), '')
    FROM pg_attribute AS a WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""


def page(connection: psycopg.Connection[Any]) -> str:
    """Return the whole page as Markdown."""
    return "\n".join([_HEAD, *_functions(connection), *_tables(connection)])


def _functions(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for schema, audience in _SCHEMAS.items():
        yield f"## Functions of `{schema}`: {audience}\n"
        for name, arguments, result, comment in connection.execute(_FUNCTIONS, [schema]):
            returns = f" → {result}" if result else ""
            yield f"### `{schema}.{name}({arguments}){returns}`\n\n{comment}\n"


def _tables(connection: psycopg.Connection[Any]) -> Iterator[str]:
    yield "## Tables\n"
    for oid, name, comment in connection.execute(_TABLES).fetchall():
        yield f"### `payments.{name}`\n\n{comment}\n\n| column | type | meaning |\n|---|---|---|"
        for column, kind, required, meaning in connection.execute(_COLUMNS, [oid]):
            null = "" if required else ", may be null"
            yield f"| `{column}` | {kind}{null} | {meaning.replace('|', chr(92) + '|')} |"
        yield ""


def main() -> int:
    """Write or check the page; return the exit code."""
    with EmbeddedPostgres(durable=False, in_memory=True) as server:
        migrate(server.superuser_url)
        with psycopg.connect(server.superuser_url) as connection:
            text = page(connection)
    if "--check" in sys.argv[1:]:
        current = _PAGE.read_text(encoding="utf-8") if _PAGE.exists() else ""
        if current != text:
            print(f"{_PAGE} is not what the database says: make docs")
            return 1
        return 0
    _PAGE.parent.mkdir(exist_ok=True)
    _PAGE.write_text(text, encoding="utf-8")
    print(f"wrote {_PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
