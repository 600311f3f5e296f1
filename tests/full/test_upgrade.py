"""The release before this one beside this one, on this one's schema: a rolling deploy, and back.

The release before is the last tag before this commit. As long as there is none it is the newest
commit that has fewer migrations than this one, and none that this one has not: the code that a
deploy of the newest migration would have met. Needs git, and the history.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.dev.child import Child, answers
from local.embedded.process import free_port
from tests.support.database import Server, temporary_database
from tests.support.pages import ROOT
from tests.support.stack import PAYEES, Json, Stack, running_stack, until

pytestmark = pytest.mark.full

ORDERS = 5
SENT = ("/v1/payment_intents", "/v1/transfers")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), *arguments],  # noqa: S607 -- whichever the user has
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def _release_before() -> str:
    tag = _git("describe", "--tags", "--abbrev=0", "HEAD^")
    if tag:
        return tag
    known = {path.name for path in (ROOT / "sql/schema").iterdir()}
    for commit in _git("log", "--first-parent", "--format=%H", "--", "sql/schema").split():
        listed = _git("ls-tree", "--name-only", f"{commit}:sql/schema").split()
        if set(listed) < known:
            return commit
    pytest.fail("no git history: the release before this one cannot be had")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the release before."""
    tree = tmp_path_factory.mktemp("before")
    archive = tree.with_suffix(".tar")
    _git("archive", f"--output={archive}", _release_before())
    subprocess.run(["tar", "-xf", archive, "-C", tree], check=True)  # noqa: S607
    return tree


@pytest.fixture
def stack(server: Server, tmp_path: Path) -> Iterator[Stack]:
    """This release's schema and web; their log is shown with a failure."""
    path = tmp_path / "log"
    with (
        path.open("wb") as log,
        temporary_database(server, "payments_upgrade") as database,
        running_stack(database, log) as running,
    ):
        yield running
        print(path.read_text())  # noqa: T201 - pytest shows it with a failure


def _start(stack: Stack, before: Path, command: str, **environ: str) -> Child:
    """Start `payment-service COMMAND` of the release before; return it when it is ready."""
    port = free_port()
    name = "PORT" if command == "serve" else "WORKER_ADMIN_PORT"
    settings = stack.settings(**{name: str(port)} | environ)
    # Without -P the interpreter would take `app` from where the tests run.
    child = Child(
        f"{command} of the release before",
        ["-P", "-m", "app", command],
        stack.log,
        lambda: settings | {"PYTHONPATH": str(before)},
    )
    stack.children.append(child)
    child.start()
    ready = "/health/ready" if command == "serve" else "/health"
    child.await_ready(lambda: answers(int(settings[name]), ready))
    return child


def _replace_web(stack: Stack, before: Path) -> Child:
    """Have the release before serve at the port of the web."""
    stack.web.kill()
    return _start(stack, before, "serve", PORT=str(stack.web_port))


def _attempts(stack: Stack, path: str) -> dict[str, list[tuple[str, Json]]]:
    """Key and parameters of every attempt that reached Stripe, by operation, first to last."""
    found: dict[str, list[tuple[str, Json]]] = {}
    for row in stack.journal(path):
        operation = row["params"]["metadata"]["operation_id"]
        found.setdefault(operation, []).append((row["idempotencyKey"], row["params"]))
    return found


def test_the_tree_is_another_one(before: Path) -> None:
    """The processes run its code, and it does not know the newest migration."""
    found = subprocess.run(
        [sys.executable, "-P", "-c", "import app; print(app.__file__)"],
        env={"PYTHONPATH": str(before)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.startswith(str(before))
    assert before != ROOT


def test_two_releases_share_a_schema_there_and_back(stack: Stack, before: Path) -> None:
    """F66, F67: orders go through old and new web, old and new worker; then the old ones alone."""
    sold = 0
    old_worker = _start(stack, before, "worker")
    for webs in ("new", "old"):
        if webs == "old":
            old_web = _replace_web(stack, before)
        new_worker = stack.start_worker()
        for number in range(ORDERS):
            stack.sell(f"both-{webs}-{number}")
        sold += ORDERS
        stack.check_paid(sold)
        new_worker.kill()
    for number in range(ORDERS):
        stack.sell(f"back-{number}")
    stack.check_paid(sold + ORDERS)
    old_worker.stop()
    old_web.stop()
    stack.start_web()
    stack.start_worker()
    stack.check_even()


def test_what_the_release_before_sent_is_repeated_byte_by_byte(stack: Stack, before: Path) -> None:
    """F66: an intent and transfers whose answers were lost are sent again under the same key."""
    old_web, old_worker = _replace_web(stack, before), _start(stack, before, "worker")
    stack.fault("lost_before", "/v1/transfers")
    stack.sell("transfers are lost")
    until(lambda: len(stack.journal("/v1/transfers")) >= len(PAYEES), "the transfers were sent")
    old_worker.kill()
    stack.fault("lost_after", "/v1/payment_intents")
    unanswered = stack.order("unanswered", "unanswered")
    assert unanswered.status == 202, unanswered
    old_web.kill()
    by_the_old = {path: _attempts(stack, path) for path in SENT}
    stack.control("DELETE", "faults")
    stack.leases_end()

    stack.start_web()
    stack.start_worker()
    stack.check_paid(1)
    for path in SENT:
        attempts = _attempts(stack, path)
        old = by_the_old[path]
        repeated = [name for name in old if len(attempts[name]) > len(old[name])]
        assert len(repeated) == (len(PAYEES) if path == "/v1/transfers" else 1)
        assert all(attempt == sent[0] for sent in attempts.values() for attempt in sent)
