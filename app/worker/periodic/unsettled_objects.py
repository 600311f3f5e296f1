"""Unsettled objects: read from Stripe after a while, whatever became of their webhooks."""

from app.config import Settings
from app.database.client import Database
from app.database.notify import OPERATIONS, Notifier
from app.database.tenants import each_tenant, tenant_work

MAX_READS = 500
"""Reads asked for at once per tenant: the rest has its turn at the next age."""


async def poll(settings: Settings, database: Database, notifier: Notifier) -> None:
    """Have unsettled payments, refunds and disputes of every tenant read.

    Raises:
        DatabaseError: the database did not answer.
    """
    async for tenant in each_tenant(database):
        with tenant_work(tenant):
            asked = await database.value(
                "unsettled_objects_fetch",
                tenant_id=tenant,
                patience_seconds=settings.poll_patience_seconds,
                every_seconds=settings.poll_seconds,
                limit=MAX_READS,
            )
            if asked:
                notifier.wake(OPERATIONS)
