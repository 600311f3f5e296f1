"""Confirming a payment intent: its payment method, 3-D Secure, then the charge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stripe_simulator.cards import Card, card_named, find_card
from stripe_simulator.errors import ApiError, invalid, missing, refused
from stripe_simulator.events import emit
from stripe_simulator.objects.payment_method import PaymentMethod
from stripe_simulator.operations import charging
from stripe_simulator.operations.holds import unexpected

if TYPE_CHECKING:
    from stripe_simulator.objects.payment_intent import PaymentIntent
    from stripe_simulator.state import State

Json = dict[str, Any]
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CONFIRMED = (
    "allowed_payment_method_types",
    "capture_method",
    "excluded_payment_method_types",
    "off_session",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping",
)
NO_METHOD = (
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either "
    "update the PaymentIntent with a payment method and then confirm it again, or confirm it "
    "again directly with a payment method or ConfirmationToken."
)
NO_RETURN_URL = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. "
    "Because some of these payment methods might redirect your customer off of your page, you "
    "must provide a `return_url`. If you don't want to accept redirect-based payment methods, "
    "set `automatic_payment_methods[enabled]` to `true` and "
    "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
    "Payment Intents."
)
AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method "
    "and try again."
)


@dataclass(frozen=True, slots=True)
class Presented:
    """A payment method given in a request, checked but not stored yet."""

    card: str | None = None
    existing: str | None = None
    billing: Json | None = None


def presented(world: State, account: str, params: Json) -> Presented | None:
    """Read `payment_method` or `payment_method_data`; None when neither is given."""
    name = params.get("payment_method")
    if name is not None:
        if find_card(name) is not None:
            return Presented(card=name)
        existing = world.store.payment_methods.get(name)
        if existing is None or existing.account != account:
            raise missing("PaymentMethod", name, "payment_method", 400)
        return Presented(existing=name)
    data = params.get("payment_method_data")
    return from_data(data) if data is not None else None


def from_data(data: Json) -> Presented:
    """Read a hash that describes a payment method: a token, or the public test number."""
    kind, card = str(data.get("type") or "card"), data.get("card")
    billing = data.get("billing_details")
    if billing is not None and not isinstance(billing, dict):
        raise invalid("Invalid object: billing_details must be a hash", "billing_details")
    if kind == "card":
        token = str(card.get("token", "tok_visa")) if isinstance(card, dict) else "tok_visa"
        if isinstance(card, dict) and "number" in card:
            raise invalid(
                "Sending credit card numbers directly to the Stripe API is generally unsafe. To "
                "continue processing use Stripe.js, the Stripe mobile bindings, or Stripe "
                "Elements.",
                "payment_method_data[card][number]",
            )
        if find_card(token) is None:
            raise missing("token", token, "payment_method_data[card][token]", 400)
        return Presented(card=token, billing=billing)
    names = {"us_bank_account": "pm_usBankAccount_success", "sepa_debit": "pm_sepaDebit_success"}
    if kind not in names:
        raise invalid(
            f"The payment method type {kind} is not simulated.", "payment_method_data[type]"
        )
    return Presented(card=names[kind], billing=billing)


def attach(world: State, intent: PaymentIntent, given: Presented) -> None:
    """Give the intent a payment method; test values become one of their own."""
    if given.existing is not None:
        intent.payment_method = given.existing
        return
    intent.payment_method = make_method(world, intent.account, given).id


def make_method(world: State, account: str, given: Presented) -> PaymentMethod:
    """Store the payment method a test value stands for."""
    return world.store.payment_methods.add(
        PaymentMethod(
            id=world.ids.make("pm_"),
            account=account,
            created=world.clock.seconds(),
            card=given.card or "pm_card_visa",
            billing=given.billing,
        )
    )


def check(world: State, intent: PaymentIntent, params: Json, given: Presented | None) -> None:
    """Refuse a confirmation that cannot be: wrong status, no method, no way back."""
    if intent.status not in CONFIRMABLE:
        raise unexpected(world, intent, _status_text(intent.status))
    if given is None and intent.payment_method is None:
        raise unexpected(world, intent, NO_METHOD)
    given = given or Presented(existing=intent.payment_method)
    name = given.card or world.store.payment_methods[given.existing].card
    _check_kind(card_named(name), intent, params)
    automatic = intent.automatic_payment_methods or {}
    redirects = automatic.get("enabled") and automatic.get("allow_redirects") != "never"
    if redirects and not (params.get("return_url") or intent.return_url):
        raise invalid(NO_RETURN_URL, "return_url")


def _check_kind(card: Card, intent: PaymentIntent, params: Json) -> None:
    """Refuse a payment method of a type the intent does not take, or cannot hold."""
    allowed, excluded, capture = (
        params.get(name, getattr(intent, name))
        for name in (
            "allowed_payment_method_types",
            "excluded_payment_method_types",
            "capture_method",
        )
    )
    if (allowed and card.kind not in allowed) or card.kind in (excluded or ()):
        raise refused(
            f"The PaymentMethod provided ({card.kind}) is not allowed for this PaymentIntent. "
            "Please attach a PaymentMethod with one of the following types: "
            f"{', '.join(allowed or intent.types())}.",
            "payment_method",
            "payment_intent_incompatible_payment_method",
        )
    if card.later is not None and capture == "manual":
        raise refused(
            f"The payment method type {card.kind} does not support manual capture.",
            "capture_method",
            "payment_intent_incompatible_payment_method",
        )


def _status_text(status: str) -> str:
    if status == "succeeded":
        return (
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed."
        )
    return (
        f"This PaymentIntent could not be confirmed because it has a status of {status}. Only a "
        "PaymentIntent with one of the following statuses may be confirmed: "
        f"{', '.join(CONFIRMABLE)}."
    )


def confirm(world: State, intent: PaymentIntent, params: Json, given: Presented | None) -> None:
    """Confirm an intent that `check` accepted; a decline raises 402."""
    for name in CONFIRMED:
        if name in params:
            setattr(intent, name, params[name])
    if given is not None:
        attach(world, intent, given)
    intent.next_action, intent.last_payment_error = None, None
    method = world.store.payment_methods[intent.payment_method]
    card = card_named(method.card)
    if not card.action:
        charging.charge_intent(world, intent, method)
        return
    if intent.off_session or params.get("error_on_requires_action"):
        _refuse_action(world, intent, method)
    ask_action(world, intent)


def _refuse_action(world: State, intent: PaymentIntent, method: PaymentMethod) -> None:
    charge = charging.new_charge(world, intent, method)
    card = card_named(method.card)
    charging.fail_charge(charge, card)
    error = ApiError(
        402,
        "Your card was declined. This transaction requires authentication.",
        type="card_error",
        charge=charge.id,
        code="authentication_required",
        decline_code="authentication_required",
        payment_method=method.render(world),
    )
    charge.failure_code = "authentication_required"
    send_back(intent, error)
    intent.latest_charge = charge.id
    emit(world, "charge.failed", charge.render(world), intent.account)
    emit(world, "payment_intent.payment_failed", intent.render(world), intent.account)
    error.fields["payment_intent"] = intent.render(world)
    raise error


def send_back(intent: PaymentIntent, error: ApiError) -> None:
    """Return an intent to the start, with the reason."""
    intent.status = "requires_payment_method"
    intent.payment_method, intent.next_action = None, None
    intent.last_payment_error = dict(error.fields)


def ask_action(world: State, intent: PaymentIntent) -> None:
    """Ask for 3-D Secure, on a page of the simulator that a person can click."""
    intent.status = "requires_action"
    page = f"{world.base_url}/authenticate/{intent.id}/{intent.secret}"
    if intent.return_url:
        intent.next_action = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": intent.return_url, "url": page},
        }
    else:
        intent.next_action = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": page},
        }
    emit(world, "payment_intent.requires_action", intent.render(world), intent.account)


def authenticate(world: State, intent: PaymentIntent, *, passed: bool) -> None:
    """Conclude 3-D Secure: charge the card, or send the intent back."""
    if intent.status != "requires_action":
        raise unexpected(world, intent, f"This PaymentIntent has a status of {intent.status}.")
    intent.next_action = None
    method = world.store.payment_methods[intent.payment_method]
    if passed:
        charging.charge_intent(world, intent, method)
        return
    error = ApiError(
        402,
        AUTHENTICATION_FAILED,
        type="invalid_request_error",
        code="payment_intent_authentication_failure",
        payment_method=method.render(world),
    )
    send_back(intent, error)
    emit(world, "payment_intent.payment_failed", intent.render(world), intent.account)
