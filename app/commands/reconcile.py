"""`payment-service reconcile`: compare with Stripe now and tell a person, or a program."""

import asyncio
import re
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import orjson
import typer
from rich.console import Console

from app.commands.shared import fail, settings
from app.config import Settings
from app.database.client import Database
from app.database.inbox import inbox
from app.database.notify import Notifier
from app.errors import DatabaseError
from app.stripe.gateway import Gateway
from app.stripe.rate import Rate
from app.worker.periodic.missed_events import fetch_missed
from app.worker.periodic.unsettled_objects import poll
from app.worker.reconcile.comparison import Reconciliation
from app.worker.reconcile.report import open_items, show, summarised
from app.worker.reconcile.stripe_lists import Lists, UnreadableError

POOL_SIZE = 2
ALL = "all"
_AGO = re.compile(r"(\d{1,5})([hd])")


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(reconcile)


def reconcile(
    since: Annotated[
        str | None, typer.Option(help="36h, 7d, a date or time, or all; RECONCILE_DAYS if absent.")
    ] = None,
    report: Annotated[
        Literal["text", "json"], typer.Option("--format", help="For a person or a program.")
    ] = "text",
) -> None:
    """Fetch missed events, compare Stripe with our books; exit 1 when they do not agree."""
    loaded = settings(logs_beside=True)
    try:
        start = parse_since(since, loaded.reconcile_days)
    except ValueError:
        raise typer.BadParameter("36h, 7d, a date or time, or all", param_hint="--since") from None
    try:
        agrees = asyncio.run(run(loaded, start, as_json=report == "json"))
    except (UnreadableError, DatabaseError) as error:
        fail([str(error)], 1)
    else:
        if not agrees:
            raise typer.Exit(1)


def parse_since(text: str | None, default_days: float) -> datetime | None:
    """Read --since: `36h`, `7d`, a date or time (UTC unless it says otherwise), or `all`.

    Returns:
        From when on to compare; None from the beginning.

    Raises:
        ValueError: it is none of these.
    """
    now = datetime.now(UTC)
    if text is None:
        return now - timedelta(days=default_days)
    if text == ALL:
        return None
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{"h": {"hours": int(ago[1])}, "d": {"days": int(ago[1])}}[ago[2]])
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def run(loaded: Settings, since: datetime | None, *, as_json: bool) -> bool:
    """Fetch missed events, compare, print the report on stdout, and say whether nothing is open.

    What was missed, and what is long unsettled, is applied by the workers; the comparison counts.

    Raises:
        UnreadableError: Stripe could not be read to the end.
        DatabaseError: the database did not answer.
        LoginError: the login role is not fit for production.
    """
    async with AsyncExitStack() as stack:
        database = Database(loaded, name="reconcile", size=POOL_SIZE)
        stack.push_async_callback(database.close)
        await database.open()
        await database.check_login(loaded.app_env)
        gateway = Gateway(loaded)
        stack.push_async_callback(gateway.close)
        notifier = Notifier(database)
        stack.push_async_callback(notifier.close)
        lists = Lists(gateway, Rate(loaded, database, inline=False))
        await fetch_missed(database, lists, inbox(database, notifier))
        await poll(loaded, database, notifier)
        reconciliation = Reconciliation(database, lists, notifier)
        done = await reconciliation.run("hand", since, loaded.reconcile_grace_seconds)
        report = await reconciliation.report(done)
    if as_json:
        sys.stdout.write(orjson.dumps(summarised(report)).decode() + "\n")
    else:
        show(report, Console())
    return open_items(report) == 0
