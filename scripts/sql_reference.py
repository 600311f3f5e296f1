"""Write docs/sql-reference.md and docs/states.md from what a freshly migrated database says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from app.migrations.migrate import migrate
from local.embedded import EmbeddedPostgres

_DOCS = Path(__file__).resolve().parent.parent / "docs"
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


_STATES_HEAD = """\
# States

Generated from `payments.state_transitions` and the CHECK constraints by `make docs`; do not edit.
A trigger (`sql/functions/platform/state_guard.sql`) refuses every step that is not drawn here.
"""
_MACHINES = """
    SELECT machine, array_agg(ARRAY[from_state, to_state] ORDER BY from_state, to_state)
    FROM payments.state_transitions GROUP BY machine ORDER BY machine
"""
_CHECKED = """
    SELECT c.conrelid::regclass::text, a.attname, col_description(a.attrelid, a.attnum),
           ARRAY(SELECT m[1]
                 FROM regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''', 'g') AS m)
    FROM pg_constraint AS c
    JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'c' AND c.connamespace = 'payments'::regnamespace
      AND cardinality(c.conkey) = 1 AND a.attname IN ('state', 'status')
    ORDER BY 1
"""


def pages(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Return each page of docs/ that is generated, by its name, as Markdown.

    Args:
        connection: to a migrated database, as somebody who may read its tables.
    """
    return {
        "sql-reference.md": "\n".join([_HEAD, *_functions(connection), *_tables(connection)]),
        "states.md": "\n".join([_STATES_HEAD, *_machines(connection), *_checked(connection)]),
    }


def _machines(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for machine, steps in connection.execute(_MACHINES).fetchall():
        yield f"## {machine}\n\n```mermaid\nstateDiagram-v2"
        begins = {a for a, _ in steps} - {b for _, b in steps}
        ends = {b for _, b in steps} - {a for a, _ in steps}
        yield from (f"    [*] --> {state}" for state in sorted(begins))
        yield from (f"    {a} --> {b}" for a, b in steps)
        yield from (f"    {state} --> [*]" for state in sorted(ends))
        yield "```\n"


def _checked(connection: psycopg.Connection[Any]) -> Iterator[str]:
    yield "## What each state means\n\n| column | states | meaning |\n|---|---|---|"
    for table, column, meaning, states in connection.execute(_CHECKED).fetchall():
        named = ", ".join(f"`{state}`" for state in dict.fromkeys(states))
        yield f"| `{table.removeprefix('payments.')}.{column}` | {named} | {meaning} |"
    yield ""


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


def main() -> None:
    """Write the pages."""
    with EmbeddedPostgres(durable=False, in_memory=True) as server:
        migrate(server.superuser_url)
        with psycopg.connect(server.superuser_url) as connection:
            written = pages(connection)
    for name, text in written.items():
        (_DOCS / name).write_text(text, encoding="utf-8")
        print(f"wrote docs/{name}")


if __name__ == "__main__":
    main()
