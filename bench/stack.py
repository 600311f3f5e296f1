"""The servers and processes that a benchmark runs on, all on the loopback, all ours to stop."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self
from uuid import UUID

import jwt
import psycopg
from psycopg import sql

from app.migrations.migrate import migrate
from app.migrations.roles import SERVICE_LOGIN, provision_service
from bench.load import Spec
from local.embedded import EmbeddedPostgres, EmbeddedValkey
from local.embedded.process import free_port, spawn_own

TEMPLATE = "bench_template"
START_SECONDS = 30.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.02
WEBHOOK_SECRET = "whsec_bench_0123456789"
RATE = 10_000
"""Calls a second towards Stripe: never the limit here."""
UNLIMITED = "1000000000"
"""Requests a minute of one address and one user: counted, never refused here."""


@dataclass(frozen=True)
class Process:
    """A running program of ours."""

    popen: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def peak_megabytes(self) -> float:
        """Most memory it ever had resident, in MB."""
        status = Path(f"/proc/{self.popen.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def cpu_seconds(self) -> float:
        """CPU it has used so far, user and system."""
        fields = Path(f"/proc/{self.popen.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it in order."""
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


class Stack:
    """PostgreSQL with a migrated template, Valkey, and room for logs."""

    def __init__(self) -> None:
        self._exit = ExitStack()
        self._jwt_secret = secrets.token_urlsafe(32)
        self._password = secrets.token_urlsafe(16)

    def __enter__(self) -> Self:
        self._logs = Path(self._exit.enter_context(TemporaryDirectory(prefix="bench-")))
        self._postgres = self._exit.enter_context(EmbeddedPostgres())
        self._valkey = self._exit.enter_context(EmbeddedValkey())
        self._execute("postgres", sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        migrate(self._postgres.dsn(TEMPLATE))
        provision_service(self._postgres.dsn(TEMPLATE), self._password)
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    @property
    def servers(self) -> tuple[int, int]:
        """Process ids of PostgreSQL and Valkey."""
        return self._postgres.pid, self._valkey.pid

    def database(self, name: str) -> "Database":
        """A fresh migrated database."""
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute("postgres", create.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        return Database(
            superuser_url=self._postgres.dsn(name),
            service_url=self._postgres.dsn(name, SERVICE_LOGIN, self._password),
        )

    def _execute(self, database: str, statement: sql.Composed) -> None:
        with psycopg.connect(self._postgres.dsn(database), autocommit=True) as connection:
            connection.execute(statement)

    # ── processes ─────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def web(self, database: "Database", stripe_port: int = 9) -> Iterator[Process]:
        """`payment-service serve`."""
        port = free_port()
        environ = self.environ(database, stripe_port) | {
            "LISTEN_HOST": "127.0.0.1",
            "PORT": str(port),
            "ADMIN_PORT": str(free_port()),
        }
        with self._run("web", _service("serve"), environ, port) as process:
            yield process

    @contextmanager
    def worker(
        self, database: "Database", stripe_port: int, concurrency: int, **more: str
    ) -> Iterator[Process]:
        """`payment-service worker`."""
        port = free_port()
        environ = self.environ(database, stripe_port) | {
            "LISTEN_HOST": "127.0.0.1",
            "WORKER_ADMIN_PORT": str(port),
            "WORKER_CONCURRENCY": str(concurrency),
            **more,
        }
        with self._run("worker", _service("worker"), environ, port) as process:
            yield process

    @contextmanager
    def stub(self, seconds: float = 0.0) -> Iterator[Process]:
        """The minimal Stripe; each answer takes `seconds`."""
        port = free_port()
        command = _module("bench.stub", port, seconds)
        with self._run("stub", command, _base_environ(), port) as process:
            yield process

    @contextmanager
    def floor(self, kind: str, database: "Database", stripe_port: int = 9) -> Iterator[Process]:
        """A bare handler; see bench/floor.py."""
        port = free_port()
        environ = self.environ(database, stripe_port)
        with self._run("floor", _module("bench.floor", kind, port), environ, port) as process:
            yield process

    @contextmanager
    def bare(self, database: "Database", tenant: UUID) -> Iterator[Process]:
        """The service with its checks, and one handler without it; see bench/bare.py."""
        port = free_port()
        environ = self.environ(database, stripe_port=9)
        with self._run("bare", _module("bench.bare", port, tenant), environ, port) as process:
            yield process

    def floor_transfers(
        self, database: "Database", stripe_port: int, calls: int, concurrency: int
    ) -> float:
        """Calls a second of the bare loop, in a process of its own."""
        command = _module("bench.floor", "transfers", calls, concurrency)
        environ = self.environ(database, stripe_port)
        return float(subprocess.run(command, env=environ, stdout=-1, check=True).stdout)

    def load(self, spec: Spec) -> float:
        """Requests a second that a server sustains."""
        done = subprocess.run(
            _module("bench.load"), input=spec.json(), env=_base_environ(), stdout=-1, check=True
        )
        return float(done.stdout)

    @contextmanager
    def _run(
        self, name: str, command: list[str], environ: Mapping[str, str], port: int
    ) -> Iterator[Process]:
        path = self._logs / f"{name}-{port}.log"
        with path.open("wb") as log:
            process = Process(spawn_own(command, log=log, environ=environ), port, path)
        try:
            _await_port(process)
            yield process
        finally:
            process.stop()

    # ── addresses ─────────────────────────────────────────────────────────────────────────────

    def environ(self, database: "Database", stripe_port: int) -> dict[str, str]:
        """The environment of the service, as in production but for its addresses."""
        return _base_environ() | {
            "APP_ENV": "production",
            "DATABASE_URL": database.service_url,
            "FLOOR_DATABASE_URL": database.superuser_url,
            "REDIS_URL": self._valkey.url,
            "JWT_SECRET": self._jwt_secret,
            "STRIPE_SECRET_KEY": "sk_test_bench",
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STRIPE_API_BASE": f"http://127.0.0.1:{stripe_port}",
            "STRIPE_API_BASE_ALLOW_LOOPBACK": "true",
            "STRIPE_RATE": str(RATE),
            "RATE_LIMIT_PER_IP": UNLIMITED,
            "RATE_LIMIT_PAYMENTS_PER_USER": UNLIMITED,
        }

    def tokens(self, tenant: UUID, count: int) -> tuple[str, ...]:
        """Bearer tokens of as many users of one tenant."""
        now = int(time.time())
        claims = {
            "tenant_id": str(tenant),
            "scope": "payments:read payments:write",
            "iat": now,
            "exp": now + 3600,
        }
        return tuple(
            jwt.encode({**claims, "sub": f"user-{n}"}, self._jwt_secret, "HS256")
            for n in range(count)
        )


@dataclass(frozen=True)
class Database:
    """One database: as the superuser, and as the service's login."""

    superuser_url: str
    service_url: str

    def analyze(self) -> None:
        """Gather statistics, as autovacuum does within a minute of the first rows."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            connection.execute("ANALYZE")


def _base_environ() -> dict[str, str]:
    return {"PATH": os.defpath, "PYTHONWARNINGS": "ignore"}


def _module(name: str, *args: object) -> list[str]:
    return [sys.executable, "-m", name, *map(str, args)]


def _service(command: str) -> list[str]:
    return [str(Path(sys.executable).with_name("payment-service")), command]


def _await_port(process: Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.popen.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", process.port)) == 0:
                return
        time.sleep(POLL_SECONDS)
    raise RuntimeError(f"{process.popen.args!r} did not start\n{process.log.read_text()}")
