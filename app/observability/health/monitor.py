"""Health monitor: looks at everything in the background, so that a probe only reads.

So a probe answers at once however long PostgreSQL, Redis or Stripe hang: the look that hangs ends
by its own time-out, and its last result gets old and counts no more.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app import __version__
from app.observability.logs import get_logger

log = get_logger("health")

Status = Literal["ok", "degraded", "unavailable"]
Facts = Mapping[str, Any]
Report = dict[str, Any]

OLD_AFTER_LOOKS = 3
"""A result counts until this many looks have been missed."""


STARTING_SECONDS = 0.2
"""Between looks until everything essential was well once."""

FAULT_SECONDS = 1.0
"""Between looks at what is essential and not well: it is told soon that it is well again."""


class NotWellError(Exception):
    """A look found something wrong; the text says what, without secrets."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at.

    Attributes:
        name: as it appears in the answers.
        look: returns what is worth telling; raises when something is wrong.
        essential: this process cannot do its work without it.
        every: seconds between looks.
        timeout: seconds a look may take.
    """

    name: str
    look: Callable[[], Awaitable[Facts]]
    essential: bool = False
    every: float = 2.0
    timeout: float = 1.0


@dataclass(slots=True)
class _Seen:
    at: float = float("-inf")
    seconds: float = 0.0
    fault: str | None = "not looked at yet"
    facts: Facts = field(default_factory=dict)


class Monitor:
    """Looks at each thing again and again, and remembers.

    Args:
        checks: what to look at.
    """

    def __init__(self, checks: Iterable[Check]) -> None:
        self._checks = tuple(checks)
        self._seen = {check.name: _Seen() for check in self._checks}
        self._tasks: list[asyncio.Task[None]] = []
        self.started = False
        """Whether everything essential was well once: from then on start-up is over."""

    def start(self) -> None:
        """Look from now on, until closed."""
        self._tasks = [asyncio.create_task(self._watch(check)) for check in self._checks]

    async def close(self) -> None:
        """Look no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def report(self, names: Iterable[str] | None = None) -> Report:
        """The document of a health answer.

        Args:
            names: of the checks to tell; all when absent.

        Returns:
            status (the worst that matters), version, and per check its status and latencyMs, what
            is wrong as `reason`, and what its look told.
        """
        wanted = set(self._seen if names is None else names)
        told = {c.name: self._tell(c) for c in self._checks if c.name in wanted}
        worst: Status = "ok"
        for check in self._checks:
            if check.name in told and told[check.name]["status"] != "ok":
                if check.essential:
                    worst = "unavailable"
                    break
                worst = "degraded"
        return {"status": worst, "version": __version__, "checks": told}

    def _tell(self, check: Check) -> dict[str, Any]:
        seen = self._seen[check.name]
        age = time.monotonic() - seen.at
        fault = seen.fault
        if not fault and age > OLD_AFTER_LOOKS * (check.every + check.timeout):
            fault = f"last seen {age:.0f} s ago"
        bad: Status = "unavailable" if check.essential else "degraded"
        told: dict[str, Any] = {"status": bad if fault else "ok"}
        told["latencyMs"] = round(seen.seconds * 1000, 1)
        if fault:
            told["reason"] = fault
        return told | dict(seen.facts)

    async def _watch(self, check: Check) -> None:
        while True:
            await self._look(check)
            self.started = self.started or self._is_well()
            await asyncio.sleep(self._pause(check))

    def _pause(self, check: Check) -> float:
        if not self.started:
            return STARTING_SECONDS
        faulty = check.essential and self._seen[check.name].fault
        return min(check.every, FAULT_SECONDS) if faulty else check.every

    def _is_well(self) -> bool:
        return all(self._tell(c)["status"] == "ok" for c in self._checks if c.essential)

    async def _look(self, check: Check) -> None:
        started = time.monotonic()
        look = asyncio.ensure_future(check.look())
        try:
            await asyncio.wait({look}, timeout=check.timeout)
            if not look.done():
                self._note(check, started, f"no answer within {check.timeout:g} s", {})
                # Giving up may itself take long; meanwhile nothing else is asked.
                look.cancel()
                await asyncio.wait({look})
                return
        finally:
            look.cancel()
        try:
            self._note(check, started, None, look.result())
        except NotWellError as error:
            self._note(check, started, str(error), {})
        except Exception as error:  # noqa: BLE001 -- whatever it is, what was looked at is not well
            self._note(check, started, type(error).__name__, {})

    def _note(self, check: Check, started: float, fault: str | None, facts: Facts) -> None:
        now = time.monotonic()
        changed = fault != self._seen[check.name].fault
        self._seen[check.name] = _Seen(now, now - started, fault, facts)
        if changed:
            tell = log.warning if fault else log.info
            tell("not well" if fault else "well", check=check.name, reason=fault)
