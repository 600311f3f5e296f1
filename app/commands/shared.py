"""Shared by the commands: settings, the owner's login, and how a failure is said."""

import os
import sys
from typing import Any, LiteralString, NoReturn

import psycopg
from psycopg.rows import TupleRow

from app.config import Settings, SettingsError, database_url, load_settings, unknown_variables


def settings(*, logs_beside: bool = False) -> Settings:
    """The whole environment, checked; from here on there are logs.

    Args:
        logs_beside: to stderr, because stdout is for the command's answer.

    Raises:
        SettingsError: something is missing, weak or contradictory.
    """
    from app import failpoints  # what only reads the database starts without them
    from app.observability import logs

    loaded = load_settings()
    logs.configure(loaded.log_level, beside=logs_beside)
    try:
        failpoints.arm(os.environ)
    except ValueError as error:
        raise SettingsError([str(error)]) from None
    for name in unknown_variables(os.environ):
        logs.get_logger("config").warning("unknown variable", name=name)
    return loaded


def migration_url() -> str:
    """The URL of the login that owns the schema.

    Raises:
        SettingsError: neither MIGRATION_DATABASE_URL nor DATABASE_URL is there.
    """
    return database_url("MIGRATION_DATABASE_URL")


def ops(query: LiteralString, values: list[Any]) -> list[TupleRow]:
    """The rows of a statement over schema ops, as the owner.

    Raises:
        psycopg.Error: the database refused it, or did not answer.
    """
    with psycopg.connect(migration_url(), autocommit=True) as connection:
        return connection.execute(query, values).fetchall()


def fail(messages: list[str], code: int) -> NoReturn:
    """End the program; what is wrong goes to stderr, a line each."""
    for message in messages:
        sys.stderr.write(f"payment-service: {message}\n")
    sys.exit(code)
