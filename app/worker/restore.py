"""Restore from a backup: nothing is sent to Stripe before Stripe and we agree (F46, F70).

Evidence is looked for and events are applied meanwhile, so that what a backup has forgotten is
adopted instead of done again. What no row explains any more is for a person to resolve.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from app.config import Settings
from app.errors import DatabaseError
from app.observability.logs import get_logger
from app.stripe.gateway import Gateway
from app.worker.reconcile.comparison import Reconciliation
from app.worker.reconcile.report import open_items
from app.worker.reconcile.stripe_lists import UnreadableError

log = get_logger("restore")

MAX_PAUSE_SECONDS = 30.0


async def send_once_agreed(
    settings: Settings,
    gateway: Gateway,
    reconciliation: Reconciliation,
    fetch_missed: Callable[[], Awaitable[None]],
) -> None:
    """Fetch missed events and compare until nothing is open; then let the gateway send.

    Args:
        settings: how far back, and how long between two comparisons at most.
        gateway: reads only, until this returns.
        reconciliation: compares.
        fetch_missed: brings the webhooks that came since the backup.
    """
    while not await _agrees(settings, reconciliation, fetch_missed):  # noqa: ASYNC110 -- Stripe sets no event
        await asyncio.sleep(min(settings.reconcile_seconds, MAX_PAUSE_SECONDS))
    gateway.reads_only = False
    log.info("agrees with stripe, sending from now on")


async def _agrees(
    settings: Settings, reconciliation: Reconciliation, fetch_missed: Callable[[], Awaitable[None]]
) -> bool:
    try:
        await fetch_missed()
        since = datetime.now(UTC) - timedelta(days=settings.reconcile_days)
        # No grace: what is too young to judge would be too young to be trusted.
        found = open_items(
            await reconciliation.report(await reconciliation.run("restore", since, 0.0))
        )
    except (DatabaseError, UnreadableError) as error:
        log.warning("cannot compare", reason=str(error))
        return False
    if found:
        log.warning("does not agree with stripe, nothing is sent", open=found)
    return found == 0
