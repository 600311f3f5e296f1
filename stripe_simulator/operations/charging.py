"""Charging a payment method: what the test value says, the money, the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_simulator.cards import MESSAGES, Card, card_named
from stripe_simulator.errors import ApiError
from stripe_simulator.events import emit
from stripe_simulator.ledger import NETWORK, Entry
from stripe_simulator.objects.charge import Charge
from stripe_simulator.operations import disputes, reviews

if TYPE_CHECKING:
    from stripe_simulator.objects.payment_intent import PaymentIntent
    from stripe_simulator.objects.payment_method import PaymentMethod
    from stripe_simulator.state import State

BASIS = 10_000


def charge_intent(world: State, intent: PaymentIntent, method: PaymentMethod) -> None:
    """Charge the intent's amount to a payment method; raises the decline, if it is one."""
    card = card_named(method.card)
    if card.later is not None:
        _start_bank_debit(world, intent, method)
        return
    charge = new_charge(world, intent, method)
    if card.decline is not None:
        decline(world, intent, method, charge)
    charge.status, charge.paid = "succeeded", True
    intent.latest_charge = charge.id
    if intent.capture_method == "manual":
        _hold(world, intent, charge, card)
    else:
        collect(world, intent, charge)


def new_charge(world: State, intent: PaymentIntent, method: PaymentMethod) -> Charge:
    """Store a charge for the intent, not yet decided."""
    card = card_named(method.card)
    charge = Charge(
        id=world.ids.make("ch_" if card.kind == "card" else "py_"),
        account=intent.account,
        created=world.clock.seconds(),
        amount=intent.amount,
        currency=intent.currency,
        status="pending",
        card=method.card,
        customer=intent.customer,
        description=intent.description,
        metadata=dict(intent.metadata),
        payment_intent=intent.id,
        payment_method=method.id,
        receipt_email=intent.receipt_email,
        shipping=intent.shipping,
        statement_descriptor=intent.statement_descriptor,
        statement_descriptor_suffix=intent.statement_descriptor_suffix,
        transfer_group=intent.transfer_group,
    )
    if card.risk != "normal":
        score = 65 if card.risk == "elevated" else 85
        charge.outcome = {"risk_level": card.risk, "risk_score": score}
    return world.store.charges.add(charge)


def _hold(world: State, intent: PaymentIntent, charge: Charge, card: Card) -> None:
    config = world.config
    short = intent.off_session and card.brand == "visa"
    lifetime = config.hold_seconds_off_session if short else config.hold_seconds
    charge.capture_before = world.clock.seconds() + lifetime
    world.clock.at(charge.capture_before, "hold_expiry", intent.id)
    world.on_timer()
    intent.status, intent.amount_capturable = "requires_capture", intent.amount
    emit(world, "charge.succeeded", charge.render(world), intent.account)
    _consequences(world, intent, charge, card)
    emit(world, "payment_intent.amount_capturable_updated", intent.render(world), intent.account)


def collect(world: State, intent: PaymentIntent, charge: Charge) -> None:
    """Take the whole amount: the intent has succeeded."""
    charge.captured, charge.amount_captured = True, charge.amount
    charge.status, charge.paid = "succeeded", True
    intent.status, intent.amount_received = "succeeded", charge.amount
    settle_charge(world, intent, charge)
    emit(world, "charge.succeeded", charge.render(world), intent.account)
    _consequences(world, intent, charge, card_named(charge.card or ""))
    emit(world, "payment_intent.succeeded", intent.render(world), intent.account)


def settle_charge(world: State, intent: PaymentIntent, charge: Charge) -> None:
    """Add the balance transaction now, or afterwards when capture is asynchronous."""
    if intent.capture_method != "automatic_async":
        _post(world, charge)
    elif world.config.balance_transaction_seconds:
        due = world.clock.now() + world.config.balance_transaction_seconds
        world.clock.at(due, "balance_transaction", charge.id)
        world.on_timer()
    else:
        world.after(lambda: add_balance_transaction(world, charge.id))


def add_balance_transaction(world: State, charge_id: str) -> None:
    """Add the balance transaction of a charge that was captured before, and say so."""
    charge = world.store.charges[charge_id]
    _post(world, charge)
    emit(
        world, "charge.updated", charge.render(world), charge.account, {"balance_transaction": None}
    )


def _post(world: State, charge: Charge) -> None:
    now = world.clock.seconds()
    card = card_named(charge.card or "")
    ready = now if card.bypass else world.ledger.settlement_date()
    row = world.ledger.post(
        Entry(
            charge.account,
            "charge" if card.kind == "card" else "payment",
            charge.amount_captured,
            charge.currency,
            charge.id,
            NETWORK,
            fee=stripe_fee(world, charge.amount_captured),
            ready=ready,
            description=charge.description,
        )
    )
    charge.balance_transaction = row.id
    world.ledger.release(charge.id, ready)


def stripe_fee(world: State, amount: int) -> int:
    """Return Stripe's fee for a charge of `amount` minor units."""
    share = (amount * world.config.fee_basis_points + BASIS // 2) // BASIS
    return min(amount, share + world.config.fee_fixed)


def _consequences(world: State, intent: PaymentIntent, charge: Charge, card: Card) -> None:
    """Open what the test value asks for: disputes, a review, an issuer's warning."""
    if card.review:
        reviews.open_review(world, charge, intent)
    if card.warning:
        reviews.warn(world, charge)
    for reason in card.disputes if charge.captured else ():
        amount = charge.amount // len(card.disputes)
        disputes.open_dispute(world, charge, disputes.Claim(amount=amount, reason=reason))


def decline(world: State, intent: PaymentIntent, method: PaymentMethod, charge: Charge) -> None:
    """Fail the charge, send the intent back for another payment method, raise 402."""
    card = card_named(method.card)
    fail_charge(charge, card)
    error = decline_error(world, card, charge, method)
    intent.status = "requires_payment_method"
    intent.payment_method, intent.next_action = None, None
    intent.latest_charge = charge.id
    intent.last_payment_error = dict(error.fields)
    emit(world, "charge.failed", charge.render(world), intent.account)
    emit(world, "payment_intent.payment_failed", intent.render(world), intent.account)
    error.fields["payment_intent"] = intent.render(world)
    raise error


def fail_charge(charge: Charge, card: Card) -> None:
    """Mark a charge as failed the way its test value says."""
    code = card.decline_code or "generic_decline"
    charge.status, charge.paid = "failed", False
    charge.failure_code = card.decline
    charge.failure_message = MESSAGES.get(code, MESSAGES["generic_decline"])
    charge.outcome = (charge.outcome or {}) | {
        "network_status": "not_sent_to_network" if card.blocked else "declined_by_network",
        "reason": "highest_risk_level" if card.blocked else code,
        "seller_message": "Stripe blocked this payment as too risky."
        if card.blocked
        else "The bank did not return any further details with this decline.",
        "type": "blocked" if card.blocked else "issuer_declined",
    }


def decline_error(world: State, card: Card, charge: Charge, method: PaymentMethod) -> ApiError:
    """Return the 402 of a declined card."""
    code = card.decline_code
    return ApiError(
        402,
        MESSAGES.get(code or "", MESSAGES["generic_decline"]),
        type="card_error",
        charge=charge.id,
        code=card.decline,
        decline_code=code,
        doc_url=f"https://stripe.com/docs/error-codes/{(card.decline or '').replace('_', '-')}",
        payment_method=method.render(world),
    )


def _start_bank_debit(world: State, intent: PaymentIntent, method: PaymentMethod) -> None:
    charge = new_charge(world, intent, method)
    intent.status, intent.latest_charge = "processing", charge.id
    emit(world, "payment_intent.processing", intent.render(world), intent.account)
    emit(world, "charge.pending", charge.render(world), intent.account)
    world.clock.at(world.clock.now() + world.config.bank_seconds, "bank_debit", charge.id)
    world.on_timer()
