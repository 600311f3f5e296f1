"""Sanctions lists: imported as a whole or not at all, and what a listed payee's name does."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.commands.main import command_line
from app.commands.sanctions.formats import FormatError
from app.commands.sanctions.importing import import_list
from tests.integration.test_api_reviews import decide, reviewer
from tests.support.database import Database
from tests.support.service import TENANT, Service

LIST = (
    "id,schema,name,aliases,birth_date,countries,sanctions,dataset\n"
    "Q1,Company,Золотая Звезда,Golden Star Trading,,cy,EU - 2022,EU list\n"
)
OTHER = LIST.replace("Golden Star Trading", "Silver Moon Shipping")


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list with one company."""
    path = tmp_path / "targets.simple.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def names(database: Database) -> list[str]:
    """The names in force."""
    query = (
        "SELECT e.normal FROM payments.sanctions_entries AS e"
        " JOIN payments.sanctions_lists USING (version_id) ORDER BY 1"
    )
    return [row[0] for row in database.execute(query)]


def test_import_is_idempotent_and_switches_at_once(database: Database, listed: Path) -> None:
    """The same file again changes nothing; another one replaces it; a bad one leaves it."""
    url = database.superuser_url
    read: list[int] = []
    assert import_list(url, listed, "opensanctions", read.append).names == 2
    assert sum(read) == listed.stat().st_size
    assert import_list(url, listed, "opensanctions").names is None
    assert names(database) == ["golden star trading", "zolotaya zvezda"]
    listed.write_text(OTHER, encoding="utf-8")
    assert import_list(url, listed, "opensanctions").names == 2
    assert names(database) == ["silver moon shipping", "zolotaya zvezda"]
    listed.write_text(OTHER + '"\x00', encoding="utf-8")
    with pytest.raises(FormatError):
        import_list(url, listed, "opensanctions")
    assert names(database) == ["silver moon shipping", "zolotaya zvezda"]


def test_commands(database: Database, listed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Import tells what it did, search finds in any script, a wrong format is one clear line."""
    monkeypatch.setenv("DATABASE_URL", database.superuser_url)
    run = CliRunner()
    done = run.invoke(
        command_line(), ["sanctions", "import", str(listed), "--format", "opensanctions"]
    )
    assert done.exit_code == 0, done.output
    assert "imported 2 names" in done.output
    again = run.invoke(
        command_line(), ["sanctions", "import", str(listed), "--format", "opensanctions"]
    )
    assert "unchanged" in again.output
    assert (
        "100  sanction"
        in run.invoke(command_line(), ["sanctions", "search", "Golden Star Ltd Trading"]).output
    )
    assert "in force" in run.invoke(command_line(), ["sanctions", "status"]).output
    wrong = run.invoke(command_line(), ["sanctions", "import", str(listed), "--format", "ofac"])
    assert wrong.exit_code == 1
    assert len(names(database)) == 2


@pytest.mark.asyncio
async def test_listed_payee_is_not_paid_until_approved(service: Service, listed: Path) -> None:
    """Its transfers wait for a person; approved, they go out."""
    await asyncio.to_thread(import_list, service.database.superuser_url, listed, "opensanctions")
    body = {
        "recipientType": "venue",
        "recipientId": "venue-1",
        "email": "v@example.org",
        "country": "US",
        "businessName": "Золотая звезда",
    }
    account = (await service.ask("POST", "/api/v1/connected-accounts", body)).body
    await service.start_worker()
    paid = await service.paid()
    assert [transfer["status"] for transfer in paid["transfers"]] == ["pending"]
    reply = await service.ask("GET", "/api/v1/reviews?kind=aml", headers=reviewer())
    (review,) = reply.body["data"]
    assert (review["connectedAccountId"], review["source"]) == (account["id"], "sanctions")
    held = service.database.execute(
        "SELECT holds FROM payments.stripe_operations WHERE kind = 'transfer'"
    )
    assert held == [(["payee_review"],)]
    assert (await decide(service, review, "approve")).status == 200
    transfer = f"/api/v1/transfers/{paid['transfers'][0]['id']}"
    await service.until(transfer, status="paid")
    rows = service.database.execute("SELECT * FROM ops.accounts_screen(%s)", TENANT)
    assert rows == [("clear", 1)]
    assert service.violations() == []
