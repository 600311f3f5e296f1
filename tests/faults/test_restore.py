"""Restore from a backup: Stripe remembers what the database has forgotten, and nothing is doubled.

The steps are those of docs/runbooks/restore-from-backup.md.
"""

import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.migrations.migrate import migrate
from local.embedded.binaries import postgres_bin
from tests.support import stories
from tests.support.database import Database, Server, create_database, drop_database
from tests.support.stack import PAYEES, Json, Stack
from tests.support.waiting import until

RESTORING = {
    "RECONCILE_FIRST": "true",
    "RECONCILE_SECONDS": "0.5",
    "SWEEP_SECONDS": "1",
}
AGREED = "agrees with stripe, sending from now on"


@pytest.fixture
def backup_url(stack: Stack) -> Iterator[str]:
    """URL of a login that may do what payments_backup may, and nothing else."""
    name, password = f"backup_{secrets.token_hex(4)}", secrets.token_hex(16)
    role = sql.Identifier(name)
    with psycopg.connect(stack.database.superuser_url, autocommit=True) as connection:
        made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE payments_backup")
        connection.execute(made.format(role, sql.Literal(password)))
        yield stack.database.login_url(name, password)
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.fixture
def empty(server: Server) -> Iterator[Database]:
    """Where the backup is restored to."""
    database = create_database(server, "payments_restored")
    try:
        yield database
    finally:
        drop_database(database)


@pytest.fixture
def tools(server: Server) -> Path:
    """Where pg_dump and pg_restore are; Debian's for an older server, which takes no newer ones."""
    with psycopg.connect(server.admin_url) as connection:
        debian = Path(f"/usr/lib/postgresql/{connection.info.server_version // 10_000}/bin")
    return debian if debian.is_dir() else postgres_bin()


def _run(program: Path, *arguments: str) -> None:
    done = subprocess.run([program, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _history(stack: Stack) -> None:
    """Payments, a refund, an escrow and a dispute, at their ends."""
    first, *_ = stories.sold(stack, 2)
    assert stories.refund(stack, first).status == 201
    stories.resold(stack, 1)
    stories.disputed(stack, 1)
    stack.until_idle()


def _ask_after_backup(stack: Stack, refunded: Json) -> tuple[str, str]:
    """An order and a refund; asked for again, they are the same ones."""
    order = stack.order("forgotten", "forgotten")
    refund = stories.refund(stack, refunded, "forgotten")
    assert (order.status, refund.status) == (201, 201), (order, refund)
    return order.body["id"], refund.body["id"]


def _agreed(stack: Stack) -> bool:
    """Whether sending has begun; meanwhile a person explains what has no owner any more."""
    for (stripe_id,) in stack.database.execute("SELECT provider_id FROM ops.unowned_objects()"):
        try:
            stack.database.execute(
                "SELECT ops.unowned_object_resolve('platform', %s, 'its client will ask again')",
                stripe_id,
            )
        except psycopg.Error as error:
            if error.sqlstate != "PY010":  # its client has asked again since we looked
                raise
    return AGREED in stack.log_path.read_text()


def test_a_restored_backup_agrees_with_stripe_and_nothing_is_doubled(
    stack: Stack, empty: Database, backup_url: str, tools: Path, tmp_path: Path
) -> None:
    """F46: dumped as payments_backup, restored, reconciled; then work goes on, once each."""
    worker = stack.start_worker()
    _history(stack)
    [refunded] = stories.sold(stack, 1)
    stack.fault("rate_limit", "/v1/transfers")
    due = stack.sell("due when the backup is made")
    until(lambda: stories.settled(stack, due), "its payment")
    worker.kill()

    dump = str(tmp_path / "dump")
    _run(tools / "pg_dump", "--role=payments_backup", "-Fc", f"--file={dump}", backup_url)
    stack.control("DELETE", "faults")
    worker = stack.start_worker()
    asked = _ask_after_backup(stack, refunded)
    stack.pay(stack.journal("/v1/payment_intents")[-1]["object"])
    stack.leases_end()
    stack.until_idle()
    assert sum(row["status"] == 200 for row in stack.journal_of(due["id"])) == len(PAYEES)
    worker.kill()
    before = stack.executed()
    stack.web.kill()

    _run(tools / "pg_restore", "--exit-on-error", f"--dbname={empty.superuser_url}", dump)
    migrate(empty.superuser_url)
    stack.database, stack.service_url = empty, empty.service_url
    stack.start_worker(**RESTORING)
    stack.start_web()
    assert _ask_after_backup(stack, refunded) == asked
    until(lambda: _agreed(stack), "Stripe and we agree")
    assert stack.executed() == before
    assert stack.database.execute("SELECT * FROM ops.money_violations()") == []

    stack.sell("afterwards")
    stack.check_even()
