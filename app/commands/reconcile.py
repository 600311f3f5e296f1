"""`payment-service reconcile`: compare with Stripe now and tell a person, or a program."""

import re
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import orjson
from rich.console import Console

from app.config import Settings
from app.database.client import Database
from app.database.notify import Notifier
from app.http.routes.webhooks import inbox
from app.stripe.gateway import Gateway
from app.stripe.rate import Rate
from app.worker.periodic.missed_events import sweep
from app.worker.periodic.unsettled_objects import poll
from app.worker.reconcile.comparison import Reconciliation
from app.worker.reconcile.report import open_items, show, summarised
from app.worker.reconcile.stripe_lists import Lists

POOL_SIZE = 2
ALL = "all"
_AGO = re.compile(r"(\d{1,5})([hd])")


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


async def run(settings: Settings, since: datetime | None, *, as_json: bool) -> bool:
    """Fetch missed events, compare, print the report on stdout, and say whether nothing is open.

    What was missed, and what is long unsettled, is applied by the workers; the comparison counts.

    Raises:
        UnreadableError: Stripe could not be read to the end.
        DatabaseError: the database did not answer.
        LoginError: the login role is not fit for production.
    """
    async with AsyncExitStack() as stack:
        database = Database(settings, name="reconcile", size=POOL_SIZE)
        stack.push_async_callback(database.close)
        await database.open()
        await database.check_login(settings.app_env)
        gateway = Gateway(settings)
        stack.push_async_callback(gateway.close)
        notifier = Notifier(database)
        stack.push_async_callback(notifier.close)
        lists = Lists(gateway, Rate(settings, database, inline=False))
        await sweep(database, lists, inbox(database, notifier))
        await poll(settings, database, notifier)
        reconciliation = Reconciliation(database, lists, notifier)
        done = await reconciliation.run("hand", since, settings.reconcile_grace_seconds)
        report = await reconciliation.report(done)
    if as_json:
        sys.stdout.write(orjson.dumps(summarised(report)).decode() + "\n")
    else:
        show(report, Console())
    return open_items(report) == 0
