"""Documents that the API answers with, as `payments.*_json` in SQL make them.

They are not in the way of an answer: /openapi.json is made from them, and the tests hold every
answer against it.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.http.requests import DisputeStatus, Payee, PaymentStatus, Recipient, TransferStatus

ID = "0192f1c4-7a52-4c3b-9f57-2a1b7c0d9e10"
TIME = "2026-11-23T18:30:00.000000Z"

Id = Annotated[str, Field(json_schema_extra={"format": "uuid"}, examples=[ID])]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=[TIME])]
Minor = Annotated[int, Field(description="Minor units of the currency.")]
Text = Annotated[str, Field()]


class Answer(BaseModel):
    """Base of every answer."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, validate_by_name=False)


class Fault(Answer):
    """One thing that is wrong with a request."""

    pointer: Annotated[str, Field(description="JSON pointer (RFC 6901); empty: the whole.")]
    code: str
    detail: str


class ProblemDocument(BaseModel):
    """An error, RFC 9457."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, title="Problem")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    trace_id: str
    errors: list[Fault] | None = None


class Split(Answer):
    """A recipient's share of a payment."""

    recipient_type: Recipient
    recipient_id: Text
    share_amount: Minor | None = None
    basis_points: int | None = None
    amount: Annotated[int | None, Field(description="Minor units; null before the capture.")]


class Failure(Answer):
    """What Stripe said."""

    code: str
    message: str | None


class Transfer(Answer):
    """Money for a payee."""

    id: Id
    payment_id: Id
    recipient_type: Payee
    recipient_id: Text
    stripe_account_id: str
    stripe_transfer_id: str | None
    amount: Minor
    amount_reversed: Minor
    currency: str
    status: TransferStatus
    purpose: str
    attempts: Annotated[int, Field(description="Calls to Stripe, the successful one included.")]
    next_attempt_at: Time | None
    last_error: Failure | None
    created_at: Time
    updated_at: Time


class Distribution(Answer):
    """Part of a payment that a service gave from the platform's share to payees."""

    id: Id
    payment_id: Id
    order_id: Text
    amount: Minor
    currency: str
    transfers: list[Transfer]
    created_at: Time


class Reversal(Answer):
    """What a payee gives back of a transfer."""

    recipient_type: Payee
    recipient_id: Text
    transfer_id: Id
    amount: Minor
    status: Literal["pending", "succeeded", "failed", "canceled"]
    shortfall: Annotated[int, Field(description="Minor units the payee could not cover.")]


class Refund(Answer):
    """Money back to the buyer."""

    id: Id
    payment_id: Id
    amount: Minor
    currency: str
    status: Literal["pending", "succeeded", "failed", "canceled"]
    reason: Literal["duplicate", "fraudulent", "requested_by_customer", "event_canceled", "other"]
    note: str | None
    metadata: dict[str, str]
    stripe_refund_id: str | None
    failure_reason: str | None
    origin: Literal["api", "batch", "escrow", "dashboard"]
    reversals: list[Reversal]
    created_at: Time
    updated_at: Time


class EscrowCondition(Answer):
    """What must be confirmed before a release."""

    name: str
    confirmed_at: Time | None
    confirmed_by: str | None
    evidence: str | None


class Escrow(Answer):
    """A recipient's share that is held."""

    id: Id
    payment_id: Id
    recipient_type: Payee
    recipient_id: Text
    amount: Minor | None
    held_amount: Minor
    released_amount: Minor
    refunded_amount: Minor
    currency: str
    status: Literal["pending", "held", "partially_released", "released", "canceled", "disputed"]
    hold_until: Time | None
    conditions: list[EscrowCondition]
    created_at: Time
    updated_at: Time


class Risk(Answer):
    """What the fraud rules made of a payment; null when the tenant has none."""

    decision: Literal["allow", "review", "block"]
    score: Annotated[int, Field(ge=0, le=100)]
    reasons: Annotated[list[str], Field(description="Rules that struck, heaviest first.")]


class Review(Answer):
    """What a person has to decide, about a payment or a payee."""

    id: Id
    kind: Literal["fraud", "aml"]
    source: Literal["rules", "stripe", "early_warning", "sanctions", "amounts", "operator"]
    status: Literal["open", "approved", "rejected", "canceled"]
    score: Annotated[int, Field(ge=0, le=100)]
    reasons: list[str]
    payment_id: Id | None
    connected_account_id: Id | None
    amount: Minor | None
    currency: str | None
    order_id: str | None
    customer_id: str | None
    recipient_type: Payee | None
    recipient_id: str | None
    note: str | None
    decided_by: str | None
    decided_at: Time | None
    created_at: Time


class Dispute(Answer):
    """A bank's claim against a payment."""

    id: Id
    payment_id: Id
    stripe_dispute_id: str
    amount: Minor
    currency: str
    status: DisputeStatus
    reason: str | None
    evidence_due_by: Time | None
    submission_count: int
    allocated_amount: Minor
    created_at: Time
    updated_at: Time


class Payment(Answer):
    """A payment and everything that belongs to it."""

    id: Id
    status: PaymentStatus
    amount: Minor
    amount_captured: Minor
    amount_refunded: Minor
    amount_refund_pending: Minor
    amount_disputed: Minor
    currency: str
    order_id: Text
    customer_id: str | None
    event_id: str | None
    venue_id: str | None
    capture_method: Literal["automatic", "manual"]
    description: str | None
    metadata: dict[str, str]
    stripe_payment_intent_id: str | None
    failure: Failure | None
    risk: Risk | None
    splits: list[Split]
    transfers: list[Transfer]
    refunds: list[Refund]
    escrows: list[Escrow]
    disputes: list[Dispute]
    created_at: Time
    updated_at: Time


class CreatedPayment(Payment):
    """A payment as its creator gets it."""

    client_secret: Annotated[
        str | None, Field(description="For Stripe.js; null while Stripe has not answered.")
    ]


class Account(Answer):
    """A payee's connected account."""

    id: Id
    recipient_type: Payee
    recipient_id: Text
    email: str
    country: str
    business_name: str | None
    status: Literal["creating", "open", "failed"]
    stripe_account_id: str | None
    onboarding_url: str | None
    onboarding_expires_at: Time | None
    transfers_enabled: bool
    charges_enabled: bool
    payouts_enabled: bool
    requirements: list[str]
    disabled_reason: str | None
    created_at: Time
    updated_at: Time


class RefundBatch(Answer):
    """The cancellation of an event and how far it has come."""

    id: Id
    event_id: str
    reason: str
    status: Literal["running", "stopped", "finished"]
    total: int
    succeeded: int
    failed: int
    pending: int
    amount: Minor
    started_at: Time
    finished_at: Time | None


class _Page(Answer):
    has_more: bool
    next_cursor: str | None


class PaymentPage(_Page):
    """Payments, newest first."""

    data: list[Payment]


class RefundPage(_Page):
    """Refunds, newest first."""

    data: list[Refund]


class TransferPage(_Page):
    """Transfers, newest first."""

    data: list[Transfer]


class DisputePage(_Page):
    """Disputes, newest first."""

    data: list[Dispute]


class ReviewPage(_Page):
    """Reviews, newest first."""

    data: list[Review]


class Received(BaseModel):
    """A webhook is stored."""

    model_config = ConfigDict(extra="forbid")

    received: Literal[True]


class HealthCheck(Answer):
    """One thing the service needs, and what else a look at it tells."""

    model_config = ConfigDict(extra="allow")

    status: Literal["ok", "degraded", "unavailable"]
    latency_ms: float
    reason: Annotated[str, Field(description="What is wrong.")] = ""


class Health(Answer):
    """Whether the service is well."""

    status: Literal["ok", "degraded", "unavailable"]
    version: str
    checks: dict[str, HealthCheck]
