"""Ledger rollup: postings become balances, every few seconds, tenant by tenant."""

from app.database.client import Database
from app.database.tenants import tenant_work
from app.errors import DatabaseError
from app.failpoints import failpoint
from app.observability.logs import get_logger
from app.pauses import every

log = get_logger("ledger_rollup")

EVERY_SECONDS = (2.0, 4.0)
MAX_TENANTS = 100


async def run(database: Database) -> None:
    """Roll up for ever.

    Args:
        database: where the ledger is.
    """
    async for _ in every(EVERY_SECONDS):
        try:
            await roll_up_due(database)
        except DatabaseError as error:
            log.warning("cannot roll up", reason=str(error))


async def roll_up_due(database: Database) -> None:
    """Roll up every tenant that has something new.

    Raises:
        DatabaseError: the database did not answer.
    """
    for row in await database.rows("ledger_rollups_due", limit=MAX_TENANTS):
        await failpoint("ledger_rollup.before_rollup")
        with tenant_work(row["tenant_id"]):
            await database.rows("ledger_rollup", tenant_id=row["tenant_id"])
        await failpoint("ledger_rollup.after_rollup")
