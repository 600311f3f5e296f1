"""The Review a person has to close before a payment counts as safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class Review:
    """A manual look at a charge."""

    id: str
    account: str
    created: int
    charge: str | None
    payment_intent: str | None
    open: bool = True
    reason: str = "rule"
    opened_reason: str = "rule"
    closed_reason: str | None = None

    def render(self, world: View) -> Json:
        """Show the object as the API does."""
        return {
            "id": self.id,
            "object": "review",
            "billing_zip": None,
            "charge": self.charge,
            "closed_reason": self.closed_reason,
            "created": self.created,
            "ip_address": None,
            "ip_address_location": None,
            "livemode": world.config.livemode,
            "open": self.open,
            "opened_reason": self.opened_reason,
            "payment_intent": self.payment_intent,
            "reason": self.reason,
            "session": None,
        }
