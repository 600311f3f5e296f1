"""Request documents of the API: shape and bounds only. What is allowed is decided in SQL."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
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
MAX_EVIDENCE_KEYS = 30
MAX_EVIDENCE_CHARS = 20_000
RFC_3339 = r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)$"
RESERVED_METADATA = frozenset({"operation_id", "payment_id", "tenant_id"})

Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
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
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("give a time with its offset")
    return text


Moment = Annotated[str, StringConstraints(pattern=RFC_3339), AfterValidator(_moment)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Payee = Literal["venue", "artist", "promoter", "seller"]
Recipient = Literal["venue", "artist", "promoter", "seller", "platform"]


class Document(BaseModel):
    """Base of every request: strict types, camelCase, nothing unknown."""

    model_config = ConfigDict(
        strict=True, extra="forbid", alias_generator=to_camel, validate_by_name=False
    )


def _fits_stripe(metadata: dict[str, str]) -> dict[str, str]:
    if len(metadata) > MAX_METADATA_KEYS:
        raise ValueError(f"at most {MAX_METADATA_KEYS} keys")
    for key, value in metadata.items():
        if not 0 < len(key) <= MAX_METADATA_KEY or "[" in key or "]" in key:
            raise ValueError(f"a key has 1 to {MAX_METADATA_KEY} characters and no brackets")
        if key in RESERVED_METADATA:
            raise ValueError(f"the key {key} is reserved")
        if len(value) > MAX_METADATA_VALUE:
            raise ValueError(f"a value has at most {MAX_METADATA_VALUE} characters")
    return metadata


Metadata = Annotated[dict[str, str], AfterValidator(_fits_stripe)]


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

    amount: Amount | None = None


class Cancel(Document):
    """POST /api/v1/payments/{id}/cancel."""

    reason: LongText | None = None


class RefundCreate(Document):
    """POST /api/v1/refunds; without an amount, all that remains."""

    payment_id: Identifier
    amount: Amount | None = None
    reason: Literal[
        "duplicate", "fraudulent", "requested_by_customer", "event_cancelled", "other"
    ] = "requested_by_customer"
    note: LongText | None = None
    metadata: Metadata | None = None


class EscrowRelease(Document):
    """POST /api/v1/escrows/{id}/release; without an amount, all that is held."""

    amount: Amount | None = None
    reason: LongText


class Reason(Document):
    """A cancellation of an escrow or an event."""

    reason: LongText


class ConditionConfirm(Document):
    """POST /api/v1/escrows/{id}/conditions/{name}."""

    evidence: LongText


class EvidenceSubmit(Document):
    """POST /api/v1/disputes/{id}/evidence: Stripe's evidence fields."""

    evidence: Annotated[
        dict[ConditionName, Annotated[str, StringConstraints(max_length=MAX_EVIDENCE_CHARS)]],
        Field(min_length=1, max_length=MAX_EVIDENCE_KEYS),
    ]


class AccountCreate(Document):
    """POST /api/v1/connected-accounts."""

    recipient_type: Payee
    recipient_id: Text
    email: Email
    country: Country
    business_name: Text | None = None


class LinkCreate(Document):
    """POST /api/v1/connected-accounts/{id}/onboarding-links; nothing to choose."""


class ReviewDecision(Document):
    """POST /api/v1/reviews/{id}/approve and …/reject: what the reviewer has to say."""

    note: LongText


class Page(BaseModel):
    """Query of every list: values arrive as text."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, validate_by_name=False, hide_input_in_errors=True
    )

    limit: Annotated[int, Field(ge=1, le=100)] = 20
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
    status: (
        Literal[
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
        | None
    ) = None
    created_after: AwareDatetime | None = None
    created_before: AwareDatetime | None = None


class TransferList(Page):
    """GET /api/v1/transfers."""

    payment_id: Identifier | None = None
    status: (
        Literal[
            "pending", "blocked", "paid", "partially_reversed", "reversed", "failed", "canceled"
        ]
        | None
    ) = None


class RefundList(Page):
    """GET /api/v1/refunds."""

    payment_id: Identifier | None = None


class DisputeList(Page):
    """GET /api/v1/disputes."""

    payment_id: Identifier | None = None
    status: Text | None = None


class ReviewList(Page):
    """GET /api/v1/reviews."""

    status: Literal["open", "approved", "rejected", "canceled"] | None = None
    kind: Literal["fraud", "aml"] | None = None
    payment_id: Identifier | None = None
