"""The clock everything timed obeys, and the timers that hang on it."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field
from typing import Any

DAY = 86_400
VIRTUAL_START = 1_793_610_000  # 2026-11-02 09:00:00 UTC, a Monday: no weekend in the way


@dataclass(order=True, slots=True)
class Timer:
    """Something to do at `due` (Unix seconds): a kind and its JSON arguments."""

    due: float
    seq: int
    kind: str = field(compare=False)
    args: list[Any] = field(compare=False, default_factory=list)


class Clock:
    """Virtual (moves by `advance` only) or running with the wall clock plus what was advanced."""

    def __init__(self, *, wall: bool, start: float | None = None) -> None:
        """Start at `start` Unix seconds; a wall clock starts now."""
        self.wall = wall
        self.offset = 0.0
        self.virtual = float(start if start is not None else VIRTUAL_START)
        self.seq = 0
        self.timers: list[Timer] = []

    def now(self) -> float:
        """Return the simulated time in Unix seconds."""
        return (time.time() if self.wall else self.virtual) + self.offset

    def seconds(self) -> int:
        """Return the simulated time in whole Unix seconds, as objects carry it."""
        return int(self.now())

    def signing_time(self) -> int:
        """Return the time a signature carries: real time when the clock runs with the wall."""
        return int(time.time()) if self.wall else self.seconds()

    def shift(self, seconds: float) -> None:
        """Move forward without running any timer."""
        self.offset += seconds

    def at(self, due: float, kind: str, *args: object) -> Timer:
        """Set a timer for `due` Unix seconds."""
        self.seq += 1
        timer = Timer(due, self.seq, kind, list(args))
        heapq.heappush(self.timers, timer)
        return timer

    def next_due(self) -> float | None:
        """Return when the first timer is due, or None."""
        return self.timers[0].due if self.timers else None

    def pop_due(self, until: float) -> Timer | None:
        """Take the first timer due at or before `until`."""
        if self.timers and self.timers[0].due <= until:
            return heapq.heappop(self.timers)
        return None


def midnight_after_business_days(now: float, days: int) -> int:
    """Return midnight UTC after `days` business days (Monday to Friday), in Unix seconds."""
    day = int(now) // DAY
    while days > 0:
        day += 1
        if (day + 3) % 7 < 5:  # noqa: PLR2004 - day 0 of Unix time was a Thursday
            days -= 1
    return day * DAY
