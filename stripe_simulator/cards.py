"""Stripe's test values: how each card or bank account behaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Card:
    """What happens when this test value is charged."""

    name: str
    last4: str
    brand: str = "visa"
    kind: str = "card"
    decline: str | None = None  # error code of the refusal
    decline_code: str | None = None
    blocked: bool = False
    risk: str = "normal"
    review: bool = False
    action: bool = False  # asks for 3-D Secure
    disputes: tuple[str, ...] = ()  # reasons; `inquiry` opens no chargeback
    warning: bool = False
    refund: str | None = None  # pending | fail
    bypass: bool = False  # straight to the available balance
    later: str | None = None  # succeed | fail, for methods that take days


MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently "
    "or exceeding its amount limit.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}


def _declined(name: str, last4: str, code: str, decline_code: str | None = None) -> Card:
    return Card(name, last4, decline=code, decline_code=decline_code or code)


_CARDS = [
    Card("visa", "4242"),
    Card("mastercard", "4444", "mastercard"),
    Card("amex", "8431", "amex"),
    _declined("visa_chargeDeclined", "0002", "card_declined", "generic_decline"),
    _declined("chargeDeclined", "0002", "card_declined", "generic_decline"),
    _declined(
        "visa_chargeDeclinedInsufficientFunds", "9995", "card_declined", "insufficient_funds"
    ),
    _declined("visa_chargeDeclinedLostCard", "9987", "card_declined", "lost_card"),
    _declined("visa_chargeDeclinedStolenCard", "9979", "card_declined", "stolen_card"),
    _declined(
        "visa_chargeDeclinedVelocityLimitExceeded",
        "6975",
        "card_declined",
        "card_velocity_exceeded",
    ),
    _declined("chargeDeclinedExpiredCard", "0069", "expired_card"),
    _declined("chargeDeclinedIncorrectCvc", "0127", "incorrect_cvc"),
    _declined("chargeDeclinedProcessingError", "0119", "processing_error"),
    _declined("chargeCustomerFail", "0341", "card_declined", "generic_decline"),
    Card(
        "radarBlock",
        "0019",
        decline="card_declined",
        decline_code="fraudulent",
        blocked=True,
        risk="highest",
    ),
    Card("riskLevelHighest", "4954", risk="highest"),
    Card("riskLevelElevated", "9235", risk="elevated", review=True),
    Card("createDispute", "0259", disputes=("fraudulent",)),
    Card("createDisputeProductNotReceived", "2685", disputes=("product_not_received",)),
    Card("createDisputeInquiry", "1976", disputes=("inquiry",)),
    Card("createMultipleDisputes", "0404", disputes=("fraudulent", "product_not_received")),
    Card("createIssuerFraudRecord", "5423", warning=True),
    Card("pendingRefund", "7726", refund="pending"),
    Card("refundFail", "5126", refund="fail"),
    Card("bypassPending", "0077", bypass=True),
    Card("authenticationRequired", "3184", action=True),
    Card("threeDSecure2Required", "3220", action=True),
]
_BANKS = [
    Card("pm_usBankAccount_success", "6789", kind="us_bank_account", later="succeed"),
    Card(
        "pm_usBankAccount_insufficientFunds",
        "2227",
        kind="us_bank_account",
        later="fail",
        decline="payment_intent_payment_attempt_failed",
        decline_code="insufficient_funds",
    ),
    Card("pm_sepaDebit_success", "3000", kind="sepa_debit", later="succeed"),
    Card(
        "pm_sepaDebit_fail",
        "3002",
        kind="sepa_debit",
        later="fail",
        decline="payment_intent_payment_attempt_failed",
        decline_code="insufficient_funds",
    ),
]
_BY_NAME = {f"pm_card_{card.name}": card for card in _CARDS}
_BY_NAME |= {f"tok_{card.name}": card for card in _CARDS}
_BY_NAME |= {card.name: card for card in _BANKS}


def find_card(name: str) -> Card | None:
    """Return the behaviour of `pm_card_…`, `tok_…` or `pm_usBankAccount_…`, or None."""
    return _BY_NAME.get(name)


def card_named(name: str) -> Card:
    """Return the behaviour of a test value that is known to exist."""
    return _BY_NAME[name]


def card_details(card: Card) -> Json:
    """Show the face of a card."""
    return {
        "brand": card.brand,
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"fp{card.last4}{card.brand}",
        "funding": "credit",
        "last4": card.last4,
        "regulated_status": "unregulated",
    }
