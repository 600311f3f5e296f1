"""`payment-service clock advance`: moves the simulator's clock and ours together."""

import http.client
import json
import os
from typing import Annotated
from urllib.parse import urlsplit

import psycopg
import typer

from app.config import SettingsError

SECONDS = 120.0
"""Advancing runs everything that becomes due on the way, such as a day of webhook retries."""

OK = 200


def register(cli: typer.Typer) -> None:
    """Add the command."""
    clock = typer.Typer(help="Time of a development database and the simulator.")
    clock.command("advance")(advance)
    clock.callback()(lambda: None)  # one command today; keep its name in the line
    cli.add_typer(clock, name="clock")


def advance(seconds: Annotated[int, typer.Argument(min=0, help="How far; only forward.")]) -> None:
    """Move both clocks forward. Development only.

    Takes DATABASE_URL (a superuser) and STRIPE_API_BASE, or else the stack of `make dev` here.
    """
    database, stripe = _addresses()
    # The database first: it refuses when it is not a development database.
    with psycopg.connect(database, autocommit=True) as link:
        row = link.execute("SELECT ops.clock_advance(%s)", [seconds]).fetchone()
    advance_simulator(stripe, seconds)
    typer.echo(row[0].isoformat() if row else "")


def advance_simulator(base: str, seconds: int) -> None:
    """Move the simulator's clock forward.

    Raises:
        OSError: it cannot be reached or refuses.
    """
    link = http.client.HTTPConnection(urlsplit(base).netloc, timeout=SECONDS)
    try:
        body = json.dumps({"seconds": seconds})
        link.request("POST", "/_sim/clock/advance", body, {"Content-Type": "application/json"})
        answer = link.getresponse()
        if answer.status != OK:
            raise OSError(f"simulator: {answer.status} {answer.read().decode(errors='replace')}")
    finally:
        link.close()


def _addresses() -> tuple[str, str]:
    database = os.environ.get("MIGRATION_DATABASE_URL") or os.environ.get("DATABASE_URL")
    stripe = os.environ.get("STRIPE_API_BASE")
    if database and stripe:
        return database, stripe
    from local.dev.run import read_note

    note = read_note()
    if note is None:
        raise SettingsError(
            ["DATABASE_URL: is required, with STRIPE_API_BASE, when no `make dev` runs here"]
        )
    return note.databaseUrl, note.stripe
