"""Due work of the tenants: escrow holds that end, receivables, refunds of canceled events."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from app.database.client import Database
from app.database.notify import OPERATIONS, Notifier
from app.database.tenants import tenant_work
from app.errors import DatabaseError, Refused
from app.failpoints import failpoint
from app.observability.logs import get_logger
from app.pauses import jittered

log = get_logger("due_work")

EVERY_SECONDS = (1.0, 2.0)
MAX_TENANTS = 100
MAX_ESCROWS = 20
MAX_RECEIVABLES = 20
ITEMS_A_TURN = 100
"""Refunds requested for one tenant before the next one's turn."""


class DueWork:
    """Looks every second or two, and at once when woken.

    Args:
        database: where things become due.
        notifier: wakes the workers when operations became due.
    """

    def __init__(self, database: Database, notifier: Notifier) -> None:
        self._database = database
        self._notifier = notifier
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Something may be due: look now."""
        self._awake.set()

    async def run(self) -> None:
        """Do what is due, for ever."""
        while True:
            # Cleared before looking: whatever happens while we look makes us look again.
            self._awake.clear()
            if not await self._round():
                await self._sleep()

    async def _round(self) -> bool:
        try:
            await self._each_tenant("escrows_due", self._release)
            await self._each_tenant("receivables_due", self._retry)
            return await self._each_tenant("refund_batches_due", self._advance)
        except DatabaseError as error:
            log.warning("cannot go on", reason=str(error))
            return False

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(jittered(EVERY_SECONDS)):
                await self._awake.wait()
        except TimeoutError:
            return

    async def _each_tenant(self, due: str, work: Callable[[UUID], Awaitable[bool]]) -> bool:
        busy = False
        for row in await self._database.rows(due, limit=MAX_TENANTS):
            with tenant_work(row["tenant_id"]):
                busy = await work(row["tenant_id"]) or busy
        return busy

    async def _release(self, tenant: UUID) -> bool:
        await failpoint("due_work.before_release")
        released = await self._database.value(
            "escrows_release_due", tenant_id=tenant, limit=MAX_ESCROWS
        )
        await failpoint("due_work.after_release")
        if released:
            self._notifier.wake(OPERATIONS)
        return bool(released)

    async def _retry(self, tenant: UUID) -> bool:
        done = 0
        while done < MAX_RECEIVABLES and (
            rows := await self._database.rows("receivable_retry", tenant_id=tenant)
        ):
            done += 1
            if rows[0]["enqueued"]:
                self._notifier.wake(OPERATIONS)
        return done > 0

    async def _advance(self, tenant: UUID) -> bool:
        done = 0
        await failpoint("due_work.before_advance")
        try:
            while done < ITEMS_A_TURN and await self._database.rows(
                "refund_batch_advance", tenant_id=tenant
            ):
                await failpoint("due_work.after_advance")
                done += 1
                self._notifier.wake(OPERATIONS)
        except Refused as error:
            # Not a refusal of the refund, which its item keeps: one bad payment holds up nobody.
            await self._database.value("refund_batch_postpone", tenant_id=tenant, reason=str(error))
            log.warning("refund of a batch failed", tenantId=tenant, reason=str(error))
            return True
        return done > 0
