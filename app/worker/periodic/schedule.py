"""Schedule: tasks done every so often, by one of the workers; PostgreSQL keeps the due times."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.database.client import Database
from app.errors import DatabaseError
from app.observability.logs import get_logger
from app.pauses import Range, every
from app.worker.reconcile.stripe_lists import UnreadableError

log = get_logger("schedule")

LOOKS_A_TURN = 60
LOOK_SECONDS = (1.5, 5.0)
"""A task is looked at so often in the time between two turns, within these bounds: what is done
every hour may be some seconds late."""

JITTER = (0.7, 1.3)
MAX_LEASE_SECONDS = 600.0
LEASE_TURNS = 3
"""A task whose worker died is somebody else's after so many turns, or ten minutes; done twice at
once it does no harm."""

RETRY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """Something to be done again and again.

    Attributes:
        name: of the task, in the database.
        every: seconds from its end to its next start.
        work: does it.
    """

    name: str
    every: float
    work: Callable[[], Awaitable[None]]


async def run(database: Database, tasks: Sequence[ScheduledTask]) -> None:
    """Do each task when it is due, for ever; they do not wait for each other.

    Args:
        database: where the due times are.
        tasks: those with `every` 0 are never done.
    """
    await asyncio.gather(*(_repeat(database, task) for task in tasks if task.every))


async def _repeat(database: Database, task: ScheduledTask) -> None:
    async for _ in every(_looks(task)):
        try:
            await do_if_due(database, task)
        except (DatabaseError, UnreadableError) as error:
            log.warning("scheduled task failed", task=task.name, reason=str(error))


async def do_if_due(database: Database, task: ScheduledTask) -> bool:
    """Do a task if it is due and nobody else does it.

    Raises:
        UnreadableError, DatabaseError: it failed; it is due again soon.
    """
    lease = min(MAX_LEASE_SECONDS, LEASE_TURNS * task.every)
    if not await database.value(
        "scheduled_task_claim", name=task.name, every_seconds=task.every, lease_seconds=lease
    ):
        return False
    again = min(task.every, RETRY_SECONDS)
    try:
        await task.work()
        again = task.every
    finally:
        await database.rows("scheduled_task_done", name=task.name, every_seconds=again)
    return True


def _looks(task: ScheduledTask) -> Range:
    shortest, longest = LOOK_SECONDS
    wanted = min(max(task.every / LOOKS_A_TURN, shortest), longest)
    return wanted * JITTER[0], wanted * JITTER[1]
