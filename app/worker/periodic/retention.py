"""Retention: nonces of signed requests, answered idempotency keys, fraud signals are deleted."""

from uuid import UUID

from app.database.client import Database
from app.database.tenants import each_tenant, tenant_work
from app.observability.logs import get_logger

log = get_logger("retention")

EVERY_SECONDS = 600.0
MAX_ROWS = 1000
"""Rows a commit: short enough to disturb nobody."""

FUNCTIONS = ("nonces_sweep", "idempotency_sweep", "fraud_signals_sweep")


async def delete_expired(database: Database) -> None:
    """Delete everything that is past its retention, tenant by tenant.

    Raises:
        DatabaseError: the database did not answer.
    """
    async for tenant in each_tenant(database):
        for function in FUNCTIONS:
            with tenant_work(tenant):
                await _delete(database, function, tenant)


async def _delete(database: Database, function: str, tenant: UUID) -> None:
    total = deleted = await database.value(function, tenant_id=tenant, limit=MAX_ROWS)
    while deleted == MAX_ROWS:
        deleted = await database.value(function, tenant_id=tenant, limit=MAX_ROWS)
        total += deleted
    if total:
        log.info("deleted", function=function, tenantId=str(tenant), rows=total)
