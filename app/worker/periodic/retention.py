"""What is kept for a time only: nonces of signed requests, answered client keys, fraud signals."""

from uuid import UUID

from app.database.client import Database
from app.database.tenants import each_tenant, turn_of
from app.observability.logs import get_logger

log = get_logger("retention")

EVERY_SECONDS = 600.0
MAX_ROWS = 1000
"""Rows a commit: short enough to disturb nobody."""

SWEEPS = ("nonces_sweep", "idempotency_sweep", "fraud_signals_sweep")


async def sweep(database: Database) -> None:
    """Forget everything that is past its retention, tenant by tenant.

    Raises:
        DatabaseError: the database did not answer.
    """
    async for tenant in each_tenant(database):
        for function in SWEEPS:
            with turn_of(tenant):
                await _forget(database, function, tenant)


async def _forget(database: Database, function: str, tenant: UUID) -> None:
    total = swept = await database.value(function, tenant_id=tenant, limit=MAX_ROWS)
    while swept == MAX_ROWS:
        swept = await database.value(function, tenant_id=tenant, limit=MAX_ROWS)
        total += swept
    if total:
        log.info("forgotten", sweep=function, tenantId=str(tenant), rows=total)
