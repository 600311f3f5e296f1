"""Waiting by progress: as long as anything moves, however slow the machine is."""

import time
from collections.abc import Awaitable, Callable, Hashable

STILL_SECONDS = 120.0
"""Nothing in the demo waits that long for its next try: what stood still for so long stands."""

LOOK_SECONDS = 5.0
"""Many wait at once: one look serves them all."""


class Progress:
    """Knows when something moved last.

    Args:
        look: counts what is done; a change is a movement.
        clock: monotonic seconds.
    """

    def __init__(
        self, look: Callable[[], Awaitable[Hashable]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._look = look
        self.clock = clock
        self._seen: Hashable = None
        self._looked_at = self._moved_at = clock()

    async def moved_at(self) -> float:
        """When something was last seen to have moved."""
        if self.clock() - self._looked_at >= LOOK_SECONDS:
            self._looked_at = self.clock()
            seen = await self._look()
            if seen != self._seen:
                self._seen, self._moved_at = seen, self.clock()
        return self._moved_at

    def wait(self) -> "Wait":
        """Begin to wait."""
        return Wait(self)


class Wait:
    """One wait: over when nothing has moved for long since it began."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._begun = progress.clock()

    async def over(self) -> bool:
        """Whether waiting on would change nothing."""
        since = max(self._begun, await self._progress.moved_at())
        return self._progress.clock() - since > STILL_SECONDS
