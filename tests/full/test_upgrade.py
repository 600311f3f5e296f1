"""The release before this one beside this one, on this one's schema: a rolling deploy, and back.

The release before is the last tag before this commit. As long as there is none it is the newest
commit that has fewer migrations than this one, each word for word as it is here: the code that a
deploy of the newest migration would have met. Up to FIRST_RELEASE nothing comes before, for its
migrations were folded and edited until it was out: this release is then played against a second
copy of itself, named so, and the next migration brings the first upgrade. Needs git, and the
history.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.dev.child import Child, answers
from local.embedded.process import free_port
from scripts.sql_lint import FIRST_RELEASE
from tests.support.database import Server, temporary_database
from tests.support.pages import ROOT
from tests.support.stack import PAYEES, Json, Stack, running_stack
from tests.support.waiting import until

pytestmark = pytest.mark.full

ORDERS = 5
SENT = ("/v1/payment_intents", "/v1/transfers")


@dataclass(frozen=True)
class Release:
    """The files of one, and what it is to this one."""

    name: str
    tree: Path


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],  # noqa: S607 -- whichever the user has
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def _release_before(root: Path) -> tuple[str, str]:
    """Return the commit of the release before, and what it is."""
    tag = _git(root, "describe", "--tags", "--abbrev=0", "HEAD^")
    if tag:
        return tag, f"release {tag}"
    paths = sorted((root / "sql/schema").iterdir())
    names = [path.name for path in paths]
    hashes = _git(root, "hash-object", *map(str, paths)).split()
    ours = set(zip(names, hashes, strict=True)) if hashes else set()
    for commit in _git(root, "log", "--first-parent", "--format=%H", "--", "sql/schema").split():
        listed = _git(root, "ls-tree", f"{commit}:sql/schema").splitlines()
        if {(name, digest) for _, _, digest, name in map(str.split, listed)} < ours:
            return commit, "what stood before the newest migration"
    if _git(root, "rev-parse", "--is-shallow-repository") != "false":
        pytest.fail("no git history: the release before this one cannot be had")
    if max(names)[:3] > FIRST_RELEASE:
        pytest.fail("a migration was edited after another came: no commit has what is here but one")
    return "HEAD", "this release again, as nothing comes before the first"


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release before, unpacked."""
    tree = tmp_path_factory.mktemp("before")
    archive = tree.with_suffix(".tar")
    commit, name = _release_before(ROOT)
    _git(ROOT, "archive", f"--output={archive}", commit)
    subprocess.run(["tar", "-xf", archive, "-C", tree], check=True)  # noqa: S607
    return Release(name, tree)


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


def _start(stack: Stack, before: Release, command: str, **environ: str) -> Child:
    """Start `payment-service COMMAND` of the release before; return it when it is ready."""
    port = free_port()
    name = "PORT" if command == "serve" else "WORKER_ADMIN_PORT"
    settings = stack.settings(**{name: str(port)} | environ)
    # Without -P the interpreter would take `app` from where the tests run.
    child = Child(
        f"{command} of {before.name}",
        ["-P", "-m", "app", command],
        stack.log,
        lambda: settings | {"PYTHONPATH": str(before.tree)},
    )
    stack.children.append(child)
    child.start()
    ready = "/health/ready" if command == "serve" else "/health"
    child.await_ready(lambda: answers(int(settings[name]), ready))
    return child


def _replace_web(stack: Stack, before: Release) -> Child:
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


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An empty one with a folder for migrations."""
    (tmp_path / "sql/schema").mkdir(parents=True)
    _git(tmp_path, "init")
    return tmp_path


def _commit(repository: Path, **migrations: str) -> str:
    """Commit these files of sql/schema and no others; return the commit."""
    for path in (repository / "sql/schema").iterdir():
        path.unlink()
    for name, text in migrations.items():
        (repository / "sql/schema" / name.lstrip("_")).write_text(text)
    _git(repository, "add", "--all")
    author = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    _git(repository, *author, "commit", "--allow-empty", "-m", "one more")
    return _git(repository, "rev-parse", "HEAD")


def test_the_release_before_has_the_same_migrations_but_the_newest(repository: Path) -> None:
    """A folded first release has none before it; from the next migration on there is one."""
    _commit(repository, _001="nouns")
    _commit(repository, _001="nouns", _002="more")
    first = _commit(repository, _001="nouns, folded", _013="the last of the first release")
    assert _release_before(repository)[0] == "HEAD"
    files = {"_001": "nouns, folded", "_013": "the last of the first release", "_014": "new"}
    _commit(repository, **files)
    assert _release_before(repository)[0] == first
    _git(repository, "tag", "v1", first)
    assert _release_before(repository) == ("v1", "release v1")


def test_an_edited_migration_is_no_beginning(repository: Path) -> None:
    """After the first release an edit leaves nothing to upgrade from, and that is told."""
    _commit(repository, _001="nouns")
    _commit(repository, _001="nouns, edited", _014="new")
    with pytest.raises(pytest.fail.Exception, match="edited"):
        _release_before(repository)


def test_the_tree_is_another_one(before: Release) -> None:
    """The processes run its code, not that of this checkout."""
    found = subprocess.run(
        [sys.executable, "-P", "-c", "import app; print(app.__file__)"],
        env={"PYTHONPATH": str(before.tree)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.startswith(str(before.tree))
    assert before.tree != ROOT


def test_two_releases_share_a_schema_there_and_back(stack: Stack, before: Release) -> None:
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


def test_what_the_release_before_sent_is_repeated_byte_by_byte(
    stack: Stack, before: Release
) -> None:
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
