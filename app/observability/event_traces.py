"""Traces of Stripe's events: each belongs to that of the request which caused its object.

Metadata name our operation, and the operation knows its trace; the trace itself never goes to
Stripe (docs/decisions/0009-the-trace-stays-at-home.md). What is found decides where a span is drawn
and what a log line says, nothing else.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import orjson

from app.database.client import Database
from app.database.payment_commits import ByTenant
from app.errors import DatabaseError

TIMEOUT_SECONDS = 0.25
"""An event that waits longer for its trace goes without."""


class EventTraces:
    """Looks traces up, those of one tenant that are wanted together in one go.

    Args:
        database: where operations are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lookups = ByTenant(self._find, "operation_traces")

    async def of(self, event: bytes) -> str | None:
        """The traceparent that an event goes back to; None when nothing tells.

        Args:
            event: the body, its signature verified.
        """
        named = _named(event)
        if named is None:
            return None
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await self._lookups.submit(*named)
        except (DatabaseError, TimeoutError):
            return None

    async def _find(self, tenant_id: UUID, operations: list[UUID]) -> Sequence[str | None]:
        rows = await self._database.rows(
            "operation_traces", tenant_id=tenant_id, operation_ids=operations
        )
        found = {row["operation_id"]: row["trace_context"] for row in rows}
        return [found.get(operation) for operation in operations]


def _named(event: bytes) -> tuple[UUID, UUID] | None:
    # Anybody who may write to Stripe may write metadata: they can be anything.
    try:
        metadata = orjson.loads(event)["data"]["object"]["metadata"]
        return UUID(metadata["tenant_id"]), UUID(metadata["operation_id"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
