"""Tenant work: what fails for one tenant does not keep the others waiting."""

from typing import Any, cast
from uuid import UUID

from app.database.client import Database
from app.database.notify import Notifier
from app.errors import Refused
from app.worker.periodic.due_work import DueWork
from app.worker.periodic.ledger_rollup import roll_up_due

BROKEN, SOUND = UUID(int=1), UUID(int=2)


class FakeDatabase:
    """Two tenants have everything due; the database refuses all work for the first."""

    def __init__(self) -> None:
        self.served: list[tuple[str, UUID]] = []

    async def rows(self, function: str, **args: Any) -> list[dict[str, Any]]:
        """The two tenants, or what is left of one's queue."""
        if "tenant_id" not in args:
            return [{"tenant_id": BROKEN}, {"tenant_id": SOUND}]
        return [{"enqueued": 0}] if await self.value(function, **args) else []

    async def value(self, function: str, *, tenant_id: UUID, **_: Any) -> int:
        """Work is refused, or done at once."""
        if tenant_id == BROKEN:
            raise Refused("23514", "a row that breaks every attempt")
        self.served.append((function, tenant_id))
        return 0


async def test_a_tenant_whose_work_is_refused_starves_nobody() -> None:
    """Timed releases, debts and refunds of an event go on for the other tenant (F62)."""
    fake = FakeDatabase()
    database = cast("Database", fake)
    await DueWork(database, Notifier(database))._round()
    assert [function for function, _ in fake.served] == [
        "escrows_release_due",
        "receivable_retry",
        "refund_batch_advance",
    ]


async def test_a_ledger_that_cannot_be_rolled_up_keeps_nobody_waiting() -> None:
    """The other tenant's postings are rolled up."""
    fake = FakeDatabase()
    await roll_up_due(cast("Database", fake))
    assert fake.served == [("ledger_rollup", SOUND)]
