"""Audit chain: links the audit log, tenant by tenant, a few seconds after the fact.

Each new end of a chain goes into the log of the process: kept elsewhere, it is what
`ops.audit_verify` is held against when somebody may have rewritten the whole chain.
"""

from uuid import UUID

from app.database.client import Database
from app.database.tenants import tenant_work
from app.errors import DatabaseError
from app.observability.logs import get_logger
from app.pauses import every

log = get_logger("audit")

EVERY_SECONDS = (2.0, 4.0)
MAX_TENANTS = 100
MAX_ROWS = 500
"""Links of one tenant in one transaction: some ten milliseconds."""


async def run(database: Database) -> None:
    """Chain for ever.

    Args:
        database: where the audit log is.
    """
    async for _ in every(EVERY_SECONDS):
        try:
            while await chain_due(database):
                pass
        except DatabaseError as error:
            log.warning("cannot chain", reason=str(error))


async def chain_due(database: Database) -> bool:
    """Give every tenant that has unlinked rows its turn; whether one has more than a turn took.

    Raises:
        DatabaseError: the database did not answer.
    """
    more = False
    for row in await database.rows("audit_chain_due", limit=MAX_TENANTS):
        with tenant_work(row["tenant_id"]):
            more = await _chain(database, row["tenant_id"]) or more
    return more


async def _chain(database: Database, tenant: UUID) -> bool:
    end = await database.row("audit_chain", tenant_id=tenant, limit=MAX_ROWS)
    if end["linked"]:
        log.info("audit chained", tenantId=str(tenant), sequence=end["seq"], digest=end["digest"])
    return bool(end["linked"] == MAX_ROWS)
