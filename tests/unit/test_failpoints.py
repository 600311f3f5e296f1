"""Failpoints: where tests may strike."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

import app
from app import failpoints

SOURCE = Path(app.__file__).parent
FOREIGN_OR_COMMIT = {
    "due_work.before_advance",
    "due_work.after_advance",
    "due_work.before_release",
    "due_work.after_release",
    "ledger_rollup.before_rollup",
    "ledger_rollup.after_rollup",
    "request.before_ask",
    "request.after_ask",
    "request.before_carry",
    "request.before_finish",
    "request.after_finish",
    "lists.after_page",
    "stripe.before_look",
    "stripe.before_send",
    "stripe.after_send",
    "webhook.before_store",
    "webhook.after_store",
    "webhooks.after_claim",
    "webhooks.before_apply",
    "webhooks.after_apply",
    "webhooks.after_finish",
    "worker.after_claim",
    "worker.after_look",
    "worker.after_fence",
    "worker.before_finish",
    "worker.after_finish",
}


@pytest.fixture(autouse=True)
def _disarm() -> Iterator[None]:
    yield
    failpoints.arm({})


def names_in_source() -> set[str]:
    """Every name given to failpoint(), read from the syntax trees."""
    trees = (ast.parse(file.read_text()) for file in SOURCE.rglob("*.py"))
    calls = (
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "failpoint"
    )
    return {str(ast.literal_eval(call.args[0])) for call in calls}


def test_the_list_is_complete() -> None:
    """A new foreign call or commit shows up here, and with it in the crash matrix."""
    assert names_in_source() == FOREIGN_OR_COMMIT


async def test_nothing_happens_outside_tests() -> None:
    """The variable alone does nothing in production."""
    failpoints.arm({"PAYMENT_FAILPOINTS": "a.b=raise", "APP_ENV": "production"})
    await failpoints.failpoint("a.b")


async def test_the_nth_call_of_a_kind() -> None:
    """Others pass."""
    failpoints.arm({"PAYMENT_FAILPOINTS": "a.b[transfer]=raise@2", "APP_ENV": "test"})
    await failpoints.failpoint("a.b", "intent")
    await failpoints.failpoint("a.b", "transfer")
    with pytest.raises(failpoints.FailpointError):
        await failpoints.failpoint("a.b", "transfer")
    await failpoints.failpoint("a.b", "transfer")


async def test_pause_until_a_file_appears(tmp_path: Path) -> None:
    """Only the task that met it waits."""
    file = tmp_path / "go"
    failpoints.arm({"PAYMENT_FAILPOINTS": f"a.b=pause:{file}", "APP_ENV": "test"})
    waiting = asyncio.create_task(failpoints.failpoint("a.b"))
    await asyncio.sleep(0)
    assert not waiting.done()
    file.touch()
    async with asyncio.timeout(5):
        await waiting


def test_a_list_that_cannot_be_read_is_an_error() -> None:
    """A misspelt action must not look like a passed test."""
    with pytest.raises(ValueError, match="PAYMENT_FAILPOINTS"):
        failpoints.arm({"PAYMENT_FAILPOINTS": "a.b=explode", "APP_ENV": "test"})
