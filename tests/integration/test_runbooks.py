"""Runbooks: every query runs, every command exists."""

import re
import shlex
from pathlib import Path

import psycopg
import pytest
from typer.main import get_command

from app.cli import cli
from tests.database import Database
from tests.pages import ROOT, blocks, commands
from tests.properties.scenario import HALVES, Scenarios

PAGES = sorted(path for path in (ROOT / "docs/runbooks").glob("*.md") if path.name != "README.md")
SECTIONS = ["Symptom", "What to look at", "What to do", "How to know it is over"]


def test_every_page_has_its_four_parts_and_is_listed() -> None:
    """In this order, and in the index."""
    index = (ROOT / "docs/runbooks/README.md").read_text()
    for page in PAGES:
        assert re.findall(r"^## (.*)$", page.read_text(), re.MULTILINE) == SECTIONS, page.name
        assert f"({page.name})" in index
        linked = re.findall(r"\]\(([a-z-]+\.md)\)", page.read_text())
        assert all((page.parent / name).is_file() for name in linked), page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_queries_run(page: Path, database: Database) -> None:
    """As written, for a tenant that is there; a verb may find nothing to do, but exists."""
    with Scenarios(database) as scenarios:
        scenario = scenarios.new()
        scenario.account("venue", "v1")
        scenario.account("artist", "a1")
        payment = scenario.settled_payment(10_000, HALVES)
        values = {"tenant": str(scenario.tenant), "payment": str(payment.id)}
        for block in blocks(page):
            queries = block.text.split(";") if block.kind == "sql" else []
            for query in filter(None, map(str.strip, queries)):
                _run(database, _filled(query, values))


def _filled(query: str, values: dict[str, str]) -> str:
    nobody = "99999999-9999-4999-8999-999999999999"
    return re.sub(r":'(\w+)'", lambda name: f"'{values.get(name[1], nobody)}'", query)


def _run(database: Database, query: str) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        try:
            connection.execute(query.encode())
        except psycopg.Error as error:
            # Ours: the verb was reached, and said why it does not act on this.
            if not (error.sqlstate or "").startswith("PY0"):
                pytest.fail(f"{query}: {error}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_exist(page: Path) -> None:
    """With every option they are given."""
    for line in "".join(block.text for block in commands(page)).splitlines():
        program, *words = shlex.split(line)
        assert program == "payment-service"
        command = get_command(cli)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]  # type: ignore[attr-defined]
        assert command.name != "root", line
        options = {option for param in command.params for option in param.opts}
        assert {word for word in words if word.startswith("--")} <= options, line
