"""Payment commits: requests of one tenant that come together share theirs.

A transaction touches one tenant, so there is a group commit per tenant and step. When the database
refuses a batch each of its requests is tried alone: only the guilty are refused.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from app.database.client import Answer, Database, Jsonb
from app.database.group_commit import MicroBatch
from app.errors import Refused

MAX_BATCH = 16
"""A batch holds its rows for its whole length: about a millisecond a payment."""

FINISHES = 2
"""Commits of one tenant under way at once. Creating waits for nobody's locks: one makes the larger
batches. A payment may be locked by its webhook: the second goes on meanwhile."""

T = TypeVar("T")
R = TypeVar("R")
Document = dict[str, Any]


class ByTenant(Generic[T, R]):
    """A group commit for each tenant that is busy.

    Args:
        flush: takes a tenant and its items, returns one result per item in the same order.
        function: of schema api that a flush calls.
        concurrency: flushes of one tenant under way at once.
    """

    def __init__(
        self,
        flush: Callable[[UUID, list[T]], Awaitable[Sequence[R]]],
        function: str,
        concurrency: int = 1,
    ) -> None:
        self._flush = flush
        self._function = function
        self._concurrency = concurrency
        self._busy: dict[UUID, MicroBatch[T, R]] = {}

    async def submit(self, tenant_id: UUID, item: T) -> R:
        """Flush the item with whatever else of its tenant is waiting.

        Raises:
            Exception: what the flush that contained the item raised.
        """
        batch = self._busy.get(tenant_id)
        if batch is None:
            batch = self._busy[tenant_id] = MicroBatch(
                lambda items: self._flush(tenant_id, items),
                function=self._function,
                max_items=MAX_BATCH,
                concurrency=self._concurrency,
                one_by_one=(Refused,),
            )
        try:
            return await batch.submit(item)
        finally:
            if batch.idle:
                self._busy.pop(tenant_id, None)


class Batches:
    """The two commits of a request that carries its own operation.

    Args:
        database: where to commit.
        lease_seconds: how long a new operation belongs to its request.
    """

    def __init__(self, database: Database, lease_seconds: float) -> None:
        self._database = database
        self._lease = lease_seconds
        self._creates = ByTenant(self._create, "payments_create")
        self._finishes = ByTenant(self._finish, "requests_record", FINISHES)

    async def create(self, tenant_id: UUID, request: Document) -> Answer:
        """Write a payment; `request` as api.payments_create takes it.

        Raises:
            DatabaseError: the database refused it, or did not answer.
        """
        return await self._creates.submit(tenant_id, request)

    async def finish(self, tenant_id: UUID, finished: Document) -> Answer:
        """Record Stripe's answer; `finished` as api.requests_record takes it.

        Raises:
            DatabaseError: the database refused it, or did not answer.
        """
        return await self._finishes.submit(tenant_id, finished)

    async def _create(self, tenant_id: UUID, requests: list[Document]) -> Sequence[Answer]:
        return await self._database.answers(
            "payments_create",
            tenant_id=tenant_id,
            requests=Jsonb(requests),
            lease_seconds=self._lease,
        )

    async def _finish(self, tenant_id: UUID, finished: list[Document]) -> Sequence[Answer]:
        return await self._database.answers(
            "requests_record", repeatable=True, tenant_id=tenant_id, results=Jsonb(finished)
        )
