"""Login roles for development, the demo and tests; production makes its own."""

from collections.abc import Iterable
from contextlib import suppress

import psycopg
from psycopg import sql

SERVICE_LOGIN = "payments_service"
SERVICE_GROUPS = ("payments_api", "payments_webhook", "payments_worker")


def provision_login(dsn: str, role: str, password: str, member_of: Iterable[str]) -> None:
    """Create a login role (or give it a new password) and make it a member of the groups.

    `dsn` is a superuser or a role with CREATEROLE and ADMIN on the groups. Safe to repeat, also
    from several databases of one server at once.
    """
    name = sql.Identifier(role)
    with psycopg.connect(dsn, autocommit=True) as connection:
        with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            connection.execute(sql.SQL("CREATE ROLE {}").format(name))
        alter = sql.SQL("ALTER ROLE {} LOGIN INHERIT PASSWORD {}")
        connection.execute(alter.format(name, sql.Literal(password)))
        for group in member_of:
            grant = sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), name)
            connection.execute(grant)


def provision_service(dsn: str, password: str) -> str:
    """Create the login that the service and the worker use; return its name."""
    provision_login(dsn, SERVICE_LOGIN, password, SERVICE_GROUPS)
    return SERVICE_LOGIN
