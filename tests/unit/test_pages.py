"""Pages: what they show is run by a test, is excused by name, or is a picture."""

import re
import shlex
from collections import Counter
from pathlib import Path

import pytest
from typer.main import get_command

from app.commands.main import command_line
from app.config import load_settings
from app.http.application import create_app
from scripts import api_table
from tests.support.pages import PAGES, ROOT, blocks

PICTURES = {"text", "mermaid"}
RUN = {
    "README.md": {"sh"},
    "docs/authentication.md": {"python"},
    **{
        str(page.relative_to(ROOT)): {"sh", "sql"}
        for page in PAGES
        if page.parent.name == "runbooks"
    },
}
"""Where commands may stand: test_tour.py, test_api_internal.py and test_runbooks.py run them."""

NOT_RUN = {
    "README.md": 1,
    "CONTRIBUTING.md": 1,
    "k8s/README.md": 1,
    "docs/runbooks/restore-from-backup.md": 1,
}

SETTINGS = {
    "DATABASE_URL": "postgresql://service@127.0.0.1:1/payments",
    "REDIS_URL": "redis://127.0.0.1:1",
    "JWT_SECRET": "0123456789abcdef" * 2,
    "STRIPE_SECRET_KEY": "sk_test_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_platform_0123456789",
}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_block_is_run_or_is_a_picture(path: Path) -> None:
    """Every fence says its kind, and what can be run stands where a test runs it."""
    found = blocks(path)
    assert len(re.findall(r"^```", path.read_text(encoding="utf-8"), re.MULTILINE)) == (
        2 * len(found)
    )
    kinds = {block.kind for block in found if not block.why}
    assert kinds <= PICTURES | RUN.get(str(path.relative_to(ROOT)), set())


def test_what_is_not_run_is_counted() -> None:
    """A block that nothing tries is known here."""
    excused = Counter(
        str(page.relative_to(ROOT)) for page in PAGES for block in blocks(page) if block.why
    )
    assert excused == NOT_RUN


def _spans(program: str) -> list[tuple[str, str]]:
    return [
        (page.name, " ".join(span.split()))
        for page in PAGES
        for span in re.findall(rf"`({program}\s[^`]+)`", page.read_text(encoding="utf-8"))
    ]


def test_commands_in_sentences_exist() -> None:
    """Each `payment-service …` names a command, with options that it has."""
    spans = _spans("payment-service")
    assert spans
    for page, span in spans:
        words = shlex.split(span)[1:]
        command = get_command(command_line())
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]  # type: ignore[attr-defined]
        assert command is not get_command(command_line()), (page, span)
        options = {option for param in command.params for option in param.opts}
        assert {word for word in words if word.startswith("--")} <= options, (page, span)


def test_targets_in_sentences_exist() -> None:
    """Each `make …` names a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    spans = _spans("make")
    assert spans
    for page, span in spans:
        named = [word for word in shlex.split(span)[1:] if "=" not in word and word != "|"]
        assert set(named) <= targets, (page, span)


def test_the_table_of_calls_is_made_anew() -> None:
    """`make docs` was run after the last change of a route."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert api_table.page(text) == text
    assert api_table.table() in text


def test_the_table_of_calls_is_the_api() -> None:
    """README names every route with its method, and none that is not there."""
    table = set(
        re.findall(r"`((?:GET|POST) /[^` ]*)`", (ROOT / "README.md").read_text(encoding="utf-8"))
    )
    router = create_app(load_settings(SETTINGS)).router
    served = {
        f"{route.method} {route.resource.canonical}".replace("{event_id}", "{eventId}")
        for route in router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert table == served
