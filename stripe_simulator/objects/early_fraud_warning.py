"""The early fraud warning of a card issuer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class EarlyFraudWarning:
    """An issuer's suspicion about a charge."""

    id: str
    account: str
    created: int
    charge: str
    payment_intent: str | None
    fraud_type: str = "made_with_stolen_card"

    def render(self, world: View) -> Json:
        """Show the object as the API does."""
        charge = world.store.charges[self.charge]
        return {
            "id": self.id,
            "object": "radar.early_fraud_warning",
            "actionable": not charge.disputed and not charge.refunded,
            "charge": self.charge,
            "created": self.created,
            "fraud_type": self.fraud_type,
            "livemode": world.config.livemode,
            "payment_intent": self.payment_intent,
        }
