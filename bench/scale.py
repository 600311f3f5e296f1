"""A million complete payments of a thousand tenants: reports, and what growth costs the hot calls.

    python -m bench scale            a million payments: ten minutes, 11 GiB of temporary disk
    python -m bench scale=100000     fewer

First a line for each report (bench/reports.py), ours the 95th percentile, the floor its limit of
a second. Then get-payment, create-intent's SQL, settlement and claim for the largest tenant, ours
beside the same with ten thousand payments, the best 99th percentile of five rounds each: the ratio
is what growth costs, and should stay below 1.5.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from app.migrations.migrate import migrate
from app.migrations.roles import SERVICE_LOGIN, provision_service
from bench import growth, reports
from bench.history import History, make_history
from bench.report import Measure
from bench.stack import Database
from local.embedded import EmbeddedPostgres

PAYMENTS = 1_000_000
FEW = 10_000
PASSWORD = "bench"
SETTINGS: dict[str, str | int] = {
    "shared_buffers": "512MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    # Not while millions of rows are copied: they are vacuumed and analyzed once, at the end.
    "autovacuum_naptime": "10min",
}


class Server:
    """A PostgreSQL that takes no care of the disk: what is compared is SQL."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self._postgres = postgres

    def database(self, name: str, template: str = "template1") -> Database:
        """A migrated database, or a copy of one that nobody is connected to."""
        with psycopg.connect(self._postgres.superuser_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        url = self._postgres.dsn(name)
        if template == "template1":
            migrate(url)
            provision_service(url, PASSWORD)
        return Database(url, self._postgres.dsn(name, SERVICE_LOGIN, PASSWORD))


@contextmanager
def server() -> Iterator[Server]:
    """Start it on a temporary directory that goes with it."""
    with EmbeddedPostgres(durable=False, settings=SETTINGS) as postgres:
        yield Server(postgres)


def run(payments: int = PAYMENTS) -> list[Measure]:
    """All lines."""
    with server() as here:
        few, many = here.database("few"), here.database("many")
        make_history(few, min(FEW, payments))
        made = make_history(many, payments)
        _tell(many, made)
        return [*reports.measure(many, made), *growth.compare(many, few, made.big)]


def _tell(database: Database, made: History) -> None:
    with psycopg.connect(database.superuser_url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    size = row[0] / 2**30 if row else 0
    sys.stderr.write(f"{made.payments} payments, {made.rows} rows, {size:.1f} GiB")
    sys.stderr.write(f", made in {made.seconds:.0f} s\n")
