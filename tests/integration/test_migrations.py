"""Migrations: up, down, up; repeatable files; failures that change nothing; two runs at once."""

import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest

from app.migrations import migrate, session
from app.migrations.roles import provision_login
from app.migrations.rollback import REPLACEABLE
from app.paths import sql_root
from local.embedded.postgres import default_bin
from tests.support.database import Database, Server

Write = Callable[[str, str], Path]

MIGRATIONS = len(list((sql_root() / "schema").glob("*.rollback.sql")))


def _dump(url: str) -> str:
    done = subprocess.run(
        [default_bin("pg_dump"), "--schema-only", "--restrict-key=x", url],
        check=True,
        capture_output=True,
        text=True,
    )
    # Servers patched in November 2026 count a column's changes; a pg_dump before them tells it.
    return re.sub(
        r"^ALTER TABLE .* SET \(pg_attver=\d+\);\n\n?", "", done.stdout, flags=re.MULTILINE
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small SQL root of one migration, two functions that need each other, policy and grants."""
    for folder in ("schema", "functions", "policies"):
        (tmp_path / folder).mkdir()
    _write(
        tmp_path,
        "schema/001_first.sql",
        """
        -- The nouns.
        -- depends:
        DO $$
        DECLARE
            v_role text;
        BEGIN
            FOREACH v_role IN ARRAY ARRAY['payments_owner', 'payments_definer', 'payments_system']
            LOOP
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
                    EXECUTE format('CREATE ROLE %I', v_role);
                END IF;
            END LOOP;
        END
        $$;
        CREATE SCHEMA payments AUTHORIZATION payments_owner;
        CREATE SCHEMA api AUTHORIZATION payments_owner;
        SET LOCAL ROLE payments_owner;
        CREATE TABLE payments.payment_transactions (tenant_id uuid, amount bigint);
        ALTER TABLE payments.payment_transactions
            ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        """,
    )
    _write(
        tmp_path,
        "schema/001_first.rollback.sql",
        "DROP TABLE payments.payment_transactions;\nDROP SCHEMA api;\nDROP SCHEMA payments;\n",
    )
    _write(
        tmp_path,
        "functions/a_first.sql",
        """
        CREATE OR REPLACE FUNCTION api.a() RETURNS int LANGUAGE sql STABLE
        AS $$ SELECT api.z() + 1 $$;
        """,
    )
    _write(
        tmp_path,
        "functions/z_last.sql",
        "CREATE OR REPLACE FUNCTION api.z() RETURNS int LANGUAGE sql STABLE AS $$ SELECT 1 $$;",
    )
    _write(
        tmp_path,
        "policies/payment_transactions.sql",
        """
        DROP POLICY IF EXISTS by_tenant ON payments.payment_transactions;
        CREATE POLICY by_tenant ON payments.payment_transactions USING (true);
        """,
    )
    _write(tmp_path, "policies/grants.sql", "GRANT EXECUTE ON FUNCTION api.a() TO payments_system;")
    return tmp_path


def _write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.write_text(dedent(text).lstrip("\n"))
    return path


def _migration(root: Path, name: str, previous: str, up: str, down: str) -> None:
    _write(root, f"schema/{name}.sql", f"-- depends: {previous}\n{up}")
    _write(root, f"schema/{name}.rollback.sql", down)


@pytest.fixture
def url(empty_database: Database) -> str:
    """The superuser's URL of an empty database."""
    return empty_database.superuser_url


def _rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def _functions(url: str) -> set[str]:
    query = """
        SELECT p.oid::regprocedure::text FROM pg_proc AS p
        WHERE p.pronamespace::regnamespace::text IN ('api', 'payments', 'ops')
    """
    return {str(name) for (name,) in _rows(url, query)}


# ── the real tree ─────────────────────────────────────────────────────────────────────────────


def test_up_down_up_gives_the_same_schema(database: Database) -> None:
    """Every rollback undoes its migration: all the way down and up again, the dump is the same."""
    url = database.superuser_url
    before = _dump(url)
    undone = migrate.rollback(url, len(migrate.status(url).applied))
    assert undone == sorted(undone, reverse=True)
    assert _rows(url, "SELECT FROM pg_namespace WHERE nspname IN ('payments', 'api', 'ops')") == []
    migrate.migrate(url)
    assert _dump(url) == before


@pytest.mark.parametrize(
    "count", [1, *(pytest.param(n, marks=pytest.mark.full) for n in range(2, MIGRATIONS))]
)
def test_some_steps_down_and_up_give_the_same_schema(database: Database, count: int) -> None:
    """From the newest migration back by this many and up again the structure is the same."""
    url = database.superuser_url
    before = _dump(url)
    migrate.rollback(url, count)
    migrate.migrate(url)
    assert _dump(url) == before


def test_second_run_does_nothing(database: Database) -> None:
    """A migrated database is left alone, and `status` says it is current."""
    url = database.superuser_url
    assert migrate.migrate(url) == migrate.MigrateResult()
    assert migrate.status(url).current


def test_a_member_of_the_owner_migrates(server: Server, empty_database: Database) -> None:
    """No superuser is needed once the roles are there: a login that is a member does it all."""
    url = empty_database.superuser_url
    groups = ("payments_owner", "payments_definer", "payments_system")
    provision_login(url, "payments_test_migrator", "secret", groups)
    name = empty_database.name
    _execute(url, f'GRANT CREATE ON DATABASE "{name}" TO payments_owner, payments_test_migrator')
    member = server.url(name, "payments_test_migrator", "secret")
    done = migrate.migrate(member)
    assert done.applied
    assert done.loaded
    assert migrate.status(member).current
    assert migrate.rollback(member, 99)


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_a_stranger_may_not_migrate(server: Server, empty_database: Database) -> None:
    """A login without the owner's rights is refused by name before anything is created."""
    url = empty_database.superuser_url
    provision_login(url, "payments_test_stranger", "secret", ())
    stranger = server.url(empty_database.name, "payments_test_stranger", "secret")
    with pytest.raises(migrate.MigrationError, match="payments_test_stranger may not migrate"):
        migrate.migrate(stranger)
    assert _rows(url, "SELECT FROM pg_namespace WHERE nspname = 'migrations'") == []


def test_numbered_files_come_in_pairs_and_in_a_chain() -> None:
    """Every migration has its rollback, names its predecessor, and the numbers have no gap."""
    schema = sql_root() / "schema"
    ups = sorted(path for path in schema.glob("*.sql") if ".rollback." not in path.name)
    assert [path.name[:3] for path in ups] == [f"{n:03d}" for n in range(1, len(ups) + 1)]
    assert all(path.with_suffix(".rollback.sql").is_file() for path in ups)


def test_no_index_is_left_invalid(database: Database) -> None:
    """The concurrent builds of the migrations all ended."""
    query = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    assert database.execute(query) == []


# ── repeatable files ──────────────────────────────────────────────────────────────────────────


def test_load_order_does_not_matter(url: str, tree: Path) -> None:
    """A function whose callee comes later in the alphabet loads, and works."""
    result = migrate.migrate(url, sql_root=tree)
    assert result.loaded == [
        "functions/a_first.sql",
        "functions/z_last.sql",
        "policies/payment_transactions.sql",
        "policies/grants.sql",
    ]
    assert _rows(url, "SELECT api.a()") == [(2,)]


def test_a_changed_function_alone_deploys(url: str, tree: Path) -> None:
    """With no migration pending, a changed file is loaded, and only that file and the grants."""
    migrate.migrate(url, sql_root=tree)
    _write(
        tree,
        "functions/z_last.sql",
        "CREATE OR REPLACE FUNCTION api.z() RETURNS int LANGUAGE sql STABLE AS $$ SELECT 10 $$;",
    )
    assert migrate.status(url, sql_root=tree).changed == ["functions/z_last.sql"]
    result = migrate.migrate(url, sql_root=tree)
    assert result.loaded == ["functions/z_last.sql", "policies/grants.sql"]
    assert _rows(url, "SELECT api.a()") == [(11,)]


def test_owners_are_what_the_files_say(url: str, tree: Path) -> None:
    """Functions belong to the definer unless their first lines name another role."""
    _write(
        tree,
        "functions/cross.sql",
        """
        -- owner: payments_system
        CREATE OR REPLACE FUNCTION api.cross() RETURNS int LANGUAGE sql STABLE AS $$ SELECT 1 $$;
        """,
    )
    migrate.migrate(url, sql_root=tree)
    query = """
        SELECT proname, proowner::regrole::text FROM pg_proc
        WHERE pronamespace = 'api'::regnamespace ORDER BY 1
    """
    assert _rows(url, query) == [
        ("a", "payments_definer"),
        ("cross", "payments_system"),
        ("z", "payments_definer"),
    ]
    creators = "SELECT has_schema_privilege('payments_definer', 'api', 'CREATE')"
    assert _rows(url, creators) == [(False,)]


def test_grants_run_again_whenever_something_loads(url: str, tree: Path) -> None:
    """A function that had to be made anew has its grants again in the same run."""
    migrate.migrate(url, sql_root=tree)
    _write(
        tree,
        "functions/a_first.sql",
        "CREATE OR REPLACE FUNCTION api.a() RETURNS text LANGUAGE sql AS $$ SELECT 'new'::text $$;",
    )
    migrate.migrate(url, sql_root=tree)
    assert _rows(url, "SELECT api.a()") == [("new",)]
    assert _rows(url, "SELECT has_function_privilege('payments_system', 'api.a()', 'EXECUTE')") == [
        (True,)
    ]


def test_a_new_argument_type_leaves_no_second_overload(url: str, tree: Path) -> None:
    """A file that now makes f(text) drops the f(int) it made before."""
    body = "CREATE OR REPLACE FUNCTION api.f(p_x {0}) RETURNS {0} LANGUAGE sql AS $$ SELECT p_x $$;"
    _write(tree, "functions/f.sql", body.format("int"))
    migrate.migrate(url, sql_root=tree)
    _write(tree, "functions/f.sql", body.format("text"))
    result = migrate.migrate(url, sql_root=tree)
    assert result.dropped == ["ROUTINE api.f(integer)"]
    assert _functions(url) == {"api.a()", "api.z()", "api.f(text)"}


def test_a_new_owner_deploys(url: str, tree: Path) -> None:
    """A file may give its function to another role."""
    migrate.migrate(url, sql_root=tree)
    path = tree / "functions/z_last.sql"
    path.write_text("-- owner: payments_system\n" + path.read_text())
    migrate.migrate(url, sql_root=tree)
    query = "SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'z'"
    assert _rows(url, query) == [("payments_system",)]


def test_a_vanished_file_takes_its_objects_along(url: str, tree: Path) -> None:
    """A deleted file is reported as orphaned, then its function, trigger or policy is dropped."""
    _write(
        tree,
        "functions/watch.sql",
        """
        -- owner: payments_owner
        CREATE OR REPLACE FUNCTION payments.watch() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RETURN new; END $$;
        CREATE OR REPLACE TRIGGER watch BEFORE INSERT ON payments.payment_transactions
            FOR EACH ROW EXECUTE FUNCTION payments.watch();
        """,
    )
    migrate.migrate(url, sql_root=tree)
    (tree / "functions/watch.sql").unlink()
    (tree / "policies/payment_transactions.sql").unlink()
    assert migrate.status(url, sql_root=tree).orphaned == [
        "functions/watch.sql",
        "policies/payment_transactions.sql",
    ]
    assert migrate.migrate(url, sql_root=tree).dropped == [
        "POLICY by_tenant on payments.payment_transactions",
        "TRIGGER watch on payments.payment_transactions",
        "ROUTINE payments.watch()",
    ]
    assert _functions(url) == {"api.a()", "api.z()"}
    assert migrate.status(url, sql_root=tree).current


def test_a_moved_file_reloads_nothing(url: str, tree: Path) -> None:
    """A new path with a known text is a rename: no function is loaded, no trigger made anew."""
    watch = _write(
        tree,
        "functions/watch.sql",
        """
        CREATE OR REPLACE FUNCTION payments.watch() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RETURN new; END $$;
        SET LOCAL ROLE payments_owner;
        CREATE OR REPLACE TRIGGER watch BEFORE INSERT ON payments.payment_transactions
            FOR EACH ROW EXECUTE FUNCTION payments.watch();
        """,
    )
    migrate.migrate(url, sql_root=tree)
    versions = (
        "SELECT (SELECT array_agg(xmin::text ORDER BY oid) FROM pg_trigger WHERE NOT tgisinternal),"
        " (SELECT array_agg(p.xmin::text ORDER BY p.oid) FROM pg_proc AS p"
        "   WHERE p.pronamespace IN ('payments'::regnamespace, 'api'::regnamespace))"
    )
    before = _rows(url, versions)
    (tree / "functions/ledger").mkdir()
    watch.rename(tree / "functions/ledger/watch.sql")
    (tree / "functions/z_last.sql").rename(tree / "functions/ledger/api.z_moved.sql")
    assert migrate.status(url, sql_root=tree).current
    assert migrate.migrate(url, sql_root=tree) == migrate.MigrateResult()
    assert _rows(url, versions) == before
    paths = _rows(url, "SELECT path FROM migrations.repeatable WHERE path ~ 'ledger' ORDER BY path")
    assert paths == [("functions/ledger/api.z_moved.sql",), ("functions/ledger/watch.sql",)]


def test_a_file_moved_and_changed_keeps_its_objects(url: str, tree: Path) -> None:
    """A new path with another text is a new file; what it makes now is not dropped with the old."""
    migrate.migrate(url, sql_root=tree)
    moved = (tree / "functions/z_last.sql").rename(tree / "functions/z_moved.sql")
    moved.write_text("-- Moved.\n" + moved.read_text())
    result = migrate.migrate(url, sql_root=tree)
    assert (result.loaded[0], result.dropped) == ("functions/z_moved.sql", [])
    assert _rows(url, "SELECT api.a()") == [(2,)]


@pytest.mark.parametrize(
    ("folder", "change"),
    [
        ("functions", ("RETURNS int", "RETURNS void")),
        ("functions", ("p_one", "p_other")),
        ("functions", ("CREATE", "-- owner: payments_system\nCREATE")),
        ("policies", ("", "")),
    ],
)
def test_a_file_moved_and_not_replaceable_deploys(
    url: str, tree: Path, folder: str, change: tuple[str, str]
) -> None:
    """What CREATE OR REPLACE cannot make of the moved file's function is made anew."""
    text = "CREATE OR REPLACE FUNCTION api.f(p_one int) RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
    path = _write(tree, "functions/f.sql", text)
    migrate.migrate(url, sql_root=tree)
    path.unlink()
    _write(tree, f"{folder}/f_moved.sql", text.replace(*change, 1))
    assert migrate.migrate(url, sql_root=tree).dropped == []
    assert _functions(url) == {"api.a()", "api.z()", "api.f(integer)"}
    assert migrate.status(url, sql_root=tree).current


@pytest.mark.parametrize(
    ("text", "line", "sqlstate"),
    [
        (
            "-- 1\nCREATE OR REPLACE FUNCTION api.b()\n RETURNS int LANGUAGE sql AS $$ SELEC 1 $$;",
            3,
            "42601",
        ),
        ("-- one\n\nCREATE FUNCTION api.b() RETURNS nosuch LANGUAGE sql AS '';", 3, "42704"),
        (
            "CREATE OR REPLACE FUNCTION api.b() RETURNS int LANGUAGE sql AS $$\n\nSELECT no()\n$$;",
            3,
            "42883",
        ),
    ],
)
def test_a_failing_file_is_told_and_changes_nothing(
    url: str, tree: Path, text: str, line: int, sqlstate: str
) -> None:
    """The error names file, line and SQLSTATE; no other file of the same load is left behind."""
    migrate.migrate(url, sql_root=tree)
    before = _dump(url)
    path = _write(tree, "functions/b.sql", text)
    _write(
        tree,
        "functions/a_first.sql",
        "CREATE OR REPLACE FUNCTION api.a() RETURNS int LANGUAGE sql AS $$ SELECT 5 $$;",
    )
    with pytest.raises(migrate.FileError) as caught:
        migrate.migrate(url, sql_root=tree)
    assert str(caught.value).startswith(f"{path}:{line}: {sqlstate}: ")
    assert _dump(url) == before
    assert migrate.status(url, sql_root=tree).changed == [
        "functions/a_first.sql",
        "functions/b.sql",
    ]


# ── numbered migrations ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("statement", "line", "sqlstate"),
    [
        ("CREATE TABLE payments.t (a int);\nSELEC 1;\n", 3, "42601"),
        ("CREATE TABLE payments.t (a int);\n\nCREATE TABLE payments.t (a int);\n", 4, "42P07"),
        ("CREATE TABLE payments.t (a int);\nDO $$\nBEGIN\n  PERFORM 1/0;\nEND $$;\n", 5, "22012"),
    ],
)
def test_a_failing_migration_is_told_and_changes_nothing(
    url: str, tree: Path, statement: str, line: int, sqlstate: str
) -> None:
    """File, line and SQLSTATE are told; the migration's earlier statements are gone."""
    migrate.migrate(url, sql_root=tree)
    before = _dump(url)
    _migration(tree, "002_bad", "001_first", statement, "SELECT 1;")
    with pytest.raises(migrate.FileError) as caught:
        migrate.migrate(url, sql_root=tree)
    path = tree / "schema/002_bad.sql"
    assert str(caught.value).startswith(f"{path}:{line}: {sqlstate}: ")
    assert _dump(url) == before
    assert migrate.status(url, sql_root=tree).pending == ["002_bad"]


def test_a_failed_concurrent_index_is_built_again(url: str, tree: Path) -> None:
    """F68: a build that failed leaves an invalid index; the next run drops it and succeeds."""
    migrate.migrate(url, sql_root=tree)
    table = "payments.payment_transactions"
    _execute(url, f"INSERT INTO {table} SELECT gen_random_uuid(), 5 FROM generate_series(1, 2)")
    _migration(
        tree,
        "002_index",
        "001_first",
        "-- transactional: false\n"
        "DROP INDEX CONCURRENTLY IF EXISTS payments.once; "
        f"CREATE UNIQUE INDEX CONCURRENTLY once ON {table} (amount);\n",
        "DROP INDEX CONCURRENTLY IF EXISTS payments.once; SELECT 1;\n",
    )
    with pytest.raises(migrate.FileError) as caught:
        migrate.migrate(url, sql_root=tree)
    assert caught.value.sqlstate == "23505"
    _execute(url, f"DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table})")
    assert migrate.migrate(url, sql_root=tree).applied == ["002_index"]
    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'payments.once'::regclass"
    assert _rows(url, query) == [(True,)]


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (
            lambda p: (p / "schema/002_more.rollback.sql").unlink(),
            "002_more.rollback.sql is missing",
        ),
        (
            lambda p: (p / "schema/002_more.sql").write_text("-- depends:\nSELECT 1;"),
            "must name 001_first",
        ),
        (
            lambda p: (p / "schema/002_more.sql").write_text("-- depends: 000_no\nSELECT 1;"),
            "002_more",
        ),
    ],
)
def test_files_out_of_order_are_refused(
    url: str, tree: Path, break_it: Callable[[Path], object], message: str
) -> None:
    """What yoyo takes in silence is an error here: no rollback file, no place in the chain."""
    _migration(tree, "002_more", "001_first", "SELECT 1;", "SELECT 1;")
    break_it(tree)
    with pytest.raises(migrate.MigrationError, match=message):
        migrate.migrate(url, sql_root=tree)


def test_a_forgotten_policy_is_an_error(url: str, tree: Path, server: Server) -> None:
    """A data migration under forced row security fails instead of changing no row."""
    migrate.migrate(url, sql_root=tree)
    _migration(
        tree,
        "002_data",
        "001_first",
        "SET LOCAL ROLE payments_owner;\n"
        "UPDATE payments.payment_transactions SET amount = amount + 1;\n",
        "SELECT 1;",
    )
    with pytest.raises(migrate.FileError) as caught:
        migrate.migrate(url, sql_root=tree)
    assert caught.value.sqlstate == "42501"
    assert caught.value.line == 3


def test_a_busy_table_is_waited_for(url: str, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused a table's lock, the migration gives way, tries again, and ends well."""
    monkeypatch.setattr(session, "LOCK_TIMEOUT", "50ms")
    migrate.migrate(url, sql_root=tree)
    _migration(
        tree,
        "002_column",
        "001_first",
        "ALTER TABLE payments.payment_transactions ADD COLUMN note text;",
        "ALTER TABLE payments.payment_transactions DROP COLUMN note;",
    )
    told: list[str] = []
    with psycopg.connect(url) as reader:
        reader.execute("SELECT FROM payments.payment_transactions")

        def report(text: str) -> None:
            told.append(text)
            reader.rollback()

        result = migrate.migrate(url, sql_root=tree, report=report)
    assert result.applied == ["002_column"]
    assert "a table is busy" in told[0]


# ── two runs, killed runs ─────────────────────────────────────────────────────────────────────


def test_runs_at_once_apply_once(url: str) -> None:
    """Three runs started together leave one clean history, and each ends well."""
    barrier = threading.Barrier(3)

    def run() -> migrate.MigrateResult:
        barrier.wait()
        return migrate.migrate(url)

    with ThreadPoolExecutor(3) as pool:
        results = [future.result() for future in [pool.submit(run) for _ in range(3)]]
    busy = [result for result in results if result.applied]
    assert len(busy) == 1
    history = "SELECT count(*) FROM migrations._yoyo_log WHERE operation = 'apply'"
    assert _rows(url, history) == [(len(busy[0].applied),)]


_KILLED_RUN = """
import sys
from pathlib import Path
from app.migrations import migrate
migrate.migrate(sys.argv[1], sql_root=Path(sys.argv[2]), report=print)
"""


def test_a_killed_run_blocks_nobody(url: str, tree: Path) -> None:
    """F68: after SIGKILL in the middle of a migration the next run does it whole."""
    migrate.migrate(url, sql_root=tree)
    _migration(
        tree,
        "002_slow",
        "001_first",
        "CREATE TABLE payments.t (a int);\nSELECT pg_sleep(600);\n",
        "DROP TABLE payments.t;",
    )
    process = subprocess.Popen([sys.executable, "-c", _KILLED_RUN, url, str(tree)])
    asleep = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%'"
    while not (pids := _rows(url, asleep)):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    _migration(
        tree,
        "002_slow",
        "001_first",
        "CREATE TABLE payments.t (a int);\n",
        "DROP TABLE payments.t;",
    )
    told: list[str] = []

    def end_the_orphan(text: str) -> None:
        # Its backend sleeps on without its client, and still holds the lock: we are told its pid.
        told.append(text)
        _execute(url, f"SELECT pg_terminate_backend({pids[0][0]})")

    result = migrate.migrate(url, sql_root=tree, report=end_the_orphan)
    assert "waiting for another migration: pid" in told[0]
    assert result.applied == ["002_slow"]


# ── rollback ──────────────────────────────────────────────────────────────────────────────────


def test_rollback_forgets_functions_and_the_next_run_restores_them(url: str, tree: Path) -> None:
    """A rollback takes one migration and every loaded object; `migrate` brings them back."""
    _migration(
        tree,
        "002_table",
        "001_first",
        "CREATE TABLE payments.other (a int);",
        "DROP TABLE payments.other;",
    )
    migrate.migrate(url, sql_root=tree)
    before = _dump(url)
    assert migrate.rollback(url, sql_root=tree) == ["002_table"]
    assert _functions(url) == set()
    assert _rows(url, "SELECT FROM pg_policy") == []
    assert _rows(url, "SELECT FROM migrations.repeatable") == []
    migrate.migrate(url, sql_root=tree)
    assert _dump(url) == before


def test_a_failing_rollback_changes_nothing(url: str, tree: Path) -> None:
    """When the rollback file fails, structure and functions are what they were."""
    _migration(
        tree, "002_table", "001_first", "CREATE TABLE payments.t (a int);", "DROP TABLE nosuch;"
    )
    migrate.migrate(url, sql_root=tree)
    before = _dump(url)
    with pytest.raises(migrate.FileError) as caught:
        migrate.rollback(url, sql_root=tree)
    assert (caught.value.path.name, caught.value.line) == ("002_table.rollback.sql", 1)
    assert _dump(url) == before


def test_rollback_refuses_to_lose_rows(url: str, tree: Path) -> None:
    """F67: with a payment in the table a rollback stops, changing nothing, unless it is forced."""
    migrate.migrate(url, sql_root=tree)
    _execute(url, "INSERT INTO payments.payment_transactions VALUES (gen_random_uuid(), 1)")
    before = _dump(url)
    with pytest.raises(migrate.RefusedError, match="payment_transactions"):
        migrate.rollback(url, sql_root=tree)
    assert _dump(url) == before
    assert _rows(url, "SELECT count(*) FROM payments.payment_transactions") == [(1,)]
    assert migrate.rollback(url, sql_root=tree, force_data_loss=True) == ["001_first"]


def test_rollback_refuses_to_lose_rows_of_a_table_nobody_thought_of(url: str, tree: Path) -> None:
    """A new table's rows are kept without being listed, also those no tenant is set for."""
    up = """
        SET LOCAL ROLE payments_owner;
        CREATE TABLE payments.vouchers (tenant_id uuid NOT NULL PRIMARY KEY);
        ALTER TABLE payments.vouchers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    """
    _migration(tree, "002_vouchers", "001_first", up, "DROP TABLE payments.vouchers;")
    migrate.migrate(url, sql_root=tree)
    _execute(url, "INSERT INTO payments.vouchers VALUES (gen_random_uuid())")
    with pytest.raises(migrate.RefusedError, match=r"brings back: vouchers\."):
        migrate.rollback(url, sql_root=tree)
    _execute(url, "DELETE FROM payments.vouchers")
    assert migrate.rollback(url, sql_root=tree) == ["002_vouchers"]


def test_a_table_whose_rows_may_go_is_one_of_ours(database: Database) -> None:
    """No name is left over in the list of what a rollback may empty."""
    found = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'payments'")
    assert REPLACEABLE.keys() <= {name for (name,) in found}


def test_rollback_by_an_older_tree_is_refused(url: str, tree: Path) -> None:
    """A tree that lacks an applied migration cannot undo it, and says which one."""
    _migration(tree, "002_new", "001_first", "SELECT 1;", "SELECT 1;")
    migrate.migrate(url, sql_root=tree)
    for path in (tree / "schema").glob("002_*"):
        path.unlink()
    assert migrate.status(url, sql_root=tree).unknown == ["002_new"]
    with pytest.raises(migrate.MigrationError, match="lacks 002_new"):
        migrate.rollback(url, sql_root=tree)


def test_status_of_an_untouched_database(url: str, tree: Path) -> None:
    """Looking changes nothing: everything is pending, and no schema has appeared."""
    found = migrate.status(url, sql_root=tree)
    assert found.pending == ["001_first"]
    assert len(found.changed) == 4
    assert not found.current
    assert _rows(url, "SELECT FROM pg_namespace WHERE nspname = 'migrations'") == []


def test_a_made_migration_applies_and_rolls_back(url: str, tree: Path) -> None:
    """`migrate make` writes the next pair, which is in order as it stands."""
    up, down = migrate.make("Add payout table!", sql_root=tree)
    assert (up.name, down.name) == (
        "002_add_payout_table.sql",
        "002_add_payout_table.rollback.sql",
    )
    assert "-- depends: 001_first\n" in up.read_text()
    assert migrate.migrate(url, sql_root=tree).applied == ["001_first", "002_add_payout_table"]
    assert migrate.rollback(url, sql_root=tree) == ["002_add_payout_table"]


def test_an_installed_wheel_finds_its_sql(tmp_path: Path) -> None:
    """The wheel carries the SQL, and code run from it finds that and not the checkout's."""
    root = sql_root().parent
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=root)
    (wheel,) = tmp_path.glob("*.whl")
    shutil.unpack_archive(wheel, tmp_path / "site", "zip")
    code = "from app.paths import sql_root, checkout_root; print(sql_root(), checkout_root())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
    )
    assert done.stdout.split() == [str(tmp_path / "site/app/sql"), "None"]
    shipped = {path.name for path in (tmp_path / "site/app/sql").rglob("*.sql")}
    wanted = {
        path.name
        for folder in ("schema", "functions", "policies")
        for path in (sql_root() / folder).rglob("*.sql")
    }
    assert shipped == wanted
