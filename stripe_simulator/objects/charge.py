"""The Charge, also in its form as the payment (`py_…`) a transfer makes in its destination."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stripe_simulator.cards import card_details, card_named
from stripe_simulator.objects.shared import blank_billing

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class Charge:
    """One attempt to collect `amount` minor units, or money received from a transfer."""

    id: str
    account: str
    created: int
    amount: int
    currency: str
    status: str
    amount_captured: int = 0
    amount_refunded: int = 0
    balance_transaction: str | None = None
    capture_before: int | None = None
    captured: bool = False
    card: str | None = None
    customer: str | None = None
    description: str | None = None
    disputed: bool = False
    failure_balance_transaction: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    fraud_details: Json | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    outcome: Json | None = None
    paid: bool = False
    payment_intent: str | None = None
    payment_method: str | None = None
    receipt_email: str | None = None
    refunded: bool = False
    review: str | None = None
    shipping: Json | None = None
    source_transfer: str | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None
    transfer_group: str | None = None

    def shown_outcome(self) -> Json | None:
        """Show what the network and Radar said."""
        if self.source_transfer is not None:
            return None
        outcome = {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": 21,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
        return outcome | self.outcome if self.outcome else outcome

    def shown_details(self) -> Json | None:
        """Show the payment method as it was used."""
        if self.card is None:
            return {"type": "stripe_account", "stripe_account": {}}
        card = card_named(self.card)
        if card.kind != "card":
            return {"type": card.kind, card.kind: {"bank_name": "STRIPE TEST BANK"}}
        details = card_details(card)
        details["amount_authorized"] = self.amount if self.status == "succeeded" else None
        details["authorization_code"] = None
        details["capture_before"] = self.capture_before
        details["network"] = card.brand
        details["network_transaction_id"] = None
        details["three_d_secure"] = None
        details["wallet"] = None
        details["checks"] = {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        }
        details["extended_authorization"] = {"status": "disabled"}
        details["incremental_authorization"] = {"status": "unavailable"}
        details["multicapture"] = {"status": "unavailable"}
        details["overcapture"] = {
            "maximum_amount_capturable": self.amount,
            "status": "unavailable",
        }
        return {"type": "card", "card": details}

    def render(self, world: View) -> Json:
        """Show the object as the API does."""
        succeeded = self.status == "succeeded"
        return {
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": self.amount_captured,
            "amount_refunded": self.amount_refunded,
            "application": None,
            "application_fee": None,
            "application_fee_amount": None,
            "balance_transaction": self.balance_transaction,
            "billing_details": blank_billing(),
            "calculated_statement_descriptor": self.statement_descriptor or "SIMULATOR",
            "captured": self.captured,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "description": self.description,
            "disputed": self.disputed,
            "failure_balance_transaction": self.failure_balance_transaction,
            "failure_code": self.failure_code,
            "failure_message": self.failure_message,
            "fraud_details": self.fraud_details or {},
            "livemode": world.config.livemode,
            "metadata": self.metadata,
            "on_behalf_of": None,
            "outcome": self.shown_outcome(),
            "paid": self.paid,
            "payment_intent": self.payment_intent,
            "payment_method": self.payment_method,
            "payment_method_details": self.shown_details(),
            "radar_options": {},
            "receipt_email": self.receipt_email,
            "receipt_number": None,
            "receipt_url": f"https://pay.stripe.com/receipts/{self.id}" if succeeded else None,
            "refunded": self.refunded,
            "review": self.review,
            "shipping": self.shipping,
            "source": None,
            "source_transfer": self.source_transfer,
            "statement_descriptor": self.statement_descriptor,
            "statement_descriptor_suffix": self.statement_descriptor_suffix,
            "status": self.status,
            "transfer_data": None,
            "transfer_group": self.transfer_group,
        }
