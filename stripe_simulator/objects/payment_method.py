"""The PaymentMethod made from a test value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stripe_simulator.cards import card_details, card_named
from stripe_simulator.objects.shared import billing_details

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class PaymentMethod:
    """A card or bank account; `card` names the test value that says how it behaves."""

    id: str
    account: str
    created: int
    card: str
    customer: str | None = None
    billing: Json | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    def render(self, world: View) -> Json:
        """Show the object as the API does."""
        card = card_named(self.card)
        shown = {
            "id": self.id,
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": billing_details(self.billing),
            "created": self.created,
            "customer": self.customer,
            "customer_account": None,
            "livemode": world.config.livemode,
            "metadata": self.metadata,
            "type": card.kind,
        }
        if card.kind != "card":
            return shown | {card.kind: {"bank_name": "STRIPE TEST BANK", "last4": card.last4}}
        more = {
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": None,
            },
            "display_brand": card.brand,
            "generated_from": None,
            "networks": {"available": [card.brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        }
        return shown | {"card": card_details(card) | more}
