"""Functions and policies: files that are loaded again whenever their text changes.

One transaction loads every changed file twice, with `check_function_bodies` off and then on, so
that files may refer to each other in any order and a wrong body is still found. What each file
created is recorded: when the file goes, or no longer creates it, it is dropped. A file that only
moved (a new path with the text of one that is gone) is not loaded again: its record moves along.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from app.migrations.errors import FileError, MigrationError, line_of_error
from app.migrations.session import OWNER, SCHEMA
from app.migrations.statements import split

GRANTS = "policies/grants.sql"

_DEFAULT_OWNER = {"functions": "payments_definer", "policies": "payments_owner"}
_OWNER_LINE = re.compile(r"--\s*owner:\s*([a-z_][a-z0-9_]*)\s*$")
# What a later file of the same load may still bring: function, table, object, schema.
_NOT_YET_THERE = frozenset({"42883", "42P01", "42704", "3F000"})
# CREATE OR REPLACE cannot change a result type, an argument's name, or the owner.
_NOT_REPLACEABLE = frozenset({"42P13", "42501", "42809"})
# Dependents first.
_DROP_ORDER = ("POLICY", "TRIGGER", "VIEW", "ROUTINE")

_TABLE_DDL = f"""
    CREATE TABLE IF NOT EXISTS {SCHEMA}.repeatable (
        path       text PRIMARY KEY,
        checksum   text NOT NULL,
        objects    text[] NOT NULL,
        loaded_at  timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE {SCHEMA}.repeatable IS
        'Each loaded file of sql/functions and sql/policies: its sha256, what it created, when.';
"""

# What each file created: all files of a load run in one transaction, each followed by its record,
# so an object belongs to the first record that the command counter (cmin) puts behind it.
_MADE_SQL = f"""
    WITH ours AS (
        SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ANY (%s)
    ), written (kind, class, oid, transaction, place) AS (
        SELECT 'ROUTINE', 'pg_catalog.pg_proc'::regclass, p.oid, p.xmin, p.cmin
        FROM pg_catalog.pg_proc AS p WHERE p.pronamespace IN (SELECT oid FROM ours)
        UNION ALL
        SELECT 'POLICY', 'pg_catalog.pg_policy'::regclass, p.oid, p.xmin, p.cmin
        FROM pg_catalog.pg_policy AS p JOIN pg_catalog.pg_class AS c ON c.oid = p.polrelid
        WHERE c.relnamespace IN (SELECT oid FROM ours)
        UNION ALL
        SELECT 'TRIGGER', 'pg_catalog.pg_trigger'::regclass, t.oid, t.xmin, t.cmin
        FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
        WHERE c.relnamespace IN (SELECT oid FROM ours) AND NOT t.tgisinternal
        UNION ALL
        SELECT 'VIEW', 'pg_catalog.pg_class'::regclass, c.oid, r.xmin, r.cmin
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_rewrite AS r ON r.ev_class = c.oid
        WHERE c.relnamespace IN (SELECT oid FROM ours) AND c.relkind = 'v'
    )
    SELECT file.path,
           w.kind || ' ' || (pg_catalog.pg_identify_object(w.class, w.oid, 0)).identity AS object
    FROM written AS w
    CROSS JOIN LATERAL (
        SELECT r.path FROM {SCHEMA}.repeatable AS r
        WHERE r.path = ANY (%s) AND r.xmin = w.transaction
          AND r.cmin::text::bigint >= w.place::text::bigint
        ORDER BY r.cmin::text::bigint LIMIT 1
    ) AS file
    ORDER BY file.path, object
"""  # noqa: S608 -- a name of ours

_SCHEMAS = ["payments", "api", "ops"]

_Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class RepeatableFile:
    """One file of sql/functions or sql/policies; `name` is its path below the SQL root."""

    name: str
    path: Path
    text: str

    @property
    def checksum(self) -> str:
        """The sha256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def owner(self) -> str | None:
        """The role that creates the file's objects; None for the page of grants."""
        if self.name == GRANTS:
            return None
        for line in self.text.splitlines():
            if not line.startswith("--"):
                break
            if match := _OWNER_LINE.match(line):
                return match.group(1)
        return _DEFAULT_OWNER[self.name.partition("/")[0]]


@dataclass(frozen=True)
class Recorded:
    """What the database knows of a file it loaded."""

    checksum: str
    objects: tuple[str, ...]


@dataclass(frozen=True)
class LoadResult:
    """The files loaded, and the objects dropped because no file creates them any more."""

    loaded: list[str]
    dropped: list[str]


def read_files(root: Path) -> list[RepeatableFile]:
    """Return the repeatable files below the SQL root: functions, then policies, by name."""
    return [
        RepeatableFile(path.relative_to(root).as_posix(), path, path.read_text(encoding="utf-8"))
        for folder in _DEFAULT_OWNER
        for path in sorted((root / folder).rglob("*.sql"))
    ]


def recorded(connection: _Connection) -> dict[str, Recorded]:
    """Return what was loaded, by file name; empty when nothing ever was."""
    if _one(connection, f"SELECT to_regclass('{SCHEMA}.repeatable')") is None:
        return {}
    rows = connection.execute(f"SELECT path, checksum, objects FROM {SCHEMA}.repeatable")  # noqa: S608
    return {path: Recorded(checksum, tuple(objects)) for path, checksum, objects in rows}


def moved_files(files: Iterable[RepeatableFile], known: dict[str, Recorded]) -> dict[str, str]:
    """Return the new path of each recorded file whose text stands elsewhere now.

    A file that moved from functions to policies, or back, has another owner and is loaded anew.
    """
    files = list(files)
    present = {file.name for file in files}
    gone = {
        (name.partition("/")[0], record.checksum): name
        for name, record in known.items()
        if name not in present
    }
    moved: dict[str, str] = {}
    for file in files:
        before = gone.pop((file.name.partition("/")[0], file.checksum), None)
        if before is not None and file.name not in known:
            moved[before] = file.name
    return moved


def renamed(known: dict[str, Recorded], moved: dict[str, str]) -> dict[str, Recorded]:
    """Return what was loaded under the paths the files have now."""
    return {moved.get(name, name): record for name, record in known.items()}


def changed_files(
    files: Iterable[RepeatableFile], known: dict[str, Recorded]
) -> list[RepeatableFile]:
    """Return the files that are new or differ from what was loaded."""
    return [
        file
        for file in files
        if file.name not in known or known[file.name].checksum != file.checksum
    ]


def load(connection: _Connection, root: Path, *, grants_anyway: bool = False) -> LoadResult:
    """Bring functions and policies to what the tree says, in one transaction.

    The page of grants runs last whenever anything was loaded or dropped, and when
    `grants_anyway` (a migration brought a table).

    Raises:
        FileError: a file failed; nothing was changed.
    """
    connection.execute(_TABLE_DDL)
    files = read_files(root)
    known = recorded(connection)
    moved = moved_files(files, known)
    _record_moves(connection, moved)
    known = renamed(known, moved)
    changed = changed_files(files, known)
    gone = known.keys() - {file.name for file in files}
    if not (changed or gone or grants_anyway):
        return LoadResult([], [])
    with connection.transaction():
        return _Load(connection, files, known).run(changed)


def _record_moves(connection: _Connection, moved: dict[str, str]) -> None:
    for before, now in moved.items():
        connection.execute(
            f"UPDATE {SCHEMA}.repeatable SET path = %s WHERE path = %s",  # noqa: S608
            [now, before],
        )


class _Load:
    """One load: the changed files, against what is recorded of the files before."""

    def __init__(
        self, connection: _Connection, files: list[RepeatableFile], known: dict[str, Recorded]
    ) -> None:
        self._connection = connection
        self._files = {file.name: file for file in files}
        self._known = known

    def run(self, changed: list[RepeatableFile]) -> LoadResult:
        ordinary = [file for file in changed if file.name != GRANTS]
        # No rows are touched here, and with `off` no body that reads a guarded table would pass.
        self._set("row_security", "on")
        with self._creating(ordinary):
            self._set("check_function_bodies", "off")
            self._load_in_any_order(ordinary)
            self._set("check_function_bodies", "on")
            made = self._load_and_watch(ordinary)
        dropped = self._drop_unmade(made)
        loaded = [file.name for file in ordinary]
        if (grants := self._files.get(GRANTS)) is not None:
            execute_file(self._connection, grants)
            made[GRANTS] = []
            loaded.append(GRANTS)
        self._record(made)
        self._forget_gone()
        return LoadResult(loaded, dropped)

    @contextmanager
    def _creating(self, files: list[RepeatableFile]) -> Iterator[None]:
        """Let the owners of the files create in our schemas, for the length of the load only."""
        owners = {file.owner for file in files if file.owner is not None} - {OWNER}
        words = {
            "schemas": sql.SQL(", ").join(map(sql.Identifier, _existing_schemas(self._connection))),
            "owners": sql.SQL(", ").join(map(sql.Identifier, sorted(owners))),
        }
        if owners:
            allow = sql.SQL("GRANT USAGE, CREATE ON SCHEMA {schemas} TO {owners}")
            self._connection.execute(allow.format(**words))
        yield
        if owners:
            forbid = sql.SQL("REVOKE CREATE ON SCHEMA {schemas} FROM {owners}")
            self._connection.execute(forbid.format(**words))

    def _load_in_any_order(self, files: list[RepeatableFile]) -> None:
        """Load all, putting off those that need an object another file has yet to bring."""
        waiting = files
        while waiting:
            put_off = []
            for file in waiting:
                try:
                    with self._connection.transaction():
                        self._replace(file)
                except FileError as error:
                    if error.sqlstate not in _NOT_YET_THERE:
                        raise
                    put_off.append((file, error))
            if len(put_off) == len(waiting):
                raise put_off[0][1]
            waiting = [file for file, _ in put_off]

    def _replace(self, file: RepeatableFile) -> None:
        """Load a file; where CREATE OR REPLACE cannot, drop first what stands in its place."""
        try:
            with self._connection.transaction():
                execute_file(self._connection, file)
        except FileError as error:
            standing = self._made_before(file)
            if error.sqlstate not in _NOT_REPLACEABLE or not standing:
                raise
            drop_objects(self._connection, standing)
            execute_file(self._connection, file)

    def _made_before(self, file: RepeatableFile) -> list[str]:
        """What the file made; of a file moved and changed, what those made that it came from."""
        if (record := self._known.get(file.name)) is not None:
            return list(record.objects)
        gone = [record.objects for name, record in self._known.items() if name not in self._files]
        return [item for objects in gone if _any_named(objects, file.text) for item in objects]

    def _load_and_watch(self, files: list[RepeatableFile]) -> dict[str, list[str]]:
        """Load all again and return what each file made."""
        made: dict[str, list[str]] = {}
        for file in files:
            execute_file(self._connection, file)
            made[file.name] = []
            self._record({file.name: []})
        for path, item in self._connection.execute(_MADE_SQL, [_SCHEMAS, list(made)]):
            made[path].append(item)
        return made

    def _drop_unmade(self, made: dict[str, list[str]]) -> list[str]:
        """Drop what a file made once and no file makes now."""
        kept = {name: record.objects for name, record in self._known.items()}
        now = {name: made.get(name, kept.get(name, ())) for name in self._files}
        wanted = {item for items in now.values() for item in items}
        before = {item for items in kept.values() for item in items}
        return drop_objects(self._connection, sorted(before - wanted))

    def _record(self, made: dict[str, list[str]]) -> None:
        self._connection.cursor().executemany(
            f"INSERT INTO {SCHEMA}.repeatable (path, checksum, objects) VALUES (%s, %s, %s) "  # noqa: S608 -- a name of ours
            "ON CONFLICT (path) DO UPDATE SET checksum = excluded.checksum, "
            "objects = excluded.objects, loaded_at = excluded.loaded_at",
            [(name, self._files[name].checksum, objects) for name, objects in made.items()],
        )

    def _forget_gone(self) -> None:
        self._connection.execute(
            f"DELETE FROM {SCHEMA}.repeatable WHERE path <> ALL (%s)",  # noqa: S608
            [list(self._files)],
        )

    def _set(self, name: str, value: str) -> None:
        self._connection.execute(f"SET LOCAL {name} = {value}")


def execute_file(connection: _Connection, file: RepeatableFile) -> None:
    """Execute one file under its owner, then take the migrating role again.

    Raises:
        FileError: a statement failed; the transaction is aborted.
    """
    if file.owner is not None:
        try:
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(file.owner)))
        except psycopg.Error as error:
            raise FileError(file.path, 1, error) from error
    for offset, statement in split(file.text):
        try:
            connection.execute(statement.encode())
        except psycopg.Error as error:
            line = line_of_error(file.text, offset, statement, error)
            raise FileError(file.path, line, error) from error
    connection.execute("RESET ROLE")


def drop_objects(connection: _Connection, objects: Iterable[str]) -> list[str]:
    """Drop objects named as recorded; without CASCADE, so that nothing else goes with them.

    Raises:
        MigrationError: something outside the given objects still needs one of them.
    """
    dropped: list[str] = []
    groups = {kind: [o for o in objects if o.startswith(f"{kind} ")] for kind in _DROP_ORDER}
    for kind, items in groups.items():
        names = [item.removeprefix(f"{kind} ") for item in items]
        # One statement for all routines: they may depend on each other.
        batches = [", ".join(names)] if kind == "ROUTINE" and names else names
        for batch in batches:
            _drop(connection, f"DROP {kind} IF EXISTS {batch}")
        dropped += items
    return dropped


def _drop(connection: _Connection, statement: str) -> None:
    try:
        connection.execute(statement.encode())
    except (psycopg.errors.UndefinedTable, psycopg.errors.DependentObjectsStillExist) as error:
        raise MigrationError(f"{statement}: {error}") from error


def forget_all(connection: _Connection) -> list[str]:
    """Drop everything the files made and empty the record; return what was dropped."""
    known = recorded(connection)
    dropped = drop_objects(connection, [o for record in known.values() for o in record.objects])
    if known:
        connection.execute(f"DELETE FROM {SCHEMA}.repeatable")  # noqa: S608
    return dropped


def _any_named(objects: Iterable[str], text: str) -> bool:
    """Whether a routine among the objects is one that the text creates."""
    routines = [o.removeprefix("ROUTINE ") for o in objects if o.startswith("ROUTINE ")]
    return any(f" {name.partition('(')[0]}(" in text for name in routines)


def _existing_schemas(connection: _Connection) -> list[str]:
    query = "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = ANY (%s) ORDER BY nspname"
    return [name for (name,) in connection.execute(query, [_SCHEMAS])]


def _one(connection: _Connection, query: str, values: list[Any] | None = None) -> Any:
    row = connection.execute(query.encode(), values).fetchone()
    return None if row is None else row[0]
