"""`payment-service report`: as an analyst, in three forms."""

import csv
import io
import subprocess
from collections.abc import Iterator

import orjson
import pytest

from tests.support.database import Database
from tests.support.forked import run
from tests.support.scenario import HALVES, Scenarios

PASSWORD = "analyst"


@pytest.fixture
def analyst(database: Database) -> Iterator[tuple[str, str]]:
    """An analyst's login and the tenant it may see, with one settled payment."""
    role = f"analyst_of_{database.name}"
    database.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}' IN ROLE payments_analyst")
    with Scenarios(database) as scenarios:
        scenario = scenarios.new()
        scenario.account("venue", "v1")
        scenario.account("artist", "a1")
        scenario.settled_payment(10_000, HALVES)
        database.execute("SELECT ops.tenant_member_add(%s, %s)", scenario.tenant, role)
        yield database.login_url(role, PASSWORD), str(scenario.tenant)
    database.execute(f"DROP ROLE {role}")


def report(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return run("report", *words, environ={"DATABASE_URL": url, "COLUMNS": "200"})


def test_forms(analyst: tuple[str, str]) -> None:
    """The same figures for people, spreadsheets and programs."""
    url, tenant = analyst
    ask = ("revenue", "--tenant", tenant, "--arg", "by=venue", "--format")
    (row,) = orjson.loads(report(url, *ask, "json").stdout)
    assert (row["currency"], row["gross"], row["payments"]) == ("usd", 10_000, 1)
    (line,) = csv.DictReader(io.StringIO(report(url, *ask, "csv").stdout))
    assert line["gross"] == "10000"
    table = report(url, *ask, "table").stdout
    assert "gross" in table
    assert "10000" in table


@pytest.mark.parametrize(
    ("zone", "midnight"), [(None, "00:00:00+00:00"), ("Asia/Tokyo", "00:00:00+09:00")]
)
def test_a_date_is_midnight_where_the_days_begin(
    analyst: tuple[str, str], database: Database, zone: str | None, midnight: str
) -> None:
    """Not where the server stands, nor the client: in UTC, or in the zone that a report takes."""
    url, tenant = analyst
    role = f"analyst_of_{database.name}"
    database.execute(f"ALTER ROLE {role} SET timezone = 'America/New_York'")
    database.execute(
        "CREATE FUNCTION ops.moment(p_tenant_id uuid, p_at timestamptz,"
        " p_time_zone text DEFAULT '') RETURNS SETOF timestamptz LANGUAGE sql AS 'SELECT p_at'"
    )
    words = ["moment", "--tenant", tenant, "--arg", "at=2026-10-01", "--format", "json"]
    words += ["--arg", f"time_zone={zone}"] if zone else []
    (row,) = orjson.loads(report(url, *words).stdout)
    assert row["moment"] == f"2026-10-01T{midnight}"


def test_the_list_names_every_report(analyst: tuple[str, str]) -> None:
    """With arguments and comment; verbs are no reports."""
    listed = report(analyst[0]).stdout
    assert "payout_statement(p_tenant_id uuid, p_recipient_type text" in listed
    assert "operation_retry" not in listed


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["operation_retry"], 2, "there is no report operation_retry"),
        (["revenue", "--arg", "by"], 2, "NAME=VALUE"),
        (["revenue", "--arg", "colour=red"], 2, "revenue takes p_tenant_id"),
        (["revenue"], 2, "revenue takes p_tenant_id"),
        (["revenue", "--tenant", "99999999-9999-4999-8999-999999999999"], 1, "no member"),
        (["revenue", "--format", "xml"], 2, "xml"),
    ],
)
def test_refusals(analyst: tuple[str, str], words: list[str], code: int, says: str) -> None:
    """A usage error is 2, what the database refuses is 1; nothing on stdout."""
    done = report(analyst[0], *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in " ".join(done.stderr.split())


def test_nothing_can_be_written(database: Database) -> None:
    """Whatever a report's function tries: the transaction is read only."""
    database.execute(
        "CREATE FUNCTION ops.scribble() RETURNS SETOF uuid LANGUAGE sql SECURITY DEFINER AS"
        " $$ UPDATE payments.tenants SET name = 'scribbled' RETURNING tenant_id $$"
    )
    database.execute("GRANT EXECUTE ON FUNCTION ops.scribble() TO payments_analyst")
    done = report(database.superuser_url, "scribble")
    assert done.returncode == 1
    assert "read-only" in done.stderr
