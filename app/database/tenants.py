"""Tenants: going over all of them, so that one that fails holds up nobody."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID

from app.database.client import Database
from app.errors import Refused
from app.observability.logs import get_logger

log = get_logger("tenants")

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


@contextmanager
def tenant_work(tenant: UUID) -> Iterator[None]:
    """Work for one tenant: what the database refuses it must not keep the others waiting."""
    try:
        yield
    except Refused as error:
        log.exception("tenant work failed", tenantId=str(tenant), sqlstate=error.sqlstate)
