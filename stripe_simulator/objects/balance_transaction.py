"""The BalanceTransaction: one entry of the ledger, seen from one account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]

# type → reporting category, where it is not the type itself
REPORTING = {
    "payment": "charge",
    "payment_refund": "refund",
    "transfer_refund": "transfer_reversal",
    "payout_failure": "payout_reversal",
    "payout_cancel": "payout_reversal",
    "stripe_fee": "fee",
}

FAR = 4_102_444_800  # the year 2100, shown for money that never settles


@dataclass(slots=True)
class BalanceTransaction:
    """`amount` moved, `fee` kept by Stripe, minor units; pending until `available_on`."""

    id: str
    account: str
    created: int
    type: str
    amount: int
    fee: int
    currency: str
    source: str | None
    counter: str
    available_on: int
    pending: bool = False
    category: str | None = None
    description: str | None = None
    exchange_rate: float | None = None
    payout: str | None = None
    waits_for: str | None = None

    @property
    def net(self) -> int:
        """Return what the account's balance changed by, minor units."""
        return self.amount - self.fee

    def render(self, world: View) -> Json:  # noqa: ARG002 - every object is shown this way
        """Show the object as the API does."""
        fees = [
            {
                "amount": self.fee,
                "application": None,
                "currency": self.currency,
                "description": "Dispute fee"
                if self.type == "adjustment"
                else "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        return {
            "id": self.id,
            "object": "balance_transaction",
            "amount": self.amount,
            "available_on": min(self.available_on, FAR),
            "balance_type": "payments",
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "exchange_rate": self.exchange_rate,
            "fee": self.fee,
            "fee_details": fees if self.fee else [],
            "net": self.net,
            "reporting_category": self.category or REPORTING.get(self.type, self.type),
            "source": self.source,
            "status": "pending" if self.pending else "available",
            "type": self.type,
        }
