"""A database of one test: a fresh copy of the migrated template."""

import os
import secrets
import select
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql


@dataclass(frozen=True)
class Server:
    """Where the servers of this run are; handed from the controller to the xdist workers."""

    admin_url: str
    """The PostgreSQL superuser, in a database that nothing is written to."""
    redis_url: str
    redis_databases: int
    template: str
    """Migrated, with pgTAP in the schema `tap`, environment `test`, closed to connections."""
    service_password: str
    """Of the login payments_service."""

    def url(self, database: str, user: str | None = None, password: str | None = None) -> str:
        """Return the URL of a database, for the superuser unless a login is named."""
        parts = urlsplit(self.admin_url)
        netloc = parts.netloc
        if user is not None:
            secret = f":{quote(password, safe='')}" if password else ""
            netloc = f"{quote(user, safe='')}{secret}@{netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc, path=f"/{quote(database, safe='')}"))

    def worker_redis_url(self, number: int) -> str:
        """Return the URL of the numbered Redis database that belongs to one xdist worker."""
        parts = urlsplit(self.redis_url)
        return urlunsplit(parts._replace(path=f"/{1 + number % (self.redis_databases - 1)}"))


@dataclass
class Database:
    """One database of the server."""

    server: Server
    name: str
    _kept: psycopg.Connection[Any] | None = field(default=None, init=False, repr=False)

    @property
    def superuser_url(self) -> str:
        """URL as the superuser, who also migrates."""
        return self.server.url(self.name)

    @property
    def service_url(self) -> str:
        """URL as payments_service, the login of the service and the worker."""
        return self.login_url("payments_service", self.server.service_password)

    def login_url(self, user: str, password: str) -> str:
        """URL as another login."""
        return self.server.url(self.name, user, password)

    def execute(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement as the superuser, committed at once; return its rows."""
        cursor = self.session().execute(query.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """End the session; the next use opens another."""
        if self._kept is not None:
            self._kept.close()
        self._kept = None

    def session(self) -> psycopg.Connection[Any]:
        """The superuser's session that `execute` uses, in autocommit."""
        # Kept: who waits for a fact asks fifty times a second, and a session costs more than that.
        if self._kept is not None and _ended(self._kept):
            self.close()
        if self._kept is None:
            # Not prepared: tests change the tables under their statements.
            self._kept = psycopg.connect(
                self.superuser_url, autocommit=True, prepare_threshold=None
            )
        return self._kept


def _ended(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server is gone: it says nothing to an idle session but farewell."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def create_database(server: Server, prefix: str, template: str | None = None) -> Database:
    """Create a database with a name of its own, as a copy of a template when one is named."""
    name = f"{prefix}_{os.getpid()}_{secrets.token_hex(4)}"
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        # Copying files takes half of what writing each page to the log does.
        copy = sql.SQL(" TEMPLATE {} STRATEGY file_copy")
        statement += copy.format(sql.Identifier(template))
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(statement)
    return Database(server, name)


def drop_database(database: Database) -> None:
    """Drop a database and whoever is still connected to it."""
    database.close()
    name = sql.Identifier(database.name)
    with psycopg.connect(database.server.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(name))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def close_as_template(database: Database) -> Server:
    """Keep a database from being changed and return the server with it as the template."""
    database.close()
    name = sql.Identifier(database.name)
    with psycopg.connect(database.server.admin_url, autocommit=True) as connection:
        statement = sql.SQL("ALTER DATABASE {} IS_TEMPLATE true ALLOW_CONNECTIONS false")
        connection.execute(statement.format(name))
    return replace(database.server, template=database.name)


@contextmanager
def temporary_database(server: Server, prefix: str) -> Iterator[Database]:
    """Yield a fresh copy of the template, dropped at the end."""
    database = create_database(server, prefix, server.template)
    try:
        yield database
    finally:
        drop_database(database)
