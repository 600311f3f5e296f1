"""The SQL lint: each rule finds what it forbids, and lets the right way pass."""

from pathlib import Path

import pytest

from scripts import sql_lint

_FUNCTION = (
    "CREATE OR REPLACE FUNCTION api.f() RETURNS int LANGUAGE plpgsql VOLATILE\nAS $$\n{}\n$$;\n"
    "COMMENT ON FUNCTION api.f() IS 'x';\n"
)


def _rules(folder: str, text: str) -> set[str]:
    source = sql_lint.Source(Path(f"/sql/{folder}/api.f.sql"), text)
    return {line.split(": ")[1] for line in sql_lint.check(source)}


def _table(keys: str) -> str:
    return f"CREATE TABLE payments.t (\n    tenant_id uuid NOT NULL,\n    id uuid,\n    {keys}\n);"


@pytest.mark.parametrize(
    ("rule", "folder", "wrong", "right"),
    [
        ("R1", "schema", _table("PRIMARY KEY (id)"), _table("PRIMARY KEY (tenant_id, id)")),
        ("R1", "schema", _table("UNIQUE (id)"), _table("UNIQUE (tenant_id, id)")),
        (
            "R1",
            "schema",
            "CREATE UNIQUE INDEX i ON payments.t (id);",
            "CREATE UNIQUE INDEX i ON payments.t (tenant_id, id);",
        ),
        (
            "R4",
            "functions",
            _FUNCTION.format("PERFORM FROM payments.payment_splits AS s WHERE s.id = p_id;"),
            _FUNCTION.format("PERFORM FROM payments.payment_splits AS s WHERE s.tenant_id = p_t;"),
        ),
        (
            "R7",
            "functions",
            _FUNCTION.format("PERFORM set_config('app.current_tenant_id', 'x', true);"),
            _FUNCTION.format("EXECUTE format('SET LOCAL app.current_tenant_id = %L', p_tenant);"),
        ),
        (
            "R8",
            "policies",
            "CREATE POLICY p ON t USING (id IN (SELECT 1));",
            "CREATE POLICY p ON t USING (true);",
        ),
        (
            "R8",
            "policies",
            "CREATE POLICY p ON t USING (tenant_id = current_setting('app.x')::uuid);",
            (
                "CREATE POLICY p ON t USING "
                "(tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);"
            ),
        ),
        (
            "R12",
            "functions",
            _FUNCTION.format("PERFORM pg_notify('a', '');"),
            _FUNCTION.format("-- pg_notify('a', '') is the client's\nNULL;"),
        ),
        (
            "R15",
            "functions",
            _FUNCTION.format("PERFORM pg_advisory_xact_lock(1);"),
            _FUNCTION.format("PERFORM FROM payments.currencies FOR UPDATE;"),
        ),
        (
            "R15",
            "functions",
            _FUNCTION.format("INSERT INTO t VALUES (1) RETURNING payments.money_facts(a);"),
            _FUNCTION.format("INSERT INTO t VALUES (1) RETURNING a;"),
        ),
        (
            "H1",
            "functions",
            _FUNCTION.format("RAISE EXCEPTION 'no';"),
            _FUNCTION.format("RAISE EXCEPTION 'no' USING ERRCODE = 'PY001';"),
        ),
        (
            "H2",
            "functions",
            _FUNCTION.replace("VOLATILE", "VOLATILE SECURITY DEFINER"),
            _FUNCTION.replace(
                "VOLATILE", "VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp"
            ),
        ),
        ("H3", "schema", "CREATE FUNCTION f() RETURNS int;", "CREATE TABLE payments.t (a int);"),
        ("H4", "functions", _FUNCTION.format("NULL;\n" * 61), _FUNCTION.format("NULL;\n" * 59)),
        ("H5", "functions", _FUNCTION.partition("COMMENT")[0], _FUNCTION.format("NULL;")),
        (
            "H6",
            "functions",
            _FUNCTION.format("SELECT FROM a JOIN b ON b.id = (a.e ->> 'id')::uuid;"),
            _FUNCTION.format("SELECT FROM a WHERE a.id = (p_e ->> 'id')::uuid;"),
        ),
        (
            "H9",
            "functions",
            _FUNCTION.format("NULL;") + "GRANT EXECUTE ON FUNCTION api.g() TO payments_api;",
            _FUNCTION.format("NULL;") + "DO $$ BEGIN NULL; END $$;",
        ),
        (
            "H9",
            "policies",
            "DO $$ BEGIN NULL; EXCEPTION WHEN others THEN NULL; END $$;",
            "DROP POLICY IF EXISTS p ON t;\nCREATE POLICY p ON t USING (true);",
        ),
        ("H8", "tests", f"SELECT {'1' * 100};", f"SELECT {'1' * 90};"),
        ("H7", "functions", _FUNCTION.replace("api.f", "payments.f"), _FUNCTION.format("NULL;")),
    ],
)
def test_rule_finds_the_wrong_way_only(rule: str, folder: str, wrong: str, right: str) -> None:
    """The wrong way is found under its rule, the right way under none."""
    assert rule in _rules(folder, wrong)
    assert rule not in _rules(folder, right)


def test_a_reason_excuses_a_file_from_one_rule() -> None:
    """`-- lint: RULE reason` silences that rule alone, and not without a reason."""
    wrong = _FUNCTION.format("PERFORM pg_notify('a', ''); RAISE EXCEPTION 'no';")
    assert _rules("functions", wrong) == {"R12", "H1"}
    assert _rules("functions", f"-- lint: R12 the one exception\n{wrong}") == {"H1"}
    assert _rules("functions", f"-- lint: R12\n{wrong}") == {"R12", "H1"}
