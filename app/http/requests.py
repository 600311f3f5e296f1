"""Request documents of the API: shape and bounds only. What is allowed is decided in SQL."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

BIGINT_MAX = 2**63 - 1
MAX_BASIS_POINTS = 10_000
MAX_SPLITS = 50
MAX_METADATA_KEYS = 40
"""Stripe allows 50; ten are ours."""
MAX_METADATA_KEY = 40
MAX_METADATA_VALUE = 500
MAX_DEVICE_KEYS = 20
MAX_CONDITIONS = 10
MAX_EVIDENCE_CHARS = 20_000
RFC_3339 = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
RESERVED_METADATA = frozenset({"operation_id", "payment_id", "tenant_id"})

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=ONE_LINE)]
"""Ids and names."""

LongText = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Amount = Annotated[StrictInt, Field(ge=-BIGINT_MAX, le=BIGINT_MAX)]
"""Minor units. Whether an amount is acceptable depends on its currency: SQL says."""

Currency = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{3}$"), AfterValidator(lambda code: code.lower())
]
Email = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")
]
ConditionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
Identifier = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")
]


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise ValueError("is no time that exists") from None


Moment = Annotated[
    str,
    StringConstraints(pattern=RFC_3339),
    AfterValidator(_moment),
    Field(json_schema_extra={"format": "date-time"}),
]
"""RFC 3339; kept in UTC, because PostgreSQL takes no offset of 16 hours or more."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Payee = Literal["venue", "artist", "promoter", "seller"]
Recipient = Literal["venue", "artist", "promoter", "seller", "platform"]
PaymentStatus = Literal[
    "created",
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "succeeded",
    "canceled",
    "failed",
    "blocked",
]
DisputeStatus = Literal[
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
    "needs_response",
    "under_review",
    "appeal_needs_response",
    "appeal_under_review",
    "prevented",
    "won",
    "lost",
]
TransferStatus = Literal[
    "pending", "blocked", "paid", "partially_reversed", "reversed", "failed", "canceled"
]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Document(BaseModel):
    """Base of every request: strict types, camelCase, nothing unknown."""

    model_config = ConfigDict(
        strict=True, extra="forbid", alias_generator=to_camel, validate_by_name=False
    )


def _not_ours(metadata: dict[str, str]) -> dict[str, str]:
    for key in RESERVED_METADATA & metadata.keys():
        raise ValueError(f"the key {key} is reserved")
    return metadata


MetadataKey = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_METADATA_KEY, pattern=r"^[^\[\]\x00-\x1f]*$"),
]
MetadataValue = Annotated[str, StringConstraints(max_length=MAX_METADATA_VALUE)]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue],
    Field(max_length=MAX_METADATA_KEYS),
    AfterValidator(_not_ours),
]
"""What Stripe takes, less what is ours."""


class Share(Document):
    """One recipient's part of a payment."""

    recipient_type: Recipient
    recipient_id: Text
    amount: Amount | None = None
    basis_points: Annotated[StrictInt, Field(ge=0, le=MAX_BASIS_POINTS)] | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> "Share":
        if (self.amount is None) == (self.basis_points is None):
            raise ValueError("give either amount or basisPoints")
        return self


class EscrowRequest(Document):
    """The recipient of `splits` whose share is held, until when and on what conditions."""

    recipient_type: Payee
    recipient_id: Text
    hold_until: Moment | None = None
    conditions: Annotated[list[ConditionName], Field(max_length=MAX_CONDITIONS)] | None = None


class IntentCreate(Document):
    """POST /api/v1/payments/intents."""

    model_config = _example(
        amount=12_500,
        currency="usd",
        orderId="order-20731",
        customerId="fan-881",
        eventId="event-2026-11-23",
        venueId="venue-1",
        splits=[
            {"recipientType": "venue", "recipientId": "venue-1", "basisPoints": 7000},
            {"recipientType": "artist", "recipientId": "artist-9", "amount": 2000},
        ],
        metadata={"seats": "A12,A13"},
    )

    amount: Amount
    currency: Currency
    order_id: Text
    customer_id: Text | None = None
    event_id: Text | None = None
    venue_id: Text | None = None
    capture_method: Literal["automatic", "manual"] = "automatic"
    splits: Annotated[list[Share], Field(max_length=MAX_SPLITS)] | None = None
    escrow: EscrowRequest | None = None
    description: LongText | None = None
    receipt_email: Email | None = None
    metadata: Metadata | None = None
    device: Annotated[dict[Text, LongText], Field(max_length=MAX_DEVICE_KEYS)] | None = None


class Capture(Document):
    """POST /api/v1/payments/{id}/capture; without an amount, all of it."""

    model_config = _example(amount=10_000)

    amount: Amount | None = None


class Cancel(Document):
    """POST /api/v1/payments/{id}/cancel."""

    model_config = _example(reason="The order was given up.")

    reason: LongText | None = None


class DistributionTransfer(Document):
    """One payee's part of a distribution."""

    stripe_account_id: Annotated[
        str, StringConstraints(pattern=r"^acct_[A-Za-z0-9_]+$", max_length=255)
    ]
    amount: Amount
    recipient_type: Payee
    recipient_id: Text


class DistributionCreate(Document):
    """POST /internal/v1/distributions: from what is left of a captured payment to payees."""

    model_config = _example(
        orderId="order-20731",
        paymentIntentId="pi_3Nq8sT2eZvKYlo2C1aBcDeFg",
        chargeId="ch_3Nq8sT2eZvKYlo2C1hIjKlMn",
        totalAmount=10_000,
        transfers=[
            {
                "stripeAccountId": "acct_1Nq8sT2eZvKYlo2C",
                "amount": 7_000,
                "recipientType": "venue",
                "recipientId": "venue-1",
            }
        ],
    )

    order_id: Text
    payment_intent_id: Annotated[
        str, StringConstraints(pattern=r"^pi_[A-Za-z0-9_]+$", max_length=255)
    ]
    charge_id: Annotated[str, StringConstraints(pattern=r"^(ch|py)_[A-Za-z0-9_]+$", max_length=255)]
    total_amount: Amount
    transfers: Annotated[list[DistributionTransfer], Field(min_length=1, max_length=MAX_SPLITS)]


class RefundCreate(Document):
    """POST /api/v1/refunds; without an amount, all that remains."""

    model_config = _example(
        paymentId="0192f1c4-7a52-4c3b-9f57-2a1b7c0d9e10",
        amount=2_500,
        reason="requested_by_customer",
        note="One of two tickets.",
    )

    payment_id: Identifier
    amount: Amount | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer", "event_canceled", "other"]
    note: LongText | None = None
    metadata: Metadata | None = None


class EscrowRelease(Document):
    """POST /api/v1/escrows/{id}/release; without an amount, all that is held."""

    model_config = _example(reason="The ticket was scanned.")

    amount: Amount | None = None
    reason: LongText


class Reason(Document):
    """A cancellation of an escrow or an event."""

    model_config = _example(reason="The artist is ill.")

    reason: LongText


class ConditionConfirm(Document):
    """POST /api/v1/escrows/{id}/conditions/{name}."""

    model_config = _example(evidence="Scanned at gate 4.")

    evidence: LongText


EvidenceField = Literal[
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
]
"""Stripe's fields of evidence that are one text each."""


class EvidenceSubmit(Document):
    """POST /api/v1/disputes/{id}/evidence: Stripe's evidence fields."""

    model_config = _example(evidence={"product_description": "Two tickets, scanned."})

    evidence: Annotated[
        dict[EvidenceField, Annotated[str, StringConstraints(max_length=MAX_EVIDENCE_CHARS)]],
        Field(min_length=1),
    ]


class AccountCreate(Document):
    """POST /api/v1/connected-accounts."""

    model_config = _example(
        recipientType="venue",
        recipientId="venue-1",
        email="books@venue.example",
        country="US",
        businessName="The Hall",
    )

    recipient_type: Payee
    recipient_id: Text
    email: Email
    country: Country
    business_name: Text | None = None


class LinkCreate(Document):
    """POST /api/v1/connected-accounts/{id}/onboarding-links; nothing to choose."""

    model_config = _example()


class ReviewDecision(Document):
    """POST /api/v1/reviews/{id}/approve and …/reject: what the reviewer has to say."""

    model_config = _example(note="Called the customer, the order is theirs.")

    note: LongText


def _digits(text: Any) -> Any:
    if isinstance(text, str) and not (text.isascii() and text.isdigit()):
        raise ValueError("is no whole number")  # pydantic reads "1_0", "+5" and "5.0", too
    return text


class Page(BaseModel):
    """Query of every list: values arrive as text."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, validate_by_name=False, hide_input_in_errors=True
    )

    limit: Annotated[int, Field(ge=1, le=100), BeforeValidator(_digits)] = 20
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _no_nul(cls, value: Any) -> Any:
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("contains NUL")
        return value


class PaymentList(Page):
    """GET /api/v1/payments."""

    order_id: Text | None = None
    customer_id: Text | None = None
    event_id: Text | None = None
    status: PaymentStatus | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None


class TransferList(Page):
    """GET /api/v1/transfers."""

    payment_id: Identifier | None = None
    status: TransferStatus | None = None


class RefundList(Page):
    """GET /api/v1/refunds."""

    payment_id: Identifier | None = None


class DisputeList(Page):
    """GET /api/v1/disputes."""

    payment_id: Identifier | None = None
    status: DisputeStatus | None = None


class ReviewList(Page):
    """GET /api/v1/reviews."""

    status: Literal["open", "approved", "rejected", "canceled"] | None = None
    kind: Literal["fraud", "aml"] | None = None
    payment_id: Identifier | None = None
