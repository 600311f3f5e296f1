"""Rolls ledger postings up into balances, every few seconds, tenant by tenant."""

from app.database.client import Database
from app.database.tenants import turn_of
from app.errors import DatabaseError
from app.failpoints import failpoint
from app.observability.logs import get_logger
from app.pauses import every

log = get_logger("fold")

EVERY_SECONDS = (2.0, 4.0)
MAX_TENANTS = 100


async def run(database: Database) -> None:
    """Fold for ever.

    Args:
        database: where the ledger is.
    """
    async for _ in every(EVERY_SECONDS):
        try:
            await fold_due(database)
        except DatabaseError as error:
            log.warning("cannot fold", reason=str(error))


async def fold_due(database: Database) -> None:
    """Fold every tenant that has something to fold.

    Raises:
        DatabaseError: the database did not answer.
    """
    for row in await database.rows("ledger_rollups_due", limit=MAX_TENANTS):
        await failpoint("fold.before_fold")
        with turn_of(row["tenant_id"]):
            await database.rows("ledger_rollup", tenant_id=row["tenant_id"])
        await failpoint("fold.after_fold")
