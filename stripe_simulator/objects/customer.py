"""The Customer, as far as payments need one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class Customer:
    """Somebody who pays."""

    id: str
    account: str
    created: int
    details: Json = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)

    def render(self, world: View) -> Json:
        """Show the object as the API does."""
        given = self.details
        return {
            "id": self.id,
            "object": "customer",
            "address": given.get("address"),
            "balance": given.get("balance", 0),
            "created": self.created,
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "description": given.get("description"),
            "discount": None,
            "email": given.get("email"),
            "invoice_prefix": given.get("invoice_prefix"),
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "livemode": world.config.livemode,
            "metadata": self.metadata,
            "name": given.get("name"),
            "next_invoice_sequence": 1,
            "phone": given.get("phone"),
            "preferred_locales": given.get("preferred_locales", []),
            "shipping": given.get("shipping"),
            "tax_exempt": given.get("tax_exempt") or "none",
            "test_clock": None,
        }
