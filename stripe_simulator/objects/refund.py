"""The Refund."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class Refund:
    """`amount` minor units of a charge given back to the card holder."""

    id: str
    account: str
    created: int
    amount: int
    currency: str
    charge: str
    status: str
    balance_transaction: str | None = None
    description: str | None = None
    failure_balance_transaction: str | None = None
    failure_reason: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    next_action: Json | None = None
    payment_intent: str | None = None
    pending_reason: str | None = None
    reason: str | None = None
    source_transfer_reversal: str | None = None

    def render(self, world: View) -> Json:  # noqa: ARG002 - every object is shown this way
        """Show the object as the API does."""
        shown = {
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "balance_transaction": self.balance_transaction,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "destination_details": {
                "type": "card",
                "card": {
                    "reference_status": "pending",
                    "reference_type": "acquirer_reference_number",
                    "type": "refund",
                },
            },
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "reason": self.reason,
            "receipt_number": None,
            "source_transfer_reversal": self.source_transfer_reversal,
            "status": self.status,
            "transfer_reversal": None,
        }
        optional = {
            "failure_balance_transaction": self.failure_balance_transaction,
            "failure_reason": self.failure_reason,
            "next_action": self.next_action,
            "pending_reason": self.pending_reason,
        }
        return shown | {key: value for key, value in optional.items() if value is not None}
