"""The Topup of the platform's balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class Topup:
    """`amount` minor units from the platform's bank account."""

    id: str
    account: str
    created: int
    amount: int
    currency: str
    status: str
    expected_availability_date: int
    balance_transaction: str | None = None
    description: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    statement_descriptor: str | None = None
    transfer_group: str | None = None

    def render(self, world: View) -> Json:
        """Show the object as the API does."""
        return {
            "id": self.id,
            "object": "topup",
            "amount": self.amount,
            "balance_transaction": self.balance_transaction,
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "expected_availability_date": self.expected_availability_date,
            "failure_code": self.failure_code,
            "failure_message": self.failure_message,
            "initiated_by": "user",
            "livemode": world.config.livemode,
            "metadata": self.metadata,
            "payment_method": None,
            "source": None,
            "statement_descriptor": self.statement_descriptor,
            "status": self.status,
            "transfer_group": self.transfer_group,
        }
