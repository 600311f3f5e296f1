"""Runbooks, done as they stand: the symptom shows, what to do is done, and then it is over."""

import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from local.dev.stack import TENANT, Stack
from tests.support.database import Database
from tests.support.forked import run
from tests.support.local_stack import environ_without_servers
from tests.support.pages import ROOT, blocks_of, commands
from tests.support.tap import script

RUNBOOKS = ROOT / "docs/runbooks"
PAGES = sorted(path for path in RUNBOOKS.glob("*.md") if path.name != "README.md")
SYMPTOM, LOOK, DO, OVER = SECTIONS = (
    "Symptom",
    "What to look at",
    "What to do",
    "How to know it is over",
)
SECONDS = 120


@dataclass(frozen=True)
class Story:
    """What leads to a page, in the words of sql/tests/helpers; everything is tenant A's.

    Attributes:
        before: makes the symptom, and keeps the ids that the page's variables stand for.
        shows: whether the page's queries must find it.
        meanwhile: what the worker and Stripe do after the page was followed.
        over: what must then be true.
        empty: whether the page's last query must find nothing.
        owner: whether the page is for the database's owner, and not for an operator.
    """

    before: str = ""
    shows: bool = True
    meanwhile: str = ""
    over: str = "true"
    empty: bool = False
    owner: bool = False


SETTLED = """
    SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
    SELECT keep('payment', settled_payment(tenant_a(), 'k1'));
"""
LOST = """
    SELECT send(the('operation')), finish(the('operation'), '{"outcome": "unknown"}');
    SELECT advance('1 hour');
"""
UNKNOWN = f"{SETTLED} SELECT keep('operation', call_of(the('payment'), 'v1')); {LOST}"
ANSWERED = """
    SELECT send(the('operation')), finish(the('operation'), jsonb_build_object(
        'outcome', 'succeeded', 'object', transfer_object(the('operation'))));
"""
OUR_BOOKS_ARE_WRONG = """
    SET LOCAL session_replication_role = replica;
    UPDATE payments.payment_transactions SET amount_refunded = %d WHERE id = the('payment');
    SET LOCAL session_replication_role = origin;
"""

STORIES = {
    "database-failover": Story(shows=False),
    "dead-letters": Story(
        f"""{SETTLED}
        SELECT keep('operation', call_of(the('payment'), 'v1'));
        SELECT keep('unsent', call_of(the('payment'), 'a1'));
        UPDATE payments.stripe_operations SET failures = 19 WHERE id = the('operation');
        {LOST}""",
        over="""(operation_row(the('operation'))).state = 'unknown'
            AND (operation_row(the('unsent'))).state = 'failed'""",
        empty=True,
    ),
    "dispute-opened": Story(f"{SETTLED} SELECT dispute(the('payment'), 'd', 'needs_response');"),
    "event-canceled": Story(
        """SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
        SELECT settled_payment(tenant_a(), 'k1', '{"eventId": "gig"}');
        SELECT settled_payment(tenant_a(), 'k2', '{"eventId": "gig"}');
        SELECT enter(tenant_a()), keep('batch', ops.refund_batch_start(tenant_a(), 'gig', 'storm'));
        SELECT FROM api.refund_batch_advance(tenant_a());""",
        over="(SELECT status FROM payments.refund_batches WHERE id = the('batch')) = 'running'",
    ),
    "hold-money": Story(
        """SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
        SELECT keep('payment', settled_payment(tenant_a(), 'k1', resale()));
        SELECT keep('escrow', escrow_of(the('payment')));""",
        over="(SELECT confirmed_by FROM payments.escrow_conditions) = 'tap_operator'",
    ),
    "migration-stuck": Story(shows=False),
    "money-violation": Story(
        SETTLED + OUR_BOOKS_ARE_WRONG % 1, meanwhile=OUR_BOOKS_ARE_WRONG % 0, empty=True
    ),
    "payee-blocked": Story(
        """SELECT open_account(tenant_a(), 'venue', 'blue-note', false);
        SELECT settled_payment(tenant_a(), 'k1', '{"splits": [
            {"recipientType": "venue", "recipientId": "blue-note", "basisPoints": 8500}]}');
        SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
        SELECT keep('shady', shady_payment('k2'));
        SELECT keep('review', review_of(the('shady')));""",
        over="(SELECT status FROM payments.reviews WHERE id = the('review')) = 'approved'",
    ),
    "permission-denied": Story(
        """CREATE ROLE tap_analyst IN ROLE payments_analyst;
        SELECT keep('analyst', 'tap_analyst'::text);""",
        over="EXISTS (SELECT FROM payments.tenant_members WHERE role_name = 'tap_analyst')",
        owner=True,
    ),
    "reconciliation-difference": Story(
        """SELECT enter(tenant_a()), payments.discrepancy_note(tenant_a(), 'platform',
            'missing_here', 'refund', 're_1', NULL, '2', NULL, 5, 'usd', to_timestamp(1));
        SELECT keep('discrepancy', id) FROM payments.discrepancies;""",
        over="(SELECT state FROM payments.discrepancies) = 'resolved'",
    ),
    "redis-down": Story(shows=False),
    "refund-failed": Story(
        f"""{SETTLED}
        SELECT keep('refund', refund(the('payment'), 'r', 1000));
        SELECT refund_event(the('refund'), 'refund.failed', 'failed', 'evt_failed');""",
        empty=True,
    ),
    "refund-policy": Story(
        f"""{SETTLED}
        SELECT asked_refund(the('payment'), 'r', 1000);""",
        over="""(SELECT array_agg(kept_basis_points ORDER BY version)
                 FROM payments.refund_policies WHERE show_id = 'gig-1') = '{1000,0}'""",
    ),
    "release-rollback": Story(shows=False),
    "restore-from-backup": Story(shows=False, empty=True, owner=True),
    "review-waiting": Story(
        """SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
        SELECT keep('payment', shady_payment('k1')), keep('other', shady_payment('k2'));
        SELECT keep('review', review_of(the('payment'))), keep('good', review_of(the('other')));""",
        over="""(SELECT array_agg(status ORDER BY status) FROM payments.reviews)
            = '{approved,rejected}'""",
        empty=True,
    ),
    "secret-rotation": Story(
        """CREATE ROLE tap_analyst IN ROLE payments_analyst;
        SELECT ops.tenant_member_add(tenant_a(), 'tap_analyst');
        SELECT keep('analyst', 'tap_analyst'::text);""",
        shows=False,
        over="NOT EXISTS (SELECT FROM payments.tenant_members WHERE role_name = 'tap_analyst')",
        owner=True,
    ),
    "stripe-down": Story(
        f"{UNKNOWN} SELECT paid_transfer(the('payment'), 'a1');",
        shows=False,
        meanwhile=ANSWERED,
        empty=True,
    ),
    "tenant-off-boarding": Story(SETTLED),
    "transfers-failing": Story(
        f"""{SETTLED}
        SELECT paid_transfer(the('payment'), 'v1');
        SELECT keep('operation', call_of(the('payment'), 'a1'));
        UPDATE payments.stripe_operations SET failures = 4 WHERE id = the('operation');
        SELECT send(the('operation'));
        SELECT finish(the('operation'), '{{"outcome": "failed", "code": "resource_missing"}}');""",
        meanwhile=ANSWERED,
        empty=True,
    ),
    "unknown-operations": Story(
        UNKNOWN, over="(operation_row(the('operation'))).next_run_at <= payments.clock()"
    ),
    "webhook-400": Story(SETTLED, shows=False),
    "webhook-backlog": Story(
        """SELECT receive('evt_' || n, 'charge.updated', '[]') FROM generate_series(1, 2) AS n;
        UPDATE payments.webhook_inbox
           SET tenant_id = tenant_a(), state = 'quarantined', finished_at = clock();
        SELECT keep('event', 'evt_1'::text);""",
        over="NOT EXISTS (SELECT FROM payments.webhook_inbox WHERE state <> 'received')",
    ),
}


def test_every_page_has_its_four_parts_and_is_listed() -> None:
    """In this order, and in the index."""
    index = (RUNBOOKS / "README.md").read_text()
    for page in PAGES:
        assert re.findall(r"^## (.*)$", page.read_text(), re.MULTILINE) == [*SECTIONS], page.name
        assert f"({page.name})" in index
        linked = re.findall(r"\]\(([a-z-]+\.md)\)", page.read_text())
        assert all((page.parent / name).is_file() for name in linked), page.name
    assert {page.stem for page in PAGES} == set(STORIES)


def queries(page: Path, section: str) -> list[str]:
    """The statements of a section."""
    _, _, below = page.read_text().partition(f"\n## {section}\n")
    part = below.partition("\n## ")[0]
    found = [block.text for block in blocks_of(part) if block.kind == "sql"]
    return [query.strip() for text in found for query in text.split(";") if query.strip()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_sql_is_followed(page: Path, tap_database: Database) -> None:
    """By an operator, as written: it shows the symptom, every verb acts, and then it is over."""
    story = STORIES[page.stem]
    with psycopg.connect(tap_database.superuser_url, autocommit=True) as link, script(link):

        def ask(query: str) -> list[tuple[object, ...]]:
            text = _filled(query, link)
            if not story.owner:
                link.execute("SET LOCAL SESSION AUTHORIZATION tap_operator")
            cursor = link.execute(text.encode())
            found = cursor.fetchall() if cursor.description else []
            link.execute("RESET SESSION AUTHORIZATION")
            link.execute("SELECT enter(NULL)")
            return found

        _play(link, "CREATE ROLE tap_operator IN ROLE payments_operator")
        _play(link, "SELECT ops.tenant_member_add(tenant_a(), 'tap_operator'), enter(NULL)")
        _play(link, story.before)
        _play(link, "SELECT enter(NULL)")
        seen = [ask(query) for query in queries(page, LOOK)]
        assert any(seen) or not story.shows
        for query in queries(page, DO):
            ask(query)
        _play(link, story.meanwhile)
        last = [ask(query) for query in queries(page, OVER)]
        assert not story.empty or last[-1] == []
        assert link.execute(f"SELECT {story.over}".encode()).fetchone() == (True,)


def _play(link: "psycopg.Connection[tuple[object, ...]]", text: str) -> None:
    if text.strip():
        link.execute(text.encode())


def _filled(query: str, link: "psycopg.Connection[tuple[object, ...]]") -> str:
    """With what psql would put in place of its variables."""

    def value(found: re.Match[str]) -> str:
        if found[1] == "tenant":
            return "'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'"
        (kept,) = link.execute("SELECT kept(%s)", [found[1]]).fetchone() or ("",)
        return f"'{kept}'"

    return re.sub(r":'(\w+)'", value, query)


def test_the_first_query_of_all_runs(database: Database) -> None:
    """The one that names tenant and page."""
    (block,) = blocks_of((RUNBOOKS / "README.md").read_text())
    with psycopg.connect(database.superuser_url, autocommit=True) as link:
        assert link.execute(block.text.encode()).fetchall() == []


# ── commands ──────────────────────────────────────────────────────────────────────────────────

WAITS = "worker --reconcile-first"
"""Runs on until it is stopped."""
ON_ITS_OWN = "migrate rollback"
"""Needs a database that nobody uses."""
LINES = sorted(
    {
        line.removeprefix("payment-service ")
        for page in PAGES
        for block in commands(page)
        for line in block.text.splitlines()
    }
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole service, well."""
    log = tmp_path_factory.mktemp("runbooks") / "log"
    with log.open("wb") as sink, Stack(sink) as made:
        yield made


def _environ(stack: Stack) -> dict[str, str]:
    return {
        **environ_without_servers(),
        **stack.service_environ(),
        "MIGRATION_DATABASE_URL": stack.database_url,
    }


def _run(line: str, environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return run(*shlex.split(line.replace("$TENANT", str(TENANT))), environ=environ)


@pytest.mark.parametrize("line", [line for line in LINES if line not in {WAITS, ON_ITS_OWN}])
def test_a_command_finds_nothing_wrong_where_nothing_is(line: str, stack: Stack) -> None:
    """Exit code 0, against the simulator."""
    done = _run(line, _environ(stack))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_worker_that_agrees_with_stripe_begins_to_send(stack: Stack) -> None:
    """It says so, and ends when it is told to."""
    environ = _environ(stack) | {"WORKER_ADMIN_PORT": "0"}
    with subprocess.Popen(
        [sys.executable, "-m", "app", *shlex.split(WAITS)],
        env=environ,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        _read_until(worker.stdout.readline, "agrees with stripe, sending from now on")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(SECONDS) == 0


def _read_until(readline: Callable[[], str], text: str) -> None:
    deadline = time.monotonic() + SECONDS
    while text not in (line := readline()):
        assert line, "it ended"
        assert time.monotonic() < deadline


def test_a_migration_is_rolled_back(database: Database) -> None:
    """And applied again."""
    environ = environ_without_servers() | {"MIGRATION_DATABASE_URL": database.superuser_url}
    for line in (ON_ITS_OWN, "migrate"):
        done = _run(line, environ)
        assert done.returncode == 0, done.stdout + done.stderr
