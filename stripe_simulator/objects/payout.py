"""The Payout of a balance to a bank account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class Payout:
    """`amount` minor units on their way to the bank, arriving at `arrival_date`."""

    id: str
    account: str
    created: int
    amount: int
    currency: str
    status: str
    arrival_date: int
    destination: str
    balance_transaction: str
    automatic: bool = False
    description: str | None = None
    failure_balance_transaction: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    method: str = "standard"
    original_payout: str | None = None
    reversed_by: str | None = None
    source_type: str = "card"
    statement_descriptor: str | None = None

    def render(self, world: View) -> Json:
        """Show the object as the API does."""
        return {
            "id": self.id,
            "object": "payout",
            "amount": self.amount,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": self.arrival_date,
            "automatic": self.automatic,
            "balance_transaction": self.balance_transaction,
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "destination": self.destination,
            "failure_balance_transaction": self.failure_balance_transaction,
            "failure_code": self.failure_code,
            "failure_message": self.failure_message,
            "livemode": world.config.livemode,
            "metadata": self.metadata,
            "method": self.method,
            "original_payout": self.original_payout,
            "payout_method": None,
            "reconciliation_status": "not_applicable",
            "reversed_by": self.reversed_by,
            "source_type": self.source_type,
            "statement_descriptor": self.statement_descriptor,
            "status": self.status,
            "trace_id": None,
            "type": "bank_account",
        }
