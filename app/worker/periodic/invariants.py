"""Money invariants of what changed, and a count of the refunds that wait for the balance."""

from collections import Counter
from uuid import UUID

from app.database.client import Database
from app.database.tenants import tenant_work
from app.errors import DatabaseError
from app.observability import metrics
from app.observability.logs import get_logger
from app.pauses import every

log = get_logger("invariants")

EVERY_SECONDS = (10.0, 20.0)
MAX_TENANTS = 100
CHANGES_A_SLICE = 1000
"""Postings and marks looked at by one call: a few hundred payments, well inside its time-out."""

SLICES_A_TURN = 20
"""For one tenant before the next one's turn: a first check goes through its whole history."""


async def run(database: Database) -> None:
    """Check for ever.

    Args:
        database: where the money is.
    """
    async for _ in every(EVERY_SECONDS):
        try:
            await check_violations(database)
            await count_refunds(database)
        except DatabaseError as error:
            log.warning("cannot check", reason=str(error))


async def check_violations(database: Database) -> None:
    """Check every tenant that changed or is known to be broken; the others have no breach.

    Raises:
        DatabaseError: the database did not answer.
    """
    tenants = await database.rows("violations_due", limit=MAX_TENANTS)
    violations = 0
    for row in tenants:
        with tenant_work(row["tenant_id"]):
            violations += await _check(database, row["tenant_id"])
    metrics.money_violations.set(violations)


async def _check(database: Database, tenant: UUID) -> int:
    for _ in range(SLICES_A_TURN):
        found = await database.row("violations_check", tenant_id=tenant, limit=CHANGES_A_SLICE)
        if not found["behind"]:
            break
    if found["violations"]:
        log.error("money violations", tenantId=str(tenant), count=found["violations"])
    return int(found["violations"])


async def count_refunds(database: Database) -> None:
    """Count refunds that Stripe holds until the platform's balance covers them.

    Raises:
        DatabaseError: the database did not answer.
    """
    counts: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    for tenant in await database.rows("refunds_waiting_due", limit=MAX_TENANTS):
        for row in await database.rows("refunds_waiting", tenant_id=tenant["tenant_id"]):
            counts[row["currency"]] += row["refunds"]
            amounts[row["currency"]] += int(row["amount"])
    metrics.set_refunds_waiting(counts, amounts)
