"""What becomes due by time or in bulk: holds that end, refunds of cancelled events."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import UUID

from app.db import Database
from app.errors import DatabaseError
from app.failpoints import failpoint
from app.logs import get_logger
from app.wakeup import OPERATIONS, Notifier

log = get_logger("chores")

EVERY_SECONDS = (1.0, 2.0)
MAX_TENANTS = 100
MAX_ESCROWS = 20
ITEMS_A_TURN = 100
"""Refunds requested for one tenant before the next one's turn."""


async def run(database: Database, notifier: Notifier) -> None:
    """Do what is due, for ever.

    Args:
        database: where it is due.
        notifier: wakes the workers when operations became due.
    """
    while True:
        busy = False
        try:
            await _each_tenant(database, "escrows_due", lambda t: _release(database, notifier, t))
            busy = await _each_tenant(
                database, "refund_batches_due", lambda t: _advance(database, notifier, t)
            )
        except DatabaseError as error:
            log.warning("cannot go on", reason=str(error))
        if not busy:
            await asyncio.sleep(random.uniform(*EVERY_SECONDS))  # noqa: S311 -- jitter


async def _each_tenant(
    database: Database, due: str, work: Callable[[UUID], Awaitable[bool]]
) -> bool:
    done = [await work(row["tenant_id"]) for row in await database.rows(due, limit=MAX_TENANTS)]
    return any(done)


async def _release(database: Database, notifier: Notifier, tenant: UUID) -> bool:
    await failpoint("chores.before_release")
    released = await database.value("escrows_release_due", tenant_id=tenant, limit=MAX_ESCROWS)
    await failpoint("chores.after_release")
    if released:
        notifier.wake(OPERATIONS)
    return bool(released)


async def _advance(database: Database, notifier: Notifier, tenant: UUID) -> bool:
    done = 0
    await failpoint("chores.before_advance")
    while done < ITEMS_A_TURN and await database.rows("refund_batch_advance", tenant_id=tenant):
        await failpoint("chores.after_advance")
        done += 1
        notifier.wake(OPERATIONS)
    return done > 0
