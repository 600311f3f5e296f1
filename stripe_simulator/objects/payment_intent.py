"""The PaymentIntent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stripe_simulator.words import words

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]

# What a publishable key and the client secret may see.
PUBLIC = frozenset(
    words(
        "id object allowed_payment_method_types amount amount_details "
        "automatic_payment_methods canceled_at cancellation_reason capture_method "
        "client_secret confirmation_method created currency description "
        "excluded_payment_method_types last_payment_error livemode next_action "
        "payment_method payment_method_configuration_details payment_method_types "
        "processing receipt_email setup_future_usage shipping source status"
    )
)


@dataclass(slots=True)
class PaymentIntent:
    """An intent to collect `amount` minor units of `currency`."""

    id: str
    account: str
    created: int
    amount: int
    currency: str
    status: str
    capture_method: str
    secret: str
    amount_capturable: int = 0
    amount_received: int = 0
    allowed_payment_method_types: list[str] | None = None
    automatic_payment_methods: Json | None = None
    canceled_at: int | None = None
    cancellation_reason: str | None = None
    confirmation_method: str = "automatic"
    customer: str | None = None
    description: str | None = None
    excluded_payment_method_types: list[str] | None = None
    last_payment_error: Json | None = None
    latest_charge: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    next_action: Json | None = None
    off_session: bool = False
    on_behalf_of: str | None = None
    payment_method: str | None = None
    payment_method_options: Json | None = None
    receipt_email: str | None = None
    return_url: str | None = None
    review: str | None = None
    setup_future_usage: str | None = None
    shipping: Json | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None
    transfer_group: str | None = None

    @property
    def client_secret(self) -> str:
        """Return the secret a browser confirms with."""
        return f"{self.id}_secret_{self.secret}"

    def types(self) -> list[str]:
        """Return the payment method types offered."""
        types = self.allowed_payment_method_types or ["card", "link"]
        return [kind for kind in types if kind not in (self.excluded_payment_method_types or ())]

    def render(self, world: View) -> Json:
        """Show the object as the API does."""
        return {
            "id": self.id,
            "object": "payment_intent",
            "allowed_payment_method_types": self.allowed_payment_method_types,
            "amount": self.amount,
            "amount_capturable": self.amount_capturable,
            "amount_details": {"tip": {}},
            "amount_received": self.amount_received,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": self.automatic_payment_methods,
            "canceled_at": self.canceled_at,
            "cancellation_reason": self.cancellation_reason,
            "capture_method": self.capture_method,
            "client_secret": self.client_secret,
            "confirmation_method": self.confirmation_method,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "customer_account": None,
            "description": self.description,
            "excluded_payment_method_types": self.excluded_payment_method_types,
            "last_payment_error": self.last_payment_error,
            "latest_charge": self.latest_charge,
            "livemode": world.config.livemode,
            "metadata": self.metadata,
            "next_action": self.next_action,
            "on_behalf_of": self.on_behalf_of,
            "payment_details": None,
            "payment_method": self.payment_method,
            "payment_method_configuration_details": None,
            "payment_method_options": self.payment_method_options or {},
            "payment_method_types": self.types(),
            "payment_record": None,
            "processing": None,
            "receipt_email": self.receipt_email,
            "review": self.review,
            "setup_future_usage": self.setup_future_usage,
            "shipping": self.shipping,
            "source": None,
            "statement_descriptor": self.statement_descriptor,
            "statement_descriptor_suffix": self.statement_descriptor_suffix,
            "status": self.status,
            "transfer_data": None,
            "transfer_group": self.transfer_group,
        }
