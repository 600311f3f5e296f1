"""Waiting for a fact: by looking again, and longer where many want the processors."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

TIMEOUT_SECONDS = 60.0
"""Enough for whatever comes true at all, on a machine that has nothing else to do."""
GLANCE_SECONDS = 0.02


def timed_out(since: float) -> bool:
    """Whether a wait that began then is over: with ten processes a processor, after ten times."""
    crowd = os.getloadavg()[0] / (os.cpu_count() or 1)
    return time.monotonic() - since > TIMEOUT_SECONDS * max(1.0, crowd)


def until(
    true: Callable[[], bool],
    what: str,
    seen: Callable[[], Any] = lambda: None,
    glance: float = GLANCE_SECONDS,
) -> None:
    """Look until a fact holds; fail with its name, and what was seen, when the time is over."""
    since = time.monotonic()
    while not true():
        assert not timed_out(since), f"never: {what}; seen: {seen()}"
        time.sleep(glance)


async def eventually(
    true: Callable[[], Awaitable[bool]],
    what: str = "what was waited for",
    seen: Callable[[], Any] = lambda: None,
) -> None:
    """As until, for who answers in this event loop."""
    since = time.monotonic()
    while not await true():
        assert not timed_out(since), f"never: {what}; seen: {seen()}"
        await asyncio.sleep(GLANCE_SECONDS)
