"""The database server of the local stack: one of our own, or one that was named."""

import hashlib
import secrets
from typing import Protocol
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from local.embedded import EmbeddedPostgres

# The data is thrown away at the end: nothing is gained by waiting for the disk.
SETTINGS: dict[str, str | int] = {"shared_buffers": "128MB", "max_connections": 100}


class DatabaseServer(Protocol):
    """A server with one database for the stack."""

    service_password: str

    def start(self) -> None:
        """Have the server run and the database exist, empty."""

    def stop(self) -> None:
        """Leave nothing of ours behind."""

    def url(self, user: str | None = None, password: str | None = None) -> str:
        """URL of the database; the superuser's unless a login is named."""


class OwnServer:
    """An embedded server that lives and dies with the stack."""

    name = "payments"

    def __init__(self) -> None:
        self.service_password = secrets.token_urlsafe(24)
        self._server = EmbeddedPostgres(settings=SETTINGS, durable=False, in_memory=True)

    def start(self) -> None:
        """Start it and create the database."""
        self._server.start()
        _create(self._server.superuser_url, self.name)

    def stop(self) -> None:
        """Stop it; the data goes with it."""
        self._server.stop()

    def url(self, user: str | None = None, password: str | None = None) -> str:
        """URL of the database; the superuser's unless a login is named."""
        if user is None:
            return self._server.dsn(self.name)
        return self._server.dsn(self.name, user, password)


class GivenServer:
    """A server somebody named: the stack gets a database of its own there, dropped at the end.

    Roles belong to the server: the login of the service stays, with a password that follows from
    the URL, so that several stacks and test runs on one server agree on it.

    Args:
        admin_url: of a superuser.
    """

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self.name = f"payments_local_{secrets.token_hex(4)}"
        self.service_password = hashlib.sha256(f"service {admin_url}".encode()).hexdigest()
        self._created = False

    def start(self) -> None:
        """Create the database."""
        _create(self._admin_url, self.name)
        self._created = True

    def stop(self) -> None:
        """Drop the database."""
        if not self._created:
            return
        self._created = False
        statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.name))
        with psycopg.connect(self._admin_url, autocommit=True) as link:
            link.execute(statement)

    def url(self, user: str | None = None, password: str | None = None) -> str:
        """URL of the database; the superuser's unless a login is named."""
        parts = urlsplit(self._admin_url)
        netloc = parts.netloc
        if user is not None:
            login = f"{quote(user, safe='')}:{quote(password or '', safe='')}"
            netloc = f"{login}@{netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc, path=f"/{self.name}"))


def _create(admin_url: str, name: str) -> None:
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    with psycopg.connect(admin_url, autocommit=True) as link:
        link.execute(statement)
