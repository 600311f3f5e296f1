"""Pauses of no fixed length: many processes do not do the same at the same moment."""

import asyncio
import random
from collections.abc import AsyncIterable, AsyncIterator, Callable

import stamina
from stamina.instrumentation import set_on_retry_hooks

Range = tuple[float, float]
"""Seconds: at least, at most."""

set_on_retry_hooks([])  # theirs could only name "<context block>"; each of ours tells what failed


def jittered(seconds: Range) -> float:
    """Some moment in this range."""
    return random.uniform(*seconds)  # noqa: S311 -- jitter


def being_canceled() -> bool:
    """Whether the current task was told to end, though an error may have come in place of that.

    psycopg waits for the query it cancels: when the server goes meanwhile, its error is what is
    raised, and a loop that outlives errors would outlive its cancellation.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def every(seconds: Range) -> AsyncIterator[None]:
    """Now, and again after each pause, until the task is canceled."""
    while True:
        yield
        if being_canceled():
            raise asyncio.CancelledError
        await asyncio.sleep(jittered(seconds))


def until_it_works(
    on: type[Exception] | tuple[type[Exception], ...],
    seconds: Range,
    tell: Callable[[Exception], None],
) -> AsyncIterable[stamina.Attempt]:
    """Attempts without end, a pause after each that failed.

    Args:
        on: errors that may pass.
        seconds: of a pause.
        tell: called with each of these errors.
    """
    low, high = seconds

    def may_pass(error: Exception) -> bool:
        passes = isinstance(error, on) and not being_canceled()
        if passes:
            tell(error)
        return passes

    return stamina.retry_context(
        may_pass,
        attempts=None,
        timeout=None,
        wait_initial=low,
        wait_jitter=high - low,
        wait_max=high,
        wait_exp_base=1,
    )
