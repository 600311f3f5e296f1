"""Payment intents and charges, driven by the official package."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from .conftest import Sim

HOUR, DAY = 3_600, 86_400
DEBIT = "pm_usBankAccount_success"
NEVER = {"enabled": True, "allow_redirects": "never"}


async def refused(awaitable: Any, kind: type[stripe.StripeError]) -> Any:
    """Await a call that must be refused, and return the error."""
    with pytest.raises(kind) as caught:
        await awaitable
    return caught.value


async def test_a_card_payment_succeeds_and_pays_the_fee(sim: Sim) -> None:
    """Create and confirm: states, events in order, and the ledger moved by net and fee."""
    intent = await sim.paid(10_000, transfer_group="order_1", metadata={"order": "1"})
    assert intent.status == "succeeded"
    assert intent.amount_received == 10_000
    charge: Any = await sim.client().v1.charges.retrieve_async(
        intent.latest_charge, {"expand": ["balance_transaction"]}
    )
    assert charge.transfer_group == "order_1"
    row = charge.balance_transaction
    assert (row.amount, row.fee, row.net, row.status) == (10_000, 320, 9_680, "available")
    assert sim.balance() == (9_680, 0)
    assert sim.events() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]


async def test_the_balance_transaction_comes_after_the_answer(sim: Sim) -> None:
    """With automatic_async answer and success events carry null; with automatic the row."""
    intent = await sim.paid(expand=["latest_charge"])
    assert intent.latest_charge.balance_transaction is None
    for event in [e.render(sim.world) for e in sim.world.store.events.oldest()]:
        if event["type"] == "charge.succeeded":
            assert event["data"]["object"]["balance_transaction"] is None
        if event["type"] == "charge.updated":
            assert event["data"]["object"]["balance_transaction"].startswith("txn_")
            assert event["data"]["previous_attributes"] == {"balance_transaction": None}
    prompt = await sim.paid(capture_method="automatic", expand=["latest_charge"])
    assert prompt.latest_charge.balance_transaction.startswith("txn_")
    assert sim.events()[-1] == "payment_intent.succeeded"


async def test_funds_settle_on_the_second_business_day(slow_sim: Sim) -> None:
    """Under `standard` money is pending until midnight UTC two business days later."""
    await slow_sim.paid(10_000)
    assert slow_sim.balance() == (0, 9_680)
    await slow_sim.advance(DAY)
    assert slow_sim.balance() == (0, 9_680)
    await slow_sim.advance(15 * HOUR)
    assert slow_sim.balance() == (9_680, 0)
    assert slow_sim.events()[-1] == "balance.available"


async def test_bypass_pending_is_available_at_once(slow_sim: Sim) -> None:
    """The 0077 card goes straight to the available balance."""
    await slow_sim.paid(10_000, "pm_card_bypassPending")
    assert slow_sim.balance() == (9_680, 0)


DECLINES = [
    ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    (
        "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
        "card_declined",
        "card_velocity_exceeded",
    ),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ("pm_card_radarBlock", "card_declined", "fraudulent"),
]


@pytest.mark.parametrize(("card", "code", "decline_code"), DECLINES)
async def test_a_declined_card_sends_the_intent_back(
    sim: Sim, card: str, code: str, decline_code: str
) -> None:
    """402 with codes, charge and intent; a failed charge; no money moved; the next card works."""
    error = await refused(sim.paid(card=card), stripe.CardError)
    assert (error.code, error.error.decline_code, error.error.type) == (
        code,
        decline_code,
        "card_error",
    )
    intent = await sim.client().v1.payment_intents.retrieve_async(error.error.payment_intent["id"])
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error
    assert intent.last_payment_error.code == code
    charge: Any = await sim.client().v1.charges.retrieve_async(error.error.charge)
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, code)
    assert charge.outcome.type == ("blocked" if "Block" in card else "issuer_declined")
    assert sim.balance() == (0, 0)
    assert sim.events()[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    again = await sim.client().v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa"}
    )
    assert (again.status, again.last_payment_error) == ("succeeded", None)
    charges = await sim.client().v1.charges.list_async({"payment_intent": intent.id})
    assert [c.status for c in charges.data] == ["succeeded", "failed"]


async def test_manual_capture_holds_then_takes_a_part(sim: Sim) -> None:
    """A partial capture is taken once; the rest is released; two texts for two refusals."""
    client = sim.client()
    held = await sim.paid(10_000, capture_method="manual", expand=["latest_charge"])
    assert (held.status, held.amount_capturable) == ("requires_capture", 10_000)
    card = held.latest_charge.payment_method_details.card
    assert card.capture_before == sim.world.clock.seconds() + 7 * DAY
    assert sim.events()[-2:] == ["charge.succeeded", "payment_intent.amount_capturable_updated"]
    assert sim.balance() == (0, 0)
    over = client.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 10_001})
    assert (await refused(over, stripe.InvalidRequestError)).code == "amount_too_large"
    taken = await client.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 6_000})
    assert (taken.status, taken.amount_received) == ("succeeded", 6_000)
    assert sim.balance() == (6_000 - 174 - 30, 0)
    assert sim.events()[-2:] == ["charge.captured", "payment_intent.succeeded"]
    error = await refused(
        client.v1.payment_intents.capture_async(held.id), stripe.InvalidRequestError
    )
    assert error.code == "payment_intent_unexpected_state"
    assert "remainder of the authorized amount has been released" in str(error)
    paid = await sim.paid()
    error = await refused(
        client.v1.payment_intents.capture_async(paid.id), stripe.InvalidRequestError
    )
    assert "could not be captured because it has a status of succeeded" in str(error)
    assert error.error.payment_intent["id"] == paid.id


async def test_a_hold_can_be_canceled_or_expires(sim: Sim) -> None:
    """Canceling releases the hold; after capture_before the clock cancels by itself."""
    client = sim.client()
    held = await sim.paid(capture_method="manual")
    canceled = await client.v1.payment_intents.cancel_async(
        held.id, {"cancellation_reason": "requested_by_customer"}
    )
    assert canceled.status == "canceled"
    assert canceled.cancellation_reason == "requested_by_customer"
    assert sim.events()[-2:] == ["charge.refunded", "payment_intent.canceled"]
    second = await sim.paid(capture_method="manual")
    await sim.advance(7 * DAY + 1)
    gone = await client.v1.payment_intents.retrieve_async(second.id)
    assert (gone.status, gone.cancellation_reason) == ("canceled", "automatic")
    assert sim.events()[-2:] == ["charge.expired", "payment_intent.canceled"]
    error = await refused(
        client.v1.payment_intents.capture_async(second.id), stripe.InvalidRequestError
    )
    assert (error.code, error.error.charge) == ("charge_expired_for_capture", second.latest_charge)
    error = await refused(
        client.v1.payment_intents.cancel_async((await sim.paid()).id), stripe.InvalidRequestError
    )
    assert error.code == "payment_intent_unexpected_state"
    assert str(error).startswith("Request req_")
    assert "You cannot cancel this PaymentIntent because it has a status of succeeded" in str(error)


async def test_a_review_ends_with_its_hold(sim: Sim) -> None:
    """When a risky payment is never captured its review closes by itself."""
    held = await sim.paid(card="pm_card_riskLevelElevated", capture_method="manual")
    await sim.advance(7 * DAY + 1)
    review = next(sim.world.store.reviews.oldest())
    assert (review.payment_intent, review.closed_reason) == (held.id, "payment_never_settled")


async def test_a_method_the_intent_does_not_take_is_refused(sim: Sim) -> None:
    """Not of an allowed type, of an excluded one, a debit that cannot be held, another's."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"allowed_payment_method_types": ["us_bank_account"]}, "(card) is not allowed"),
        ({"excluded_payment_method_types": ["card"]}, "(card) is not allowed"),
        ({"capture_method": "manual", "payment_method": DEBIT}, "does not support manual capture"),
    ]
    client = sim.client().v1.payment_intents
    wanted: Any = {"amount": 1_000, "currency": "usd", "payment_method": "pm_card_visa"}
    for more, text in cases:
        params = wanted | {"confirm": True, "return_url": "https://shop.test"} | more
        error = await refused(client.create_async(params), stripe.InvalidRequestError)
        assert error.code == "payment_intent_incompatible_payment_method"
        assert text in str(error)
        later = await client.create_async(wanted | more)
        error = await refused(
            client.confirm_async(later.id, {"return_url": "https://shop.test"}),
            stripe.InvalidRequestError,
        )
        assert text in str(error)
    artist = await sim.enabled_account()
    theirs = await sim.client().v1.payment_methods.create_async(
        {"type": "card"}, {"stripe_account": artist}
    )
    error = await refused(
        client.create_async(wanted | {"payment_method": theirs.id}), stripe.InvalidRequestError
    )
    assert (error.code, error.param) == ("resource_missing", "payment_method")
    assert sim.balance() == (0, 0)


async def test_off_session_visa_holds_are_shorter(sim: Sim) -> None:
    """A Visa hold made off session lasts 4 days and 18 hours."""
    held = await sim.paid(capture_method="manual", off_session=True, expand=["latest_charge"])
    left = held.latest_charge.payment_method_details.card.capture_before
    assert left - sim.world.clock.seconds() == 4 * DAY + 18 * HOUR


@pytest.mark.parametrize("passed", [True, False])
async def test_three_d_secure_waits_for_the_card_holder(sim: Sim, *, passed: bool) -> None:
    """requires_action with a page to click; approving charges, refusing sends back."""
    intent = await sim.paid(card="pm_card_threeDSecure2Required", return_url="https://shop.test/x")
    assert intent.status == "requires_action"
    page = intent.next_action.redirect_to_url.url
    async with sim.http.get(page) as got:
        assert "3-D Secure" in await got.text()
    outcome = "succeeded" if passed else "failed"
    async with sim.http.post(f"{page}/{outcome}", allow_redirects=False) as got:
        assert got.headers["Location"].startswith("https://shop.test/x?payment_intent=pi_")
    after = await sim.client().v1.payment_intents.retrieve_async(intent.id)
    assert after.status == ("succeeded" if passed else "requires_payment_method")
    last = ["payment_intent.succeeded", "charge.updated"] if passed else []
    assert sim.events()[-len(last) - 1 :][1:] == last or not passed
    if not passed:
        assert after.last_payment_error
        assert after.last_payment_error.code == "payment_intent_authentication_failure"
        assert sim.events()[-1] == "payment_intent.payment_failed"


async def test_another_method_ends_the_question_of_the_first(sim: Sim) -> None:
    """An update with another card leaves no next_action behind."""
    client = sim.client().v1.payment_intents
    asked = await sim.paid(card="pm_card_threeDSecure2Required", return_url="https://shop.test/x")
    changed = await client.update_async(asked.id, {"payment_method": "pm_card_visa"})
    assert (changed.status, changed.next_action) == ("requires_confirmation", None)


async def test_three_d_secure_off_session_is_declined(sim: Sim) -> None:
    """Without the card holder present, a card that needs authentication is declined."""
    error = await refused(
        sim.paid(card="pm_card_authenticationRequired", off_session=True), stripe.CardError
    )
    assert error.code == "authentication_required"


@pytest.mark.parametrize("works", [True, False])
async def test_a_bank_debit_takes_days(sim: Sim, *, works: bool) -> None:
    """First processing; days later it succeeds, or fails even after money was passed on."""
    artist = await sim.enabled_account()
    name = "pm_usBankAccount_success" if works else "pm_usBankAccount_insufficientFunds"
    intent = await sim.paid(card=name)
    assert intent.status == "processing"
    assert sim.events()[-2:] == ["payment_intent.processing", "charge.pending"]
    await sim.client().v1.transfers.create_async(
        {
            "amount": 9_000,
            "currency": "usd",
            "destination": artist,
            "source_transaction": intent.latest_charge,
        }
    )
    assert sim.balance(artist) == (0, 9_000)
    await sim.advance(4 * DAY)
    after = await sim.client().v1.payment_intents.retrieve_async(intent.id)
    assert after.status == ("succeeded" if works else "requires_payment_method")
    assert sim.balance(artist) == (9_000, 0)
    assert sim.balance() == ((680, 0) if works else (-9_000, 0))


REFUSED_INTENTS: list[tuple[dict[str, Any], str, str | None, str]] = [
    ({"amount": 49}, "amount_too_small", "amount", "at least $0.50"),
    ({"amount": 100_000_000}, "amount_too_large", "amount", "no more than"),
    ({"amount": "abc"}, "parameter_invalid_integer", "amount", "Invalid integer: abc"),
    ({"amount": ""}, "parameter_invalid_empty", "amount", "empty string"),
    ({"currency": "xxx"}, "", "currency", "Invalid currency: xxx"),
    ({"surprise": 1}, "parameter_unknown", "surprise", "Received unknown parameter: surprise"),
    (
        {"payment_method_types": ["card"]},
        "payment_method_types_no_longer_supported",
        "payment_method_types",
        "no longer supported",
    ),
    (
        {"allowed_payment_method_types": ["card"], "automatic_payment_methods": NEVER},
        "",
        "automatic_payment_methods",
        "only specify one",
    ),
    ({"off_session": True}, "", "off_session", "confirm"),
    ({"confirm": True}, "parameter_missing", None, "missing a payment method"),
    ({"capture_method": "later"}, "", "capture_method", "must be one of automatic"),
    ({"payment_method": "pm_nope"}, "resource_missing", "payment_method", "No such PaymentMethod"),
    ({"currency": "isk", "amount": 12_345}, "invalid_charge_amount", "amount", "divisible by 100"),
    ({"transfer_data": {"destination": "acct_1"}}, "", "transfer_data", "does not simulate"),
    ({"metadata": {"a[b": "c"}}, "", None, "nvalid"),
]


@pytest.mark.parametrize(("more", "code", "param", "text"), REFUSED_INTENTS)
async def test_a_wrong_intent_is_refused_and_changes_nothing(
    sim: Sim, more: dict[str, Any], code: str, param: str | None, text: str
) -> None:
    """400 with Stripe's code, param and text; no object, no event."""
    wanted: Any = {"amount": 1_000, "currency": "usd", **more}
    error = await refused(
        sim.client().v1.payment_intents.create_async(wanted), stripe.InvalidRequestError
    )
    assert (error.http_status, error.code or "") == (400, code)
    assert param in {None, error.param}
    assert text in str(error)
    assert len(sim.world.store.payment_intents) == 0
    assert sim.events() == []


async def test_confirming_needs_a_method_and_a_way_back(sim: Sim) -> None:
    """No payment method, no return_url, a wrong status: each with its own text."""
    client = sim.client()
    intent = await client.v1.payment_intents.create_async({"amount": 1_000, "currency": "usd"})
    assert intent.automatic_payment_methods
    error = await refused(
        client.v1.payment_intents.confirm_async(intent.id), stripe.InvalidRequestError
    )
    assert error.code == "payment_intent_unexpected_state"
    assert "missing a payment method" in str(error)
    error = await refused(
        client.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"}),
        stripe.InvalidRequestError,
    )
    assert error.param == "return_url"
    done = await client.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa", "return_url": "https://shop.test"}
    )
    assert done.status == "succeeded"
    error = await refused(
        client.v1.payment_intents.confirm_async(intent.id, {"return_url": "https://shop.test"}),
        stripe.InvalidRequestError,
    )
    assert error.code == "payment_intent_unexpected_state"


async def test_an_intent_is_updated_only_while_open(sim: Sim) -> None:
    """Amount, method and metadata change before payment; afterwards only harmless fields."""
    client = sim.client()
    intent = await client.v1.payment_intents.create_async(
        {
            "amount": 1_000,
            "currency": "usd",
            "automatic_payment_methods": NEVER,  # type: ignore[typeddict-item]
            "metadata": {"a": "1", "b": "2"},
        }
    )
    changed = await client.v1.payment_intents.update_async(
        intent.id,
        {"amount": 2_000, "payment_method": "pm_card_mastercard", "metadata": {"a": "", "c": "3"}},
    )
    assert (changed.amount, changed.status) == (2_000, "requires_confirmation")
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    await client.v1.payment_intents.confirm_async(intent.id)
    error = await refused(
        client.v1.payment_intents.update_async(intent.id, {"amount": 3_000}),
        stripe.InvalidRequestError,
    )
    assert error.code == "payment_intent_unexpected_state"
    late = await client.v1.payment_intents.update_async(intent.id, {"metadata": ""})
    assert late.metadata.to_dict() == {}


async def test_a_browser_confirms_with_publishable_key_and_client_secret(sim: Sim) -> None:
    """Only retrieve and confirm, only with the right secret, only the public part."""
    intent = await sim.client().v1.payment_intents.create_async(
        {"amount": 1_000, "currency": "usd", "metadata": {"inside": "x"}}
    )
    path, public = f"/v1/payment_intents/{intent.id}", "pk_test_simulator"
    status, answer, _ = await sim.call("GET", path, key=public)
    assert (status, answer["error"]["code"]) == (400, "parameter_missing")
    status, _, _ = await sim.call("GET", path, "client_secret=wrong", key=public)
    assert status == 400
    status, answer, headers = await sim.call(
        "POST",
        path + "/confirm",
        f"client_secret={intent.client_secret}&payment_method=pm_card_visa"
        "&return_url=https://shop.test",
        key=public,
    )
    assert (status, answer["status"]) == (200, "succeeded")
    assert "metadata" not in answer
    assert headers["Access-Control-Allow-Origin"] == "*"
    status, answer, _ = await sim.call("GET", "/v1/charges", key=public)
    assert (status, answer["error"]["code"]) == (403, "secret_key_required")


async def test_charges_are_listed_and_updated(sim: Sim) -> None:
    """Lists filter by intent and group; an update emits charge.updated."""
    client = sim.client()
    first = await sim.paid(transfer_group="g1")
    await sim.paid(transfer_group="g2")
    charges = await client.v1.charges.list_async({"transfer_group": "g1"})
    assert [charge.payment_intent for charge in charges.data] == [first.id]
    charge = await client.v1.charges.update_async(
        first.latest_charge, {"metadata": {"seen": "yes"}, "fraud_details": {"user_report": "safe"}}
    )
    assert charge.metadata["seen"] == "yes"
    assert sim.events()[-1] == "charge.updated"


async def test_risk_levels_reviews_and_warnings(sim: Sim) -> None:
    """Elevated goes to review, highest passes, an issuer's record warns; approving closes."""
    client = sim.client()
    risky = await sim.paid(card="pm_card_riskLevelElevated", expand=["latest_charge"])
    assert risky.latest_charge.outcome.risk_level == "elevated"
    assert risky.latest_charge.outcome.type == "manual_review"
    reviews = await client.v1.reviews.list_async()
    assert [row.payment_intent for row in reviews.data] == [risky.id]
    assert risky.review == reviews.data[0].id
    approved = await client.v1.reviews.approve_async(reviews.data[0].id)
    assert (approved.open, approved.closed_reason) == (False, "approved")
    assert sim.events()[-1] == "review.closed"
    error = await refused(client.v1.reviews.approve_async(approved.id), stripe.InvalidRequestError)
    assert "already closed" in str(error)
    highest = await sim.paid(card="pm_card_riskLevelHighest", expand=["latest_charge"])
    assert highest.latest_charge.outcome.risk_level == "highest"
    warned = await sim.paid(card="pm_card_createIssuerFraudRecord")
    warnings = await client.v1.radar.early_fraud_warnings.list_async(
        {"charge": warned.latest_charge}
    )
    assert warnings.data[0].actionable
    assert "radar.early_fraud_warning.created" in sim.events()
