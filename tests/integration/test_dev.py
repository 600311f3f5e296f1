"""`payment-service dev`: one line of addresses, a working stack, reload, and a clean end."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest

from local.dev.stack import Addresses, Stack
from tests.support.local_stack import ROOT, command, descendants, running
from tests.support.waiting import until


@dataclass
class Dev:
    """A running `dev`."""

    process: "subprocess.Popen[str]"
    addresses: dict[str, str]
    log: Path

    def last_words(self) -> str:
        """What it wrote to stderr last."""
        return self.log.read_text()[-2000:]

    def said(self, text: str) -> bool:
        """Whether it wrote this to stderr."""
        return text in self.log.read_text()


@contextmanager
def _dev(log: Path) -> Iterator[Dev]:
    with log.open("wb") as sink, command("dev", "--port", "0", stderr=sink) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            pytest.fail(f"dev did not come up:\n{log.read_text()[-2000:]}")
        yield Dev(process, json.loads(line), log)


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """One stack for the tests of this module that leave it running; SIGTERM must end it."""
    with _dev(tmp_path_factory.mktemp("dev") / "log") as made:
        yield made
        _stop(made, signal.SIGTERM)


@pytest.fixture
def own_dev(tmp_path: Path) -> Iterator[Dev]:
    """A stack that the test may kill."""
    with _dev(tmp_path / "log") as made:
        yield made


async def _order(dev: Dev, token: str | None = None, key: str = "key") -> tuple[int, Any]:
    headers = {
        "Authorization": f"Bearer {token or dev.addresses['token']}",
        "Idempotency-Key": key,
    }
    body = {"amount": 1500, "currency": "usd", "orderId": "order-1"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{dev.addresses['api']}/api/v1/payments/intents", headers=headers, json=body
        ) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


def test_two_stacks_share_no_port(tmp_path: Path) -> None:
    """Who wants the ports of a stack that is only about to start gets others."""
    with (tmp_path / "log").open("wb") as sink:
        one = Stack(sink)
        two = Stack(sink, ports=one.ports)
        try:
            assert not set(astuple(one.ports)) & set(astuple(two.ports))
        finally:
            one.stop()
            two.stop()


def test_line_has_the_names_of_the_contract(dev: Dev) -> None:
    """The line on stdout has exactly the keys that scripts rely on."""
    assert list(dev.addresses) == [field.name for field in fields(Addresses)]
    assert all(dev.addresses.values())


async def test_token_of_the_line_creates_a_payment(dev: Dev) -> None:
    """The stack works: an order is taken and its intent exists at the simulated Stripe."""
    status, payment = await _order(dev)
    assert status == 201, payment
    headers = {"Authorization": f"Bearer {dev.addresses['stripeSecretKey']}"}
    url = f"{dev.addresses['stripe']}/v1/payment_intents/{payment['stripePaymentIntentId']}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        assert (await answer.json())["amount"] == 1500


def test_database_is_a_development_one_with_two_tenants(dev: Dev) -> None:
    """The database URL is the superuser's; both tenants of the line are registered."""
    with psycopg.connect(dev.addresses["databaseUrl"], autocommit=True) as link:
        environment = link.execute("SELECT environment FROM payments.deployment").fetchone()
        tenants = {str(row[0]) for row in link.execute("SELECT tenant_id FROM ops.tenant_list()")}
    assert environment == ("development",)
    assert tenants == {dev.addresses["tenantId"], dev.addresses["otherTenantId"]}


async def test_clock_advance_moves_both_clocks(dev: Dev) -> None:
    """`clock advance` shifts payments.clock() and the simulator's clock by the same time."""
    before = await _ahead(dev)
    environ = {
        "DATABASE_URL": dev.addresses["databaseUrl"],
        "STRIPE_API_BASE": dev.addresses["stripe"],
    }
    with command("clock", "advance", "7200", stderr=subprocess.PIPE, environ=environ) as advance:
        _, errors = advance.communicate(timeout=60)
    assert advance.returncode == 0, errors
    moved = [after - was for was, after in zip(before, await _ahead(dev), strict=True)]
    assert moved == pytest.approx([7200, 7200], abs=5)


async def _ahead(dev: Dev) -> tuple[float, float]:
    """How far the database and the simulator are ahead of the wall, in seconds."""
    with psycopg.connect(dev.addresses["databaseUrl"], autocommit=True) as link:
        row = link.execute("SELECT extract(epoch FROM payments.clock() - clock_timestamp())")
        (ours,) = row.fetchone() or (0,)
    url = f"{dev.addresses['stripe']}/_sim/clock"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return float(ours), (await answer.json())["now"] - time.time()


def test_changed_code_restarts_web_and_worker(dev: Dev) -> None:
    """Saving a file under app/ brings web and worker back with new processes."""
    before = set(descendants(dev.process.pid))
    os.utime(ROOT / "app" / "__main__.py")
    until(lambda: dev.said("dev: restarted"), "a restart", dev.last_words)
    gone = [pid for pid in before if not running(pid)]
    assert len(gone) >= 2


def test_changed_sql_is_migrated(dev: Dev) -> None:
    """Saving a file under sql/ runs the migrations; web and worker stay."""
    os.utime(ROOT / "sql" / "functions" / "platform" / "clock.sql")
    until(lambda: dev.said("clock.sql: migrating"), "a migration", dev.last_words)


def _stop(dev: Dev, number: signal.Signals) -> None:
    children = descendants(dev.process.pid)
    assert len(children) >= 5
    dev.process.send_signal(number)
    assert dev.process.wait(60) == 0
    until(lambda: not any(map(running, children)), "the end of all it started")


def test_killed_outright_it_leaves_nothing_running(own_dev: Dev) -> None:
    """SIGKILL of the command takes every process it started with it."""
    children = descendants(own_dev.process.pid)
    assert len(children) >= 5
    own_dev.process.kill()
    until(lambda: not any(map(running, children)), "the end of all it started")
