"""The Dispute."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stripe_simulator.cards import card_named
from stripe_simulator.words import words

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]

EVIDENCE = words(
    "access_activity_log billing_address cancellation_policy "
    "cancellation_policy_disclosure cancellation_rebuttal customer_communication "
    "customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation "
    "duplicate_charge_id product_description receipt refund_policy "
    "refund_policy_disclosure refund_refusal_explanation service_date "
    "service_documentation shipping_address shipping_carrier shipping_date "
    "shipping_documentation shipping_tracking_number uncategorized_file "
    "uncategorized_text"
)
NETWORK_REASON = {"fraudulent": "10.4", "product_not_received": "13.1", "general": "10"}
CLOSED = frozenset({"won", "lost", "warning_closed", "prevented"})


@dataclass(slots=True)
class Dispute:
    """A card holder's claim to `amount` minor units of a charge."""

    id: str
    account: str
    created: int
    amount: int
    currency: str
    charge: str
    reason: str
    status: str
    due_by: int | None
    payment_intent: str | None = None
    balance_transactions: list[str] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)
    submission_count: int = 0
    submission_method: str | None = None
    intended_submission_method: str | None = None
    countered_fee: int = 0
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def inquiry(self) -> bool:
        """Tell whether no money has moved: an inquiry, not a chargeback."""
        return self.status.startswith("warning")

    def render(self, world: View) -> Json:
        """Show the object as the API does."""
        table = world.store.balance_transactions
        charge = world.store.charges[self.charge]
        card = card_named(charge.card or "pm_card_visa")
        evidence: Json = dict.fromkeys(EVIDENCE)
        evidence |= {"enhanced_evidence": {}} | self.evidence
        return {
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "balance_transaction": next(iter(self.balance_transactions), None),
            "balance_transactions": [table[tid].render(world) for tid in self.balance_transactions],
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "enhanced_eligibility_types": [],
            "evidence": evidence,
            "evidence_details": {
                "due_by": self.due_by,
                "enhanced_eligibility": {},
                "has_evidence": bool(self.evidence),
                "past_due": self.due_by is not None and world.clock.seconds() > self.due_by,
                "submission_count": self.submission_count,
                "submission_method": self.submission_method or "not_submitted",
            },
            "intended_submission_method": self.intended_submission_method,
            "is_charge_refundable": self.inquiry,
            "livemode": world.config.livemode,
            "metadata": self.metadata,
            "network_reason_code": NETWORK_REASON.get(self.reason, "10.4"),
            "payment_intent": self.payment_intent,
            "payment_method_details": {
                "type": "card",
                "card": {
                    "brand": card.brand,
                    "network": card.brand,
                    "case_type": "inquiry" if self.inquiry else "chargeback",
                    "network_reason_code": NETWORK_REASON.get(self.reason, "10.4"),
                },
            },
            "reason": self.reason,
            "status": self.status,
        }
