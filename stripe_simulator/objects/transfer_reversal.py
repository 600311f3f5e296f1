"""The TransferReversal: money taken back from a connected account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class TransferReversal:
    """`amount` minor units of a transfer, back on the platform."""

    id: str
    account: str
    created: int
    amount: int
    currency: str
    transfer: str
    balance_transaction: str
    destination_payment_refund: str
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    def render(self, world: View) -> Json:  # noqa: ARG002 - every object is shown this way
        """Show the object as the API does."""
        return {
            "id": self.id,
            "object": "transfer_reversal",
            "amount": self.amount,
            "balance_transaction": self.balance_transaction,
            "created": self.created,
            "currency": self.currency,
            "destination_payment_refund": self.destination_payment_refund,
            "metadata": self.metadata,
            "source_refund": None,
            "transfer": self.transfer,
        }
