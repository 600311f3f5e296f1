"""Missed events: Stripe's own list of events, put into the inbox as if they had been delivered.

What is there already stays as it is; so the same event may be listed as often as it likes.
"""

import asyncio
from typing import Any

import orjson

from app.database.client import Database
from app.database.inbox import Delivery, Inbox, describe
from app.observability.logs import get_logger
from app.worker.reconcile.stripe_lists import Lists, UnreadableError

log = get_logger("missed_events")

PLATFORM = "platform"
MAX_ACCOUNTS = 200
"""Accounts a run: those longest not looked at have their turn."""


async def fetch_missed(database: Database, lists: Lists, inbox: Inbox) -> None:
    """Store every event since the last run; where there was none, those never delivered, too.

    A run that was broken off goes on behind the last page that was stored.

    Args:
        database: knows which accounts, and since when.
        lists: Stripe's lists.
        inbox: where webhooks go.

    Raises:
        UnreadableError: Stripe did not show the platform's events, or an account's, for now.
        DatabaseError: the database did not answer.
    """
    for row in await database.rows("missed_events_due", limit=MAX_ACCOUNTS):
        turn = {name: row[name] for name in ("provider_account", "begun_at")}
        account = None if row["provider_account"] == PLATFORM else row["provider_account"]
        try:
            if row["failed_since"]:
                await _store_undelivered(row["failed_since"], account, lists, inbox)
            everything = {"created": {"gte": row["since"]}}
            async for page in lists.pages("events", everything, account, row["position"]):
                await _store(page, account, inbox)
                await database.rows("missed_events_advance", **turn, position=page[-1]["id"])
        except UnreadableError as error:
            if not (account and error.refused):
                raise
            log.warning("account not readable", account=account, reason=str(error))
        await database.rows("missed_events_done", **turn)


async def fetch_undelivered(database: Database, lists: Lists, inbox: Inbox) -> None:
    """Store the platform's events of the time not yet fetched that Stripe could not deliver.

    Fetching all takes the longer the more is sold. This takes as long as what failed is many, so
    that a lost webhook of one payment does not wait for the reading of everybody's.

    Raises:
        UnreadableError: Stripe did not show them, for now.
        DatabaseError: the database did not answer.
    """
    for row in await database.rows("missed_events_due", limit=1):
        await _store_undelivered(row["failed_since"] or row["since"], None, lists, inbox)


async def _store_undelivered(since: int, account: str | None, lists: Lists, inbox: Inbox) -> None:
    undelivered = {"delivery_success": "false", "created": {"gte": since}}
    async for page in lists.pages("events", undelivered, account):
        await _store(page, account, inbox)


async def _store(page: list[dict[str, Any]], account: str | None, inbox: Inbox) -> None:
    await asyncio.gather(*(inbox.submit(delivery(event, account)) for event in page))


def delivery(event: dict[str, Any], account: str | None) -> Delivery:
    """A listed event as a webhook would have brought it."""
    if account is None:
        return describe(PLATFORM, orjson.dumps(event))
    # An account's own list need not say whose it is; a delivery to the Connect endpoint does.
    return describe("connect", orjson.dumps({**event, "account": account}))
