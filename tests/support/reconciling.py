"""Comparing and fetching missed events by hand, without a worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from app.database.client import Database as Client
from app.database.inbox import inbox
from app.database.notify import Notifier
from app.stripe.gateway import Gateway
from app.stripe.rate import Rate
from app.worker.periodic.missed_events import fetch_missed, fetch_undelivered
from app.worker.reconcile.comparison import Reconciliation
from app.worker.reconcile.stripe_lists import Lists
from tests.support.service import Service


@dataclass(frozen=True)
class Auditor:
    """Reads Stripe's lists."""

    database: Client
    gateway: Gateway
    notifier: Notifier
    lists: Lists

    async def fetch_missed(self) -> None:
        """Look for missed webhooks once."""
        await fetch_missed(self.database, self.lists, inbox(self.database, self.notifier))

    async def fetch_undelivered(self) -> None:
        """Look for what could not be delivered."""
        await fetch_undelivered(self.database, self.lists, inbox(self.database, self.notifier))

    async def report(self, grace_seconds: float = -5) -> Any:
        """Compare everything; the grace lies in the future: Stripe's clock has whole seconds."""
        reconciliation = Reconciliation(self.database, self.lists, self.notifier)
        return await reconciliation.report(await reconciliation.run("hand", None, grace_seconds))

    async def found(self) -> set[tuple[str, str | None]]:
        """Compare; class and Stripe's id of everything that is open."""
        report = await self.report()
        items = [item for tenant in report["tenants"] for item in tenant["discrepancies"]]
        return {(item["class"], item["stripeId"]) for item in [*items, *report["unowned"]]}


@asynccontextmanager
async def auditor(service: Service) -> AsyncIterator[Auditor]:
    """One more process beside the service."""
    database = Client(service.settings, name="auditor", size=2)
    gateway, notifier = Gateway(service.settings), Notifier(database)
    lists = Lists(gateway, Rate(service.settings, database, inline=False))
    await database.open()
    try:
        yield Auditor(database, gateway, notifier, lists)
    finally:
        await notifier.close()
        await gateway.close()
        await database.close()
