"""Going over all tenants."""

from collections.abc import AsyncIterator
from uuid import UUID

from app.db import Database

PAGE_SIZE = 500


async def each_tenant(database: Database) -> AsyncIterator[UUID]:
    """Give every tenant, in the order of their ids.

    Raises:
        DatabaseError: the database did not answer.
    """
    last: UUID | None = None
    while True:
        page = await database.rows("tenants_page", after=last, limit=PAGE_SIZE)
        for row in page:
            last = row["tenant_id"]
            yield row["tenant_id"]
        if len(page) < PAGE_SIZE:
            return
