"""Missed webhooks: Stripe's own list of events, put into the inbox as if they had been delivered.

What is there already stays as it is; so the same event may be listed as often as it likes.
"""

import asyncio
from typing import Any

import orjson

from app.db import Database
from app.keys import Delivery
from app.logs import get_logger
from app.micro_batch import MicroBatch
from app.reconcile.stripe_lists import Lists, UnreadableError
from app.routes.webhooks import describe

log = get_logger("sweep")

PLATFORM = "platform"
MAX_ACCOUNTS = 200
"""Accounts a sweep: those longest not swept have their turn."""

Inbox = MicroBatch[Delivery, None]


async def sweep(database: Database, lists: Lists, inbox: Inbox) -> None:
    """Store every event since the last sweep, and those that were never delivered.

    Args:
        database: knows which accounts, and since when.
        lists: Stripe's lists.
        inbox: where webhooks go.

    Raises:
        UnreadableError: Stripe did not show the platform's events, or an account's, for now.
        DatabaseError: the database did not answer.
    """
    for row in await database.rows("event_sweeps_due", limit=MAX_ACCOUNTS):
        account = None if row["provider_account"] == PLATFORM else row["provider_account"]
        try:
            await _sweep_account(row, account, lists, inbox)
        except UnreadableError as error:
            if not (account and error.refused):
                raise
            log.warning("account not readable", account=account, reason=str(error))
        await database.rows(
            "event_sweep_done",
            provider_account=row["provider_account"],
            swept_until=row["swept_until"],
        )


async def _sweep_account(
    row: dict[str, Any], account: str | None, lists: Lists, inbox: Inbox
) -> None:
    for params in (
        {"delivery_success": "false", "created": {"gte": row["failed_since"]}},
        {"created": {"gte": row["since"]}},
    ):
        async for page in lists.pages("events", params, account):
            await asyncio.gather(*(inbox.submit(delivery(event, account)) for event in page))


def delivery(event: dict[str, Any], account: str | None) -> Delivery:
    """A listed event as a webhook would have brought it."""
    if account is None:
        return describe(PLATFORM, orjson.dumps(event))
    # An account's own list need not say whose it is; a delivery to the Connect endpoint does.
    return describe("connect", orjson.dumps({**event, "account": account}))
