"""One simulated Stripe in motion: calls begin and end, time passes, and the money stays right."""

from __future__ import annotations

import logging

from stripe_simulator import invariants
from stripe_simulator.state import State
from stripe_simulator.timers import run_timer

LOG = logging.getLogger("stripe_simulator")


class World(State):
    """What is known, and how it goes on."""

    def begin(self, request_id: str | None = None, key: str | None = None) -> None:
        """Start a call: events made from now on belong to it."""
        self.request = (request_id, key)
        self.echo = None
        self.store.clear_touched()

    def settle_call(self) -> None:
        """End a call: do what was put off, then prove that the money is right."""
        while self.afterwards:
            self.afterwards.pop(0)()
        invariants.settle_pending_refunds(self)
        invariants.check(self)
        self.request = (None, None)

    def run_due(self) -> int:
        """Run the timers that are due now; return how many ran."""
        self.keys.expire(self.clock.now())
        return self._run_until(self.clock.now(), move=False)

    def advance(self, seconds: float) -> int:
        """Move the clock forward, running every timer at its own moment; return how many ran."""
        target = self.clock.now() + seconds
        ran = self._run_until(target, move=True)
        rest = target - self.clock.now()
        self.clock.shift(max(rest, 0.0))
        self.keys.expire(self.clock.now())
        self.on_timer()
        return ran

    def _run_until(self, until: float, *, move: bool) -> int:
        ran = 0
        while (timer := self.clock.pop_due(until)) is not None:
            if move:
                self.clock.shift(max(timer.due - self.clock.now(), 0))
            self.begin()
            try:
                run_timer(self, timer)
                self.settle_call()
            except Exception as bug:  # time goes on; the ledger's `violations` name it
                LOG.exception("a bug of the simulator in the timer %s", timer.kind)
                self.bugs.append(f"{timer.kind}: {bug!r}")
            ran += 1
        return ran
