"""Due operations: evidence, fence, send, finish. SQL says which, and what the outcome means.

What was never sent is fenced by the commit that claims it. Only the call itself, and a fence of its
own where one is needed, hold one of the `concurrency` places towards Stripe; claiming ahead and
recording happen beside them.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.config import Settings
from app.database.client import Database, Jsonb
from app.database.group_commit import MicroBatch
from app.database.notify import OPERATIONS, Notifier
from app.errors import DatabaseError, Refused
from app.failpoints import failpoint
from app.observability import metrics
from app.observability.logs import get_logger, trace_id
from app.observability.tracing import spans, trace_of
from app.stripe.carry import LEASE_SHARE
from app.stripe.gateway import Gateway, LookError, Result
from app.stripe.rate import Rate
from app.worker.persist import persist
from app.worker.queue import Claimed

log = get_logger("operations")

AHEAD = 2
"""Operations claimed per place towards Stripe: the next is ready when one ends."""

AT_ONCE_SECONDS = 0.25
"""What was fenced by its claim is sent within this time, or fenced again: a worker that slept, or
waited long for its place, asks the database whether the lease is still its own."""

MAX_TENANTS = 100
MAX_BATCH = 50
FINISHES = 2
"""Finishing is the longest of the three statements: two under way at once per tenant."""

Operation = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Finished:
    operation: Operation
    result: Result


@dataclass(frozen=True, slots=True)
class _Recorded:
    applied: bool
    enqueued: int


class _Tenant:
    """Group commits of one tenant: a transaction touches one tenant only."""

    def __init__(self, tenant_id: UUID, database: Database, lease_seconds: float) -> None:
        self._id = tenant_id
        self._database = database
        self._lease_seconds = lease_seconds
        self.fences = MicroBatch(self._fence, function="operations_fence", max_items=MAX_BATCH)
        self.finishes = MicroBatch(
            self._finish,
            function="results_record",
            max_items=MAX_BATCH,
            concurrency=FINISHES,
            one_by_one=(Refused,),
        )

    @property
    def idle(self) -> bool:
        return self.fences.idle and self.finishes.idle

    async def _fence(self, operations: list[Operation]) -> Sequence[bool]:
        rows = await self._database.rows(
            "operations_fence",
            tenant_id=self._id,
            operation_ids=[UUID(o["id"]) for o in operations],
            lease_epochs=[o["leaseEpoch"] for o in operations],
            lease_seconds=self._lease_seconds,
        )
        passed = {str(row["operation_id"]) for row in rows}
        return [o["id"] in passed for o in operations]

    async def _finish(self, finished: list[_Finished]) -> Sequence[_Recorded]:
        results = [
            {
                "operationId": f.operation["id"],
                "leaseEpoch": f.operation["leaseEpoch"],
                "result": f.result,
            }
            for f in finished
        ]
        rows = await self._database.rows(
            "results_record", tenant_id=self._id, results=Jsonb(results)
        )
        recorded = {
            str(row["operation_id"]): _Recorded(row["applied"], row["enqueued"]) for row in rows
        }
        return [recorded[f.operation["id"]] for f in finished]


class Operations:
    """The queue of operations, as the engine sees it.

    Args:
        settings: lease and concurrency.
        database: the queue.
        gateway: Stripe.
        rate: permission to call it.
        notifier: wakes the other workers.
        worker: this process's name.
    """

    name = "operations"

    def __init__(
        self,
        settings: Settings,
        database: Database,
        gateway: Gateway,
        rate: Rate,
        notifier: Notifier,
        worker: str,
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._rate = rate
        self._notifier = notifier
        self._worker = worker
        self._lease = settings.operation_lease_seconds
        self._places = asyncio.Semaphore(settings.worker_concurrency)
        self.capacity = settings.worker_concurrency * AHEAD
        self._tenants: dict[UUID, _Tenant] = {}
        self._turn = 0
        self.stopping = False

    async def claim(self, room: int) -> Claimed[Operation]:
        """Lease due operations, going round the tenants, as many as the rate allows."""
        due = await self._database.rows("operations_due", limit=MAX_TENANTS)
        if not due:
            self._forget_idle()
            return Claimed([])
        granted, retry_after = await self._rate.take(room)
        if not granted:
            return Claimed([], wait=retry_after)
        tenants = self._rotate([row["tenant_id"] for row in due])
        operations = await self._claim_from(tenants, granted)
        self._rate.give_back(granted - len(operations))
        for operation in operations:
            await failpoint("worker.after_claim", operation["kind"])
        return Claimed(operations)

    async def handle(self, operation: Operation) -> None:
        """Carry one operation and record how it ended."""
        context, kind = operation.get("traceContext"), operation["kind"]
        trace_id.set(trace_of(context))
        with spans.item("stripe_operations", operation["id"], context, operation_kind=kind):
            await self._carry(operation)

    async def _carry(self, operation: Operation) -> None:
        try:
            result = await self._evidence(operation) or await self._send(operation)
        except DatabaseError as error:
            # Whether the fence was committed is not known: nothing is sent, the lease will end.
            log.warning("abandoned", operationId=operation["id"], reason=str(error))
            return
        if result is not None:
            await failpoint("worker.before_finish", operation["kind"])
            await self._finish(operation, result)
            await failpoint("worker.after_finish", operation["kind"])

    async def _evidence(self, operation: Operation) -> Result | None:
        if operation.get("evidence") is None:
            return None
        try:
            found = await self._gateway.look(operation)
        except LookError as error:
            return error.result
        await failpoint("worker.after_look", operation["kind"])
        return self._gateway.adopted(found) if found is not None else None

    async def _send(self, operation: Operation) -> Result | None:
        async with self._places:
            if self.stopping:
                return await self._release(operation)
            started = operation["claimedAt"]
            if not operation["fenced"] or time.monotonic() - started > AT_ONCE_SECONDS:
                started = time.monotonic()
                if not await self._tenant(operation).fences.submit(operation):
                    log.info("fenced off", operationId=operation["id"])
                    return None
            await failpoint("worker.after_fence", operation["kind"])
            return await self._gateway.send(operation, started + self._lease * LEASE_SHARE)

    async def _finish(self, operation: Operation, result: Result) -> None:
        finishes = self._tenant(operation).finishes
        try:
            recorded = await persist(
                "finish", lambda: finishes.submit(_Finished(operation, result))
            )
        except Refused as error:
            log.exception("cannot record", operationId=operation["id"], sqlstate=error.sqlstate)
            recorded = await self._finish_unknown(operation, error)
        self._log(operation, result, recorded)
        if recorded.enqueued:
            self._notifier.wake(OPERATIONS)

    async def _finish_unknown(self, operation: Operation, error: Refused) -> _Recorded:
        unknown = {
            **self._gateway.not_sent("cannot_record", str(error)),
            "outcome": "unknown",
        }
        finishes = self._tenant(operation).finishes
        try:
            return await persist("finish", lambda: finishes.submit(_Finished(operation, unknown)))
        except Refused:
            return _Recorded(applied=False, enqueued=0)

    def _log(self, operation: Operation, result: Result, recorded: _Recorded) -> None:
        outcome, kind = result["outcome"], operation["kind"]
        quiet = kind == "fetch" and outcome == "succeeded" and recorded.applied
        write = log.debug if quiet else log.info
        params = operation["request"]["params"]
        write(
            "operation",
            operationId=operation["id"],
            tenantId=operation["tenantId"],
            paymentId=params.get("metadata", {}).get("payment_id"),
            kind=kind,
            amount=params.get("amount"),
            currency=params.get("currency"),
            outcome=outcome,
            adopted=result["adopted"],
            applied=recorded.applied,
            code=result["code"],
            httpStatus=result["httpStatus"],
        )
        if recorded.applied:
            metrics.count_operation(kind, outcome)

    async def _release(self, operation: Operation) -> Result | None:
        if operation["fenced"]:
            return self._gateway.not_sent("stopping", "the worker is going down")
        await self._database.rows(
            "operations_release",
            tenant_id=UUID(operation["tenantId"]),
            operation_ids=[UUID(operation["id"])],
            lease_epochs=[operation["leaseEpoch"]],
        )
        return None

    async def _claim_from(self, tenants: list[UUID], wanted: int) -> list[Operation]:
        started = time.monotonic()
        tenants = tenants[:wanted]
        share, extra = divmod(wanted, len(tenants))
        batches = await asyncio.gather(
            *(
                self._database.rows(
                    "operations_claim_and_fence",
                    tenant_id=tenant,
                    worker=self._worker,
                    limit=share + (index < extra),
                    lease_seconds=self._lease,
                )
                for index, tenant in enumerate(tenants)
            )
        )
        return [{**row["operation"], "claimedAt": started} for batch in batches for row in batch]

    def _rotate(self, tenants: list[UUID]) -> list[UUID]:
        self._turn = (self._turn + 1) % len(tenants)
        return tenants[self._turn :] + tenants[: self._turn]

    def _tenant(self, operation: Operation) -> _Tenant:
        tenant_id = UUID(operation["tenantId"])
        tenant = self._tenants.get(tenant_id)
        if tenant is None:
            tenant = _Tenant(tenant_id, self._database, self._lease)
            self._tenants[tenant_id] = tenant
        return tenant

    def _forget_idle(self) -> None:
        self._tenants = {key: one for key, one in self._tenants.items() if not one.idle}
