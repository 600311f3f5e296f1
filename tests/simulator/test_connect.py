"""Connected accounts, transfers, reversals, payouts."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from .conftest import Sim
from .test_payments import refused

DAY = 86_400


async def transfer(sim: Sim, destination: str, amount: int, **more: Any) -> Any:
    """Create a transfer with the official package."""
    wanted: Any = {"amount": amount, "currency": "usd", "destination": destination}
    return await sim.client().v1.transfers.create_async(wanted | more)


async def reverse(sim: Sim, transfer_id: str, **more: Any) -> Any:
    """Reverse a transfer with the official package."""
    wanted: Any = more
    return await sim.client().v1.transfers.reversals.create_async(transfer_id, wanted)


async def test_an_account_is_onboarded_on_a_page_a_person_clicks(sim: Sim) -> None:
    """Inactive at first; the link shows a page; completing it activates and announces."""
    client = sim.client()
    account = await client.v1.accounts.create_async(
        {
            "type": "express",
            "country": "US",
            "email": "artist@example.com",
            "capabilities": {
                "transfers": {"requested": True},
                "card_payments": {"requested": True},
            },
            "metadata": {"artist": "7"},
        }
    )
    assert account.capabilities
    assert account.capabilities.transfers == "inactive"
    assert not account.payouts_enabled
    assert account.requirements
    assert account.requirements.currently_due
    link = await client.v1.account_links.create_async(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "https://shop.test/again",
            "return_url": "https://shop.test/done",
        }
    )
    assert link.expires_at == sim.world.clock.seconds() + 300
    async with sim.http.get(link.url) as got:
        assert "Simulated onboarding" in await got.text()
    async with sim.http.get(link.url, allow_redirects=False) as got:
        assert got.headers["Location"] == "https://shop.test/again"
    async with sim.http.post(f"{link.url}/complete", allow_redirects=False) as got:
        assert got.headers["Location"] == "https://shop.test/done"
    after = await client.v1.accounts.retrieve_async(account.id)
    assert after.capabilities
    assert (after.capabilities.transfers, after.charges_enabled, after.payouts_enabled) == (
        "active",
        True,
        True,
    )
    assert after.details_submitted
    assert sim.events() == ["capability.updated", "capability.updated", "account.updated"]
    capability = await client.v1.accounts.capabilities.retrieve_async(account.id, "transfers")
    assert (capability.status, capability.requested) == ("active", True)
    login = await client.v1.accounts.login_links.create_async(account.id)
    assert login.url


async def test_an_expired_link_leads_to_the_refresh_url(sim: Sim) -> None:
    """Five minutes later the link is of no use."""
    client = sim.client()
    account = await client.v1.accounts.create_async({"type": "express"})
    link = await client.v1.account_links.create_async(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "https://shop.test/again",
            "return_url": "https://shop.test/done",
        }
    )
    await sim.advance(301)
    async with sim.http.get(link.url, allow_redirects=False) as got:
        assert got.headers["Location"] == "https://shop.test/again"


async def test_a_custom_account_is_complete_when_everything_is_given(sim: Sim) -> None:
    """Requirements shrink as the platform supplies them; then capabilities are active."""
    client = sim.client()
    account = await client.v1.accounts.create_async(
        {
            "type": "custom",
            "country": "US",
            "business_type": "individual",
            "capabilities": {"transfers": {"requested": True}},
        }
    )
    assert account.requirements
    assert account.requirements.currently_due == [
        "external_account",
        "tos_acceptance.date",
        "tos_acceptance.ip",
    ]
    done = await client.v1.accounts.update_async(
        account.id,
        {
            "external_account": "btok_us",
            "tos_acceptance": {"date": 1, "ip": "127.0.0.1"},
        },
    )
    assert done.capabilities
    assert done.capabilities.transfers == "active"
    assert done.external_accounts
    assert len(done.external_accounts.data) == 1


async def test_accounts_are_changed_listed_rejected_deleted(sim: Sim) -> None:
    """Update, list, capability, reject, delete; an unknown account is 403 account_invalid."""
    client = sim.client()
    one = await sim.enabled_account(email="one@example.com")
    two = await sim.enabled_account()
    changed = await client.v1.accounts.update_async(one, {"email": "new@example.com"})
    assert changed.email == "new@example.com"
    listed = await client.v1.accounts.list_async()
    assert [row.id for row in listed.data] == [two, one]
    asked = await client.v1.accounts.capabilities.update_async(
        one, "card_payments", {"requested": True}
    )
    assert asked.status == "active"
    kinds = await client.v1.accounts.capabilities.list_async(one)
    assert {row.id for row in kinds.data} == {"transfers", "card_payments"}
    rejected = await client.v1.accounts.reject_async(one, {"reason": "other"})
    assert rejected.payouts_enabled is False
    gone = await client.v1.accounts.delete_async(two)
    assert gone.deleted
    error = await refused(client.v1.accounts.retrieve_async(two), stripe.PermissionError)
    assert error.error.code == "account_invalid"


REFUSED_ACCOUNTS: list[tuple[dict[str, Any], str]] = [
    ({"country": "XX"}, "not currently supported"),
    ({"type": "express", "controller": {"fees": {"payer": "account"}}}, "only specify one"),
    ({"capabilities": {"nonsense": {"requested": True}}}, "Received unknown parameter"),
    ({"type": "other"}, "must be one of"),
]


@pytest.mark.parametrize(("params", "text"), REFUSED_ACCOUNTS)
async def test_a_wrong_account_is_refused(sim: Sim, params: Any, text: str) -> None:
    """Unsupported country, contradictory type, unknown capability: 400 and nothing made."""
    error = await refused(sim.client().v1.accounts.create_async(params), stripe.InvalidRequestError)
    assert text in str(error)
    assert len(sim.world.store.accounts) == 1


async def test_transfers_split_a_charge_and_never_exceed_it(sim: Sim) -> None:
    """Each share arrives; the sum over one source is limited to the charge, in Stripe's words."""
    await sim.control("accounts/platform", balance={"usd": 1_000})
    venue, artist = await sim.enabled_account(), await sim.enabled_account()
    paid = await sim.paid(10_000)
    charge = paid.latest_charge
    first = await transfer(sim, venue, 6_000, source_transaction=charge, metadata={"op": "1"})
    await transfer(sim, artist, 4_000, source_transaction=charge)
    assert (sim.balance(venue)[0], sim.balance(artist)[0]) == (6_000, 4_000)
    assert sim.balance() == (1_000 + 9_680 - 10_000, 0)
    assert first.transfer_group == f"group_{paid.id}"
    charged = await sim.client().v1.charges.retrieve_async(charge)
    assert charged.transfer_group == first.transfer_group
    error = await refused(
        transfer(sim, venue, 1, source_transaction=charge), stripe.InvalidRequestError
    )
    assert error.user_message == (
        "Transfers using this transaction as a source must not exceed the source amount of "
        "$100.00. (There is already a transfer using this source, amounting to $100.00.)"
    )
    found = await sim.client().v1.transfers.list_async({"transfer_group": first.transfer_group})
    assert [row.amount for row in found.data] == [4_000, 6_000]
    payment = await sim.client().v1.charges.retrieve_async(
        first.destination_payment, options={"stripe_account": venue}
    )
    assert (payment.amount, payment.source_transfer) == (6_000, first.id)
    rows = await sim.client().v1.balance_transactions.list_async(options={"stripe_account": venue})
    assert [(row.type, row.net) for row in rows.data] == [("payment", 6_000)]
    updated = await sim.client().v1.transfers.update_async(first.id, {"metadata": {"op": "2"}})
    assert updated.metadata["op"] == "2"
    assert sim.events("transfer.created", "payment.created", "transfer.updated") == [
        "transfer.created",
        "payment.created",
        "transfer.created",
        "payment.created",
        "transfer.updated",
    ]


async def test_a_transfer_from_pending_money_settles_with_the_charge(slow_sim: Sim) -> None:
    """With source_transaction it succeeds whatever the balance, available with the charge."""
    artist = await slow_sim.enabled_account()
    paid = await slow_sim.paid(10_000)
    await transfer(slow_sim, artist, 10_000, source_transaction=paid.latest_charge)
    assert slow_sim.balance(artist) == (0, 10_000)
    assert slow_sim.balance() == (0, -320)
    await slow_sim.advance(3 * DAY)
    assert slow_sim.balance(artist) == (10_000, 0)
    assert slow_sim.balance() == (-320, 0)


async def test_a_settled_source_needs_the_balance(sim: Sim) -> None:
    """Once the charge has settled the platform must have the money: fees are its own."""
    artist = await sim.enabled_account()
    paid = await sim.paid(10_000)
    error = await refused(
        transfer(sim, artist, 10_000, source_transaction=paid.latest_charge),
        stripe.InvalidRequestError,
    )
    assert error.code == "balance_insufficient"
    assert "insufficient available funds" in str(error)
    assert sim.balance(artist) == (0, 0)
    error = await refused(transfer(sim, artist, 9_681), stripe.InvalidRequestError)
    assert error.code == "balance_insufficient"
    await transfer(sim, artist, 9_680)
    assert sim.balance(artist) == (9_680, 0)


async def test_a_transfer_without_amount_is_all_that_was_captured(sim: Sim) -> None:
    """Of a hold captured in part the source's limit is that part."""
    artist = await sim.enabled_account()
    await sim.control("accounts/platform", balance={"usd": 10_000})
    held = await sim.paid(10_000, capture_method="manual")
    await sim.client().v1.payment_intents.capture_async(held.id, {"amount_to_capture": 6_000})
    sent = await sim.client().v1.transfers.create_async(
        {"currency": "usd", "destination": artist, "source_transaction": held.latest_charge}
    )
    assert (sent.amount, sim.balance(artist)) == (6_000, (6_000, 0))


async def test_a_deleted_account_does_not_stop_the_clock(slow_sim: Sim) -> None:
    """What was under way for it still ends: pending money, a payout; and nobody can reach it."""
    sim = slow_sim
    client = sim.client().v1
    artist = await sim.enabled_account()
    paid = await sim.paid()
    sent = await transfer(sim, artist, 500, source_transaction=paid.latest_charge)
    await reverse(sim, sent.id)
    await sim.control(f"accounts/{artist}", balance={"usd": 300}, payout={"usd": 300})
    assert (await client.accounts.delete_async(artist)).deleted
    await sim.advance(5 * DAY)
    assert sim.world.bugs == []
    assert next(sim.world.store.payouts.oldest()).status == "paid"
    error = await refused(client.accounts.retrieve_async(artist), stripe.PermissionError)
    assert error.error.code == "account_invalid"
    error = await refused(transfer(sim, artist, 5), stripe.InvalidRequestError)
    assert error.param == "destination"
    assert (await client.accounts.list_async()).data == []
    shown = (await sim.control("accounts", "GET"))["accounts"]
    assert [row["gone"] for row in shown] == [False, True]


async def test_transfers_are_refused_to_who_cannot_receive(sim: Sim) -> None:
    """No capability, unknown or deauthorised account, wrong currency, region, uncaptured charge."""
    client = sim.client()
    blocked = await client.v1.accounts.create_async(
        {"type": "express", "capabilities": {"transfers": {"requested": True}}}
    )
    paid = (await sim.paid()).latest_charge
    error = await refused(
        transfer(sim, blocked.id, 100, source_transaction=paid), stripe.InvalidRequestError
    )
    assert error.code == "insufficient_capabilities_for_transfer"
    assert "at least one of the following capabilities" in str(error)
    error = await refused(transfer(sim, "acct_nope", 100), stripe.InvalidRequestError)
    assert "No such destination: 'acct_nope'" in str(error)
    assert error.http_status == 400
    artist = await sim.enabled_account()
    error = await refused(
        transfer(sim, artist, 100, currency="eur", source_transaction=paid),
        stripe.InvalidRequestError,
    )
    assert error.code == "transfer_source_balance_parameters_mismatch"
    held = (await sim.paid(capture_method="manual")).latest_charge
    error = await refused(
        transfer(sim, artist, 100, source_transaction=held), stripe.InvalidRequestError
    )
    assert "uncaptured" in str(error)
    far = await sim.enabled_account(country="BR")
    error = await refused(transfer(sim, far, 100), stripe.InvalidRequestError)
    assert error.code == "transfers_not_allowed"
    error = await refused(transfer(sim, artist, 0), stripe.InvalidRequestError)
    assert error.code == "parameter_invalid_integer"
    await sim.control(f"accounts/{artist}", deauthorized=True)
    error = await refused(transfer(sim, artist, 100), stripe.InvalidRequestError)
    assert "No such destination" in str(error)
    assert "account.application.deauthorized" in sim.events()
    assert len(sim.world.store.transfers) == 0


async def test_reversals_add_up_to_the_transfer_and_no_further(sim: Sim) -> None:
    """Partial, then the rest, then two texts; the ledger goes back each time."""
    artist = await sim.enabled_account()
    paid = await sim.paid()
    sent = await transfer(sim, artist, 9_000, source_transaction=paid.latest_charge)
    part = await reverse(sim, sent.id, amount=2_500, metadata={"refund": "1"})
    assert (part.amount, part.transfer) == (2_500, sent.id)
    assert sim.balance(artist) == (6_500, 0)
    error = await refused(reverse(sim, sent.id, amount=6_501), stripe.InvalidRequestError)
    assert (error.param, error.http_status) == ("amount", 400)
    rest = await reverse(sim, sent.id)
    assert rest.amount == 6_500
    whole = await sim.client().v1.transfers.retrieve_async(sent.id)
    assert (whole.reversed, whole.amount_reversed) == (True, 9_000)
    assert [row.id for row in whole.reversals.data] == [rest.id, part.id]
    error = await refused(reverse(sim, sent.id), stripe.InvalidRequestError)
    assert "already fully reversed" in str(error)
    assert sim.balance(artist) == (0, 0)
    assert sim.balance() == (9_680, 0)
    client = sim.client().v1.transfers.reversals
    listed = await client.list_async(sent.id)
    assert [row.amount for row in listed.data] == [6_500, 2_500]
    assert (await client.retrieve_async(sent.id, part.id)).metadata
    changed = await client.update_async(sent.id, part.id, {"metadata": {"refund": "2"}})
    assert changed.metadata
    assert changed.metadata["refund"] == "2"
    assert sim.events("transfer.reversed") == ["transfer.reversed"] * 2


async def test_a_reversal_fails_when_the_money_is_gone(sim: Sim) -> None:
    """After a payout the destination cannot pay back, unless it has reserves."""
    artist = await sim.enabled_account()
    paid = await sim.paid()
    sent = await transfer(sim, artist, 9_000, source_transaction=paid.latest_charge)
    payout = await sim.client().v1.payouts.create_async(
        {"amount": 8_000, "currency": "usd"}, {"stripe_account": artist}
    )
    assert payout.status == "pending"
    error = await refused(reverse(sim, sent.id), stripe.InvalidRequestError)
    assert error.code == "balance_insufficient"
    assert sim.world.store.transfers[sent.id].amount_reversed == 0
    await sim.control(f"accounts/{artist}", reserves=True)
    await reverse(sim, sent.id)
    assert sim.balance(artist) == (-8_000, 0)
    balance = await sim.client().v1.balance.retrieve_async()
    assert balance.connect_reserved
    assert balance.connect_reserved[0].amount == 8_000


async def test_pending_transfers_can_be_reversed_before_they_settle(slow_sim: Sim) -> None:
    """What is still on its way is taken back from there, and settles to nothing."""
    artist = await slow_sim.enabled_account()
    paid = await slow_sim.paid()
    sent = await transfer(slow_sim, artist, 9_000, source_transaction=paid.latest_charge)
    await reverse(slow_sim, sent.id, amount=4_000)
    assert slow_sim.balance(artist) == (0, 5_000)
    await slow_sim.advance(3 * DAY)
    assert slow_sim.balance(artist) == (5_000, 0)


async def test_payouts_arrive_fail_and_are_canceled(slow_sim: Sim) -> None:
    """Paid on the arrival date; failing gives the money back; events on the account."""
    sim = slow_sim
    artist = await sim.enabled_account()
    await sim.control(f"accounts/{artist}", balance={"usd": 9_000})
    client, scope = sim.client().v1.payouts, {"stripe_account": artist}
    error = await refused(
        client.create_async({"amount": 9_001, "currency": "usd"}, scope),  # type: ignore[arg-type]
        stripe.InvalidRequestError,
    )
    assert error.code == "balance_insufficient"
    first = await client.create_async({"amount": 4_000, "currency": "usd"}, scope)  # type: ignore[arg-type]
    assert sim.balance(artist) == (5_000, 0)
    await sim.advance(3 * DAY)
    assert (await client.retrieve_async(first.id, options=scope)).status == "paid"  # type: ignore[arg-type]
    second = await client.create_async({"amount": 1_000, "currency": "usd"}, scope)  # type: ignore[arg-type]
    assert (await client.cancel_async(second.id, options=scope)).status == "canceled"  # type: ignore[arg-type]
    await sim.control(f"payouts/{first.id}", status="failed")
    assert sim.balance(artist) == (9_000, 0)
    await sim.control(f"accounts/{artist}", payoutsFail=True)
    third = await client.create_async({"amount": 2_000, "currency": "usd"}, scope)  # type: ignore[arg-type]
    await sim.advance(5 * DAY)
    failed = await client.retrieve_async(third.id, options=scope)  # type: ignore[arg-type]
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    listed = await client.list_async({"status": "failed"}, scope)  # type: ignore[arg-type]
    assert [row.id for row in listed.data] == [third.id, first.id]
    assert (await client.update_async(third.id, {"metadata": {"a": "b"}}, scope)).metadata  # type: ignore[arg-type]
    assert sim.events("payout.created", "payout.paid", "payout.failed", "payout.canceled") == [
        "payout.created",
        "payout.paid",
        "payout.created",
        "payout.canceled",
        "payout.failed",
        "payout.created",
        "payout.failed",
    ]


async def test_payouts_wait_for_the_requirements(sim: Sim) -> None:
    """An account with something past due is announced and cannot be paid out."""
    artist = await sim.enabled_account()
    await sim.control(f"accounts/{artist}", balance={"usd": 500})
    changed = await sim.control(
        f"accounts/{artist}", requirements={"past_due": ["individual.id_number"]}
    )
    assert changed["requirements"]["disabled_reason"] == "requirements.past_due"
    assert changed["payouts_enabled"] is False
    assert sim.events()[-1] == "account.updated"
    error = await refused(
        sim.client().v1.payouts.create_async(
            {"amount": 500, "currency": "usd"}, {"stripe_account": artist}
        ),
        stripe.InvalidRequestError,
    )
    assert error.code == "payouts_not_allowed"


async def test_a_capability_can_be_taken_away(sim: Sim) -> None:
    """Setting transfers inactive announces it and stops transfers; active lets them again."""
    artist = await sim.enabled_account()
    await sim.paid()
    await sim.control(f"accounts/{artist}", capabilities={"transfers": "inactive"})
    assert sim.events()[-2:] == ["capability.updated", "account.updated"]
    error = await refused(transfer(sim, artist, 100), stripe.InvalidRequestError)
    assert error.code == "insufficient_capabilities_for_transfer"
    await sim.control(f"accounts/{artist}", capabilities={"transfers": "active"})
    await transfer(sim, artist, 100)
    status, answer = await sim.try_control(
        f"accounts/{artist}", capabilities={"transfers": "sideways"}
    )
    assert (status, "status must be one of" in answer["error"]) == (400, True)


async def test_topups_bring_money_at_once(sim: Sim) -> None:
    """The platform's available balance grows; the top-up cannot be canceled any more."""
    client = sim.client().v1.topups
    made = await client.create_async({"amount": 5_000, "currency": "usd", "description": "float"})
    assert made.status == "succeeded"
    assert sim.balance() == (5_000, 0)
    assert (await client.update_async(made.id, {"metadata": {"a": "b"}})).metadata["a"] == "b"
    assert [row.id for row in (await client.list_async({"amount": 5_000})).data] == [made.id]
    assert (await client.retrieve_async(made.id)).amount == 5_000
    error = await refused(client.cancel_async(made.id), stripe.InvalidRequestError)
    assert "cannot be canceled" in str(error)
    assert sim.events() == ["topup.created", "topup.succeeded"]
