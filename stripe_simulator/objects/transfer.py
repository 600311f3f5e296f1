"""The Transfer to a connected account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stripe_simulator.objects.shared import list_object

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class Transfer:
    """`amount` minor units from the platform to `destination`."""

    id: str
    account: str
    created: int
    amount: int
    currency: str
    destination: str
    destination_payment: str
    balance_transaction: str
    amount_reversed: int = 0
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    source_transaction: str | None = None
    source_type: str = "card"
    transfer_group: str | None = None

    def render(self, world: View) -> Json:
        """Show the object as the API does, with its latest reversals."""
        rows = (
            world.store.reversals.where("transfer", self.id)[::-1] if self.amount_reversed else []
        )
        reversals = list_object(
            f"/v1/transfers/{self.id}/reversals",
            (row.render(world) for row in rows[:10]),
            has_more=len(rows) > 10,  # noqa: PLR2004 - Stripe's page size
        )
        reversals["total_count"] = len(rows)
        return {
            "id": self.id,
            "object": "transfer",
            "amount": self.amount,
            "amount_reversed": self.amount_reversed,
            "balance_transaction": self.balance_transaction,
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "destination": self.destination,
            "destination_payment": self.destination_payment,
            "livemode": world.config.livemode,
            "metadata": self.metadata,
            "reversals": reversals,
            "reversed": self.amount_reversed == self.amount,
            "source_transaction": self.source_transaction,
            "source_type": self.source_type,
            "transfer_group": self.transfer_group,
        }
