"""Tenants kept apart through PgBouncer in transaction mode: many clients, one server connection.

Debian: pgbouncer.
"""

import asyncio
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.support.database import Database
from tests.support.furnished import OURS, THEIRS, Furnished, furnish
from tests.support.service import OTHER_TENANT, running_service, token
from tests.support.waiting import eventually, timed_out

pytestmark = pytest.mark.full

CONFIG = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = plain
auth_file = {users}
pool_mode = transaction
default_pool_size = 1
max_client_conn = 100
ignore_startup_parameters = extra_float_digits
logfile = {log}
"""


@pytest.fixture
def furnished(database: Database) -> Furnished:
    """A database in which two tenants have rows in every table."""
    return furnish(database)


@pytest.fixture
def pooled(furnished: Furnished, tmp_path: Path) -> Iterator[str]:
    """URL of the service's login through a pool of one server connection."""
    with pool_before(furnished.database, tmp_path) as url:
        yield url


@contextmanager
def pool_before(database: Database, tmp_path: Path) -> Iterator[str]:
    """PgBouncer with one server connection; the service's URL through it."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.fail("pgbouncer is not installed: Debian's pgbouncer")
    server = urlsplit(database.service_url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = probe.getsockname()[1]
    users = tmp_path / "users.txt"
    users.write_text(f'"{server.username}" "{server.password}"\n', encoding="utf-8")
    config = tmp_path / "pgbouncer.ini"
    config.write_text(
        CONFIG.format(
            host=server.hostname,
            port=server.port,
            listen=listen,
            users=users,
            log=tmp_path / "pgbouncer.log",
        ),
        encoding="utf-8",
    )
    for path in (tmp_path, users, config):
        path.chmod(0o777)
    as_somebody = ["-u", "nobody"] if getpass.getuser() == "root" else []
    for parent in (*tmp_path.parents,):
        if parent.stat().st_uid == os.getuid() and "pytest" in str(parent):
            parent.chmod(0o755)
    with subprocess.Popen([program, *as_somebody, str(config)]) as bouncer:
        try:
            yield database.service_url.replace(
                f"{server.hostname}:{server.port}", f"127.0.0.1:{listen}"
            )
        finally:
            bouncer.terminate()


def _connect(url: str) -> psycopg.Connection[tuple[str, ...]]:
    since = time.monotonic()
    while True:
        try:
            return psycopg.connect(url, autocommit=True, prepare_threshold=None)
        except psycopg.OperationalError:
            if timed_out(since):
                raise


def test_clients_of_two_tenants_share_a_connection_and_nothing_else(
    furnished: Furnished, pooled: str
) -> None:
    """F55, F56: each client gets its own tenant's rows, whoever had the connection before it."""
    owners = {tenant: set(furnished.keys(tenant)) for tenant in (OURS, THEIRS)}

    def client(number: int) -> int:
        tenant, other = (OURS, THEIRS)[:: 1 if number % 2 else -1]
        strange = min(owners[other] - owners[tenant])
        seen = 0
        with _connect(pooled) as connection:
            for turn in range(20):
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT d ->> 'id' FROM jsonb_array_elements("
                        "api.payment_list(%s, '{}', 100) -> 'data') AS d",
                        [tenant],
                    )
                    found = {row[0] for row in cursor.fetchall()}
                    assert found <= owners[tenant]
                    seen += len(found)
                with pytest.raises(psycopg.DatabaseError) as caught:
                    connection.execute("SELECT api.payment_get(%s, %s)", [tenant, strange])
                assert caught.value.sqlstate == "PY010", turn
                left = connection.execute(
                    "SELECT coalesce(current_setting('app.current_tenant_id', true), '')"
                ).fetchone()
                assert left == ("",)
        return seen

    with ThreadPoolExecutor(8) as pool:
        assert all(count > 0 for count in pool.map(client, range(8)))
    with _connect(pooled) as connection:
        pid = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert pid == connection.execute("SELECT pg_backend_pid()").fetchone()


async def test_the_service_and_its_worker_live_behind_one_connection(
    database: Database, tmp_path: Path
) -> None:
    """F56: the main path over HTTP, hints over a direct connection, two tenants asking at once."""
    with pool_before(database, tmp_path) as url:
        _connect(url).close()
        behind = {
            "DATABASE_URL": url,
            "LISTEN_DATABASE_URL": database.service_url,
            "DATABASE_PREPARE": "off",
        }
        async with running_service(database, **behind) as service:
            worker = await service.start_worker(**behind)
            await eventually(worker.listening)
            await service.payee()
            payment = await service.paid()
            path = f"/api/v1/payments/{payment['id']}"

            async def paid_out() -> bool:
                return len(await service.transfers_at_stripe()) == 1

            await eventually(paid_out)

            async def look(number: int) -> int:
                strange = {"Authorization": f"Bearer {token(OTHER_TENANT)}"}
                headers = strange if number % 2 else {}
                return (await service.ask("GET", path, headers=headers)).status

            seen = await asyncio.gather(*(look(number) for number in range(40)))
            assert seen == [200, 404] * 20
            refund = {"paymentId": payment["id"], "amount": 4_000, "reason": "other"}
            assert (await service.ask("POST", "/api/v1/refunds", refund)).status == 201
            await service.until(path, amountRefunded=4_000)
            assert service.violations() == []
