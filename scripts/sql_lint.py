"""Check sql/ against the rules that CONTRIBUTING.md lists, then run squawk.

A file is excused from one rule by a line that gives the reason: `-- lint: R4 reads one row by key`.
Exit code 1 when anything is found.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.migrations.statements import line_at, split

_ROOT = Path(__file__).resolve().parent.parent
_SQL = _ROOT / "sql"
_FOLDERS = ("schema", "functions", "policies", "tests")
_MAX_BODY_LINES = 60
_MAX_COLUMNS = 100
# Keyed by a provider's id, before the tenant is known.
_GLOBAL_TABLES = frozenset({"provider_objects", "provider_rates", "webhook_inbox"})

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_EXCUSE = re.compile(r"--\s*lint:\s*(\w+)[ \t]+\S")
_TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(?:payments\.)?(\w+)", re.IGNORECASE)
_KEY = re.compile(r"\b(PRIMARY KEY|UNIQUE|FOREIGN KEY)\s*\(\s*(\w+)", re.IGNORECASE)
_UNIQUE_INDEX = re.compile(
    r"CREATE UNIQUE INDEX\b.*?\bON (?:payments\.)?(\w+)\s*\(\s*(\w+)", re.IGNORECASE | re.DOTALL
)
_FUNCTION = re.compile(r"^CREATE OR REPLACE (?:FUNCTION|PROCEDURE) (\w+)\.(\w+)", re.MULTILINE)
_REFERENCE = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(?:ONLY\s+)?payments\.(\w+)\b(?!\s*\()")
_TENANT_OF_SESSION = re.compile(
    r"nullif\(\s*(current_setting)\('app\.current_tenant_id', true\), ''\)::uuid"
)
_VOLATILE = r"(?:clock_timestamp|now|gen_random_uuid|random|nextval|txid_current|payments\.\w+)"


_SQUAWK_LEFT_OUT = (
    "prefer-robust-stmts",  # a migration runs in one transaction, or can be run again
    "require-timeout-settings",  # migrate sets lock_timeout on the session
    "prefer-bigint-over-int",  # amounts are bigint; counters and HTTP codes are small
    "prefer-bigint-over-smallint",  # exponents and versions are smaller
)
# The first release begins with an empty database: nobody writes to its tables meanwhile.
FIRST_RELEASE = "013"
_FIRST_RELEASE_LEFT_OUT = (
    "adding-foreign-key-constraint",
    "constraint-missing-not-valid",
    "require-concurrent-index-creation",
)


@dataclass(frozen=True)
class Source:
    """One file; `code` is its text with comments blanked, offsets kept."""

    path: Path
    text: str

    @cached_property
    def code(self) -> str:
        """The text without comments, character for character in place."""
        return _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), self.text)

    @cached_property
    def excused(self) -> frozenset[str]:
        """The rules that the file says do not apply to it."""
        return frozenset(_EXCUSE.findall(self.text))

    @property
    def folder(self) -> str:
        """The folder of sql/ it lies in: schema, functions or policies."""
        return next(part for part in reversed(self.path.parts) if part in _FOLDERS)

    @property
    def crosses_tenants(self) -> bool:
        """Whether its functions belong to the role that sees all tenants."""
        return bool(re.search(r"^-- owner: payments_(?:system|owner)", self.text, re.MULTILINE))


Finding = tuple[int, str]
Rule = Callable[[Source], Iterator[Finding]]


def _search(source: Source, pattern: str, message: str) -> Iterator[Finding]:
    for match in re.finditer(pattern, source.code, re.IGNORECASE):
        yield match.start(), message


def r1_keys_start_with_tenant(source: Source) -> Iterator[Finding]:
    """Every key of a tenant table starts with tenant_id; the tenant never changes by itself."""
    if source.folder != "schema":
        return
    for offset, statement in split(source.code):
        table = _TABLE.search(statement)
        if table and table.group(1) not in _GLOBAL_TABLES and _is_tenant_table(statement):
            for key in _KEY.finditer(statement):
                if key.group(2) != "tenant_id":
                    yield offset + key.start(), f"{key.group(1)} must start with tenant_id"
        index = _UNIQUE_INDEX.search(statement)
        if index and index.group(2) != "tenant_id" and index.group(1) not in _GLOBAL_TABLES:
            yield offset, "a unique index must start with tenant_id"
    yield from _search(source, r"ON DELETE SET NULL|ON UPDATE CASCADE", "tenant_id never changes")


def _is_tenant_table(statement: str) -> bool:
    return bool(re.search(r"^\s*tenant_id\s+uuid\s+NOT NULL", statement, re.MULTILINE))


def r4_statements_name_the_tenant(source: Source) -> Iterator[Finding]:
    """A statement over tenant tables says tenant_id at least once for each of them."""
    if source.folder != "functions" or source.crosses_tenants:
        return
    for match in re.finditer(r"[^;]+;", source.code):
        tables = [name for name in _REFERENCE.findall(match.group()) if name in tenant_tables()]
        said = len(re.findall(r"\btenant_id\b|\bp_tenant\b|\bv_tenant\b", match.group()))
        if said < len(tables):
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            yield start, f"tenant_id is missing for one of {', '.join(tables)}"


def tenant_tables() -> frozenset[str]:
    """Return the names of the tables that sql/schema creates with a tenant_id."""
    if not _known_tables:
        for path in _files("schema"):
            for _, statement in split(path.read_text(encoding="utf-8")):
                table = _TABLE.search(statement)
                if table and _is_tenant_table(statement):
                    _known_tables.add(table.group(1))
    return frozenset(_known_tables)


_known_tables: set[str] = set()


def r7_tenant_is_set_in_one_way(source: Source) -> Iterator[Finding]:
    """No set_config for the tenant, no literal SET of it."""
    yield from _search(
        source, r"set_config\(\s*'app\.current_tenant_id'", "SET LOCAL by EXECUTE, not set_config"
    )
    yield from _search(
        source, r"^\s*SET (?:LOCAL |SESSION )?app\.current_tenant_id", "call api.set_tenant"
    )


def r8_policies_are_expressions(source: Source) -> Iterator[Finding]:
    """A policy holds no subquery and reads the tenant in the one agreed way."""
    if source.folder != "policies" or source.path.name == "grants.sql":
        return
    yield from _search(source, r"\(\s*SELECT\b|\bEXISTS\s*\(", "no subquery in a policy")
    agreed = {match.start(1) for match in _TENANT_OF_SESSION.finditer(source.code)}
    for match in re.finditer(r"current_setting\b", source.code):
        if match.start() not in agreed:
            message = "write nullif(current_setting('app.current_tenant_id', true), '')::uuid"
            yield match.start(), message


def r12_nothing_notifies(source: Source) -> Iterator[Finding]:
    """Clients notify after their commit; nothing in the database does."""
    if source.folder in {"schema", "functions"}:
        yield from _search(source, r"\bpg_notify\s*\(|^\s*NOTIFY\b", "no NOTIFY in the database")


def r15_not_distributable(source: Source) -> Iterator[Finding]:
    """No MERGE, no advisory lock, no RETURNING of what is not fixed, no deferred trigger."""
    yield from _search(source, r"\bMERGE\s+INTO\b", "no MERGE")
    yield from _search(source, r"\bpg_(?:try_)?advisory_", "lock a row, not an advisory key")
    yield from _search(source, r"\bDEFERRABLE\b", "no deferred constraint")
    returned = rf"\bRETURNING\b(?:(?!\bINTO\b|\bLOOP\b)[^;)])*\b{_VOLATILE}\s*\("
    yield from _search(source, returned, "no volatile or stable function in RETURNING")


def h1_errors_are_named(source: Source) -> Iterator[Finding]:
    """Every RAISE EXCEPTION has an ERRCODE; nobody catches OTHERS."""
    yield from _search(source, r"\bWHEN OTHERS\b", "catch a named condition")
    if source.folder == "functions":
        for match in re.finditer(r"\bRAISE EXCEPTION\b[^;]*;", source.code):
            if "ERRCODE" not in match.group():
                yield match.start(), "RAISE EXCEPTION needs USING ERRCODE"


def h2_definers_pin_their_path(source: Source) -> Iterator[Finding]:
    """A SECURITY DEFINER function says its search_path, pg_temp last."""
    for match in re.finditer(r"\bSECURITY DEFINER\b[^$]*", source.code):
        if not re.search(r"SET search_path = [\w, ]+pg_temp", match.group()):
            yield match.start(), "SECURITY DEFINER needs SET search_path = …, pg_temp"


def h3_schema_holds_structure_only(source: Source) -> Iterator[Finding]:
    """Functions live in files of their own; a migration makes none."""
    if source.folder == "schema":
        pattern = r"\bCREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE|POLICY)\b"
        yield from _search(source, pattern, "functions and policies have their own files")


def h4_functions_are_short(source: Source) -> Iterator[Finding]:
    """A body of more than 60 lines is refused."""
    for match in re.finditer(r"(\$\w*\$).*?\1", source.code, re.DOTALL):
        lines = match.group().count("\n") - 1
        if source.folder == "functions" and lines > _MAX_BODY_LINES:
            yield match.start(), f"{lines} lines: split it (at most {_MAX_BODY_LINES})"


def h5_functions_are_explained(source: Source) -> Iterator[Finding]:
    """Every function is replaceable, says its volatility and has a COMMENT."""
    if source.folder != "functions":
        return
    for match in re.finditer(r"^CREATE\b(?! OR REPLACE)", source.code, re.MULTILINE):
        yield match.start(), "write CREATE OR REPLACE"
    said = r"\b(?:IMMUTABLE|STABLE|VOLATILE|RETURNS trigger)\b"
    if not re.search(said, _LITERAL.sub("", source.code)):
        yield 0, "say IMMUTABLE, STABLE or VOLATILE"
    if not re.search(r"^COMMENT ON (?:FUNCTION|PROCEDURE)", source.code, re.MULTILINE):
        yield 0, "COMMENT ON FUNCTION is missing"


def h6_keys_are_looked_up_by_columns(source: Source) -> Iterator[Finding]:
    """A column is not compared with a part of another row's document.

    Under row security such a comparison may not go before the policy: before PostgreSQL 18 no index
    serves it, and the tenant's whole table is read. Take the document apart in a MATERIALIZED CTE.
    """
    if source.folder == "functions":
        pattern = r"\b\w+\.\w+ = \(?(?![pv]_)\w+(?:\.\w+)? *(?:->>|#>>)"
        yield from _search(source, pattern, "take the document apart in a MATERIALIZED CTE first")


def h7_the_file_name_says_the_door(source: Source) -> Iterator[Finding]:
    """`api.NAME.sql` and `ops.NAME.sql` may be called from outside, `NAME.sql` is private."""
    if source.folder == "functions":
        for match in _FUNCTION.finditer(source.code):
            door, name = match.groups()
            wanted = f"{name}.sql" if door == "payments" else f"{door}.{name}.sql"
            if source.path.name != wanted:
                yield match.start(), f"{door}.{name} belongs into a file of its own, {wanted}"


def h8_lines_fit_a_window(source: Source) -> Iterator[Finding]:
    """No line is wider than 100 columns, code, comment and COMMENT alike."""
    place = 0
    for line in source.text.split("\n"):
        if len(line) > _MAX_COLUMNS:
            yield place, f"{len(line)} columns (at most {_MAX_COLUMNS})"
        place += len(line) + 1


def h9_files_only_create(source: Source) -> Iterator[Finding]:
    """Functions and policies are made, not changed, so that each belongs to the file it is in.

    `migrate` knows them by the last write to their row, in the transaction of the load itself.
    """
    if source.folder not in {"functions", "policies"} or source.path.name == "grants.sql":
        return
    for offset, statement in split(source.code):
        if not re.match(r"CREATE|COMMENT ON|DROP POLICY IF EXISTS|DO\b", statement):
            yield offset, "a file creates; rights stand in grants.sql"
        elif re.match(r"DO\b.*\bEXCEPTION\s+WHEN\b", statement, re.DOTALL):
            yield offset, "what a DO block with a handler made would belong to no file"


_RULES: dict[str, Rule] = {
    "R1": r1_keys_start_with_tenant,
    "R4": r4_statements_name_the_tenant,
    "R7": r7_tenant_is_set_in_one_way,
    "R8": r8_policies_are_expressions,
    "R12": r12_nothing_notifies,
    "R15": r15_not_distributable,
    "H1": h1_errors_are_named,
    "H2": h2_definers_pin_their_path,
    "H3": h3_schema_holds_structure_only,
    "H4": h4_functions_are_short,
    "H5": h5_functions_are_explained,
    "H6": h6_keys_are_looked_up_by_columns,
    "H7": h7_the_file_name_says_the_door,
    "H8": h8_lines_fit_a_window,
    "H9": h9_files_only_create,
}


def check(source: Source) -> Iterator[str]:
    """Yield what is wrong in one file, as `path:line: rule: message`."""
    for name, rule in _RULES.items():
        if name in source.excused or (source.folder == "tests" and name != "H8"):
            continue  # what a test may do is not what a function may
        for offset, message in rule(source):
            path = source.path.relative_to(_ROOT) if source.path.is_relative_to(_ROOT) else ""
            yield f"{path or source.path}:{line_at(source.text, offset)}: {name}: {message}"


def _files(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((_SQL / folder).rglob("*.sql"))
        if not path.name.endswith(".rollback.sql")
    ]


def _squawk() -> int:
    """Run squawk over the migrations, each as it is applied; return the worst exit code."""
    program = Path(sys.executable).with_name("squawk")
    codes = []
    for path in _files("schema"):
        text = path.read_text(encoding="utf-8")
        left_out = [*_SQUAWK_LEFT_OUT]
        if path.name[:3] <= FIRST_RELEASE:
            left_out += _FIRST_RELEASE_LEFT_OUT
        command = [str(program), "--pg-version", "15.0", "--exclude", ",".join(left_out)]
        if not re.search(r"^-- transactional: false", text, re.MULTILINE):
            command.append("--assume-in-transaction")
        done = subprocess.run(
            [*command, str(path)], check=False, stdin=subprocess.DEVNULL, capture_output=True
        )
        if done.returncode != 0:
            print(done.stdout.decode(), done.stderr.decode(), flush=True)
        codes.append(done.returncode)
    return max(codes, default=0)


def main() -> int:
    """Print every finding; return the exit code."""
    paths = _files(*_FOLDERS)
    found = [
        line for path in paths for line in check(Source(path, path.read_text(encoding="utf-8")))
    ]
    print("\n".join([*found, f"sql: {len(paths)} files, {len(found)} findings"]), flush=True)
    return max(int(bool(found)), _squawk())


if __name__ == "__main__":
    sys.exit(main())
