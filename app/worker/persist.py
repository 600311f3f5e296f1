"""Retry with backoff while the database is away: what is known must not be lost with it.

By hand: stamina would cost every item that needs no second try
(docs/decisions/0013-own-code-kept.md).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.errors import ConnectionLost, PoolExhausted
from app.observability.logs import get_logger
from app.pauses import jittered

log = get_logger("worker")

T = TypeVar("T")

WAIT_SECONDS = (0.1, 1.0)


async def persist(what: str, work: Callable[[], Awaitable[T]]) -> T:
    """Repeat until the database answers.

    Args:
        what: for the log.
        work: harmless to repeat.

    Raises:
        Refused: the database answered with a refusal.
    """
    while True:
        try:
            return await work()
        except (ConnectionLost, PoolExhausted) as error:
            log.warning("database away", doing=what, reason=str(error))
        await asyncio.sleep(jittered(WAIT_SECONDS))
