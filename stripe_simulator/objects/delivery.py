"""One event on its way to one webhook endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class Delivery:
    """Attempts at handing an event to an endpoint; `faults` are what was ordered for it."""

    id: str
    account: str
    created: int
    event: str
    endpoint: str
    status: str = "pending"
    attempts: int = 0
    last_status: int | None = None
    last_attempt_at: float | None = None
    next_attempt_at: float | None = None
    losses: int = 0
    faults: list[str] | None = None
    shadow: bool = False

    def render(self, world: View) -> Json:  # noqa: ARG002 - every object is shown this way
        """Show the delivery to the control API."""
        return {
            "id": self.id,
            "event": self.event,
            "endpoint": self.endpoint,
            "status": self.status,
            "attempts": self.attempts,
            "lastStatus": self.last_status,
            "lastAttemptAt": self.last_attempt_at,
            "nextAttemptAt": self.next_attempt_at,
            "faults": self.faults or [],
        }
