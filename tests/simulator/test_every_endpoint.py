"""The official package, unchanged, sync and async, drives every endpoint there is."""

from __future__ import annotations

import asyncio
from operator import attrgetter
from typing import Any

import pytest
import stripe

from stripe_simulator.routes.table import ROUTES, Router

from .conftest import Sim
from .test_payments import refused

DAY = 86_400
URLS = {"refresh_url": "https://shop.test/again", "return_url": "https://shop.test/done"}
PAY = {
    "amount": 10_000,
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}


class Package:
    """Calls a method of the package by name: as it is in a thread, or its `_async` twin."""

    def __init__(self, sim: Sim, *, sync: bool) -> None:
        self._sync = sync
        self._client = sim.client()
        if sync:
            self._client = stripe.StripeClient(
                "sk_test_simulator",
                base_addresses={"api": sim.url},
                http_client=stripe.RequestsClient(),
            )

    async def __call__(self, name: str, *args: Any) -> Any:
        """Call it; the package's own object comes back."""
        service, _, verb = name.rpartition(".")
        methods = attrgetter(service)(self._client.v1)
        if self._sync:
            return await asyncio.to_thread(getattr(methods, verb), *args)
        return await getattr(methods, f"{verb}_async")(*args)


async def connect(do: Package, sim: Sim) -> str:
    """Accounts, their capabilities and links; return one that can receive."""
    asked: Any = {"type": "express", "capabilities": {"transfers": {"requested": True}}}
    artist = (await do("accounts.create", asked)).id
    await do("account_links.create", {"account": artist, "type": "account_onboarding"} | URLS)
    await sim.control(f"accounts/{artist}", complete=True)
    await do("accounts.retrieve", artist)
    await do("accounts.retrieve_current")
    await do("accounts.update", artist, {"email": "artist@example.com"})
    await do("accounts.capabilities.list", artist)
    await do("accounts.capabilities.update", artist, "card_payments", {"requested": True})
    capability = await do("accounts.capabilities.retrieve", artist, "transfers")
    assert capability.status == "active"
    await do("accounts.login_links.create", artist)
    other = (await do("accounts.create", asked)).id
    await do("accounts.reject", other, {"reason": "fraud_other"})
    assert (await do("accounts.retrieve", other)).requirements.disabled_reason == "rejected.fraud"
    await do("accounts.delete", other)
    assert [row.id for row in (await do("accounts.list")).data] == [artist]
    return str(artist)


async def pay(do: Package) -> tuple[str, str]:
    """Payment intents through every verb; return a paid one and its charge."""
    intent = await do("payment_intents.create", PAY)
    await do("payment_intents.update", intent.id, {"description": "A"})
    await do("payment_intents.confirm", intent.id)
    held: list[str] = []
    for _ in range(2):
        made = await do("payment_intents.create", PAY | {"capture_method": "manual"})
        held.append((await do("payment_intents.confirm", made.id)).id)
    await do("payment_intents.capture", held[0])
    await do("payment_intents.cancel", held[1])
    shown = await do("payment_intents.retrieve", intent.id, {"expand": ["latest_charge"]})
    assert (shown.status, shown.latest_charge.status) == ("succeeded", "succeeded")
    assert len((await do("payment_intents.list")).data) == 3
    charge = (await do("charges.list", {"payment_intent": intent.id})).data[0].id
    await do("charges.update", charge, {"description": "B"})
    assert (await do("charges.retrieve", charge)).description == "B"
    return intent.id, charge


async def split(do: Package, sim: Sim, artist: str, charge: str) -> None:
    """Transfers, reversals and refunds."""
    sent = await do(
        "transfers.create",
        {
            "amount": 9_000,
            "currency": "usd",
            "destination": artist,
            "source_transaction": charge,
        },
    )
    await do("transfers.update", sent.id, {"metadata": {"ours": "1"}})
    back = await do("transfers.reversals.create", sent.id, {"amount": 500})
    await do("transfers.reversals.update", sent.id, back.id, {"metadata": {"ours": "2"}})
    assert (await do("transfers.reversals.retrieve", sent.id, back.id)).amount == 500
    assert len((await do("transfers.reversals.list", sent.id)).data) == 1
    assert (await do("transfers.retrieve", sent.id)).amount_reversed == 500
    assert len((await do("transfers.list", {"destination": artist})).data) == 1
    refund = await do("refunds.create", {"charge": charge, "amount": 100})
    await do("refunds.update", refund.id, {"metadata": {"ours": "3"}})
    await sim.control(f"refunds/{refund.id}", status="requires_action")
    assert (await do("refunds.cancel", refund.id)).status == "canceled"
    assert (await do("refunds.retrieve", refund.id)).status == "canceled"
    assert len((await do("refunds.list", {"charge": charge})).data) == 1


async def suffer(do: Package) -> None:
    """Disputes, reviews and warnings."""
    for card in ("createDispute", "createDispute", "riskLevelElevated", "createIssuerFraudRecord"):
        await do(
            "payment_intents.create",
            PAY | {"payment_method": f"pm_card_{card}", "confirm": True},
        )
    one, two = (await do("disputes.list")).data
    won = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    assert (await do("disputes.update", one.id, won)).status == "won"
    assert (await do("disputes.close", two.id)).status == "lost"
    assert (await do("disputes.retrieve", one.id)).status == "won"
    review = (await do("reviews.list")).data[0].id
    await do("reviews.approve", review)
    assert (await do("reviews.retrieve", review)).closed_reason == "approved"
    warning = (await do("radar.early_fraud_warnings.list")).data[0].id
    assert (await do("radar.early_fraud_warnings.retrieve", warning)).actionable


async def bank(do: Package) -> None:
    """Balance, its transactions, top-ups and payouts."""
    money = {"amount": 100, "currency": "usd"}
    topup = await do("topups.create", money)
    await do("topups.update", topup.id, {"description": "A"})
    assert (await do("topups.retrieve", topup.id)).description == "A"
    assert len((await do("topups.list")).data) == 1
    canceling = do("topups.cancel", topup.id)
    assert "cannot be canceled" in str(await refused(canceling, stripe.InvalidRequestError))
    payout = await do("payouts.create", money)
    await do("payouts.update", payout.id, {"metadata": {"ours": "1"}})
    assert (await do("payouts.cancel", payout.id)).status == "canceled"
    assert (await do("payouts.retrieve", payout.id)).status == "canceled"
    assert len((await do("payouts.list")).data) == 1
    assert (await do("balance.retrieve")).object == "balance"
    rows = (await do("balance_transactions.list", {"source": payout.id})).data
    assert [row.amount for row in rows] == [100, -100]
    assert (await do("balance_transactions.retrieve", rows[0].id)).type == "payout_cancel"


async def know(do: Package) -> None:
    """Customers and their payment methods."""
    fan = (await do("customers.create", {"email": "fan@example.com"})).id
    await do("customers.update", fan, {"name": "Fan"})
    assert (await do("customers.retrieve", fan)).name == "Fan"
    method = (
        await do("payment_methods.create", {"type": "card", "card": {"token": "tok_visa"}})
    ).id
    await do("payment_methods.attach", method, {"customer": fan})
    assert len((await do("payment_methods.list", {"customer": fan})).data) == 1
    assert (await do("payment_methods.retrieve", method)).customer == fan
    await do("payment_methods.detach", method)
    assert len((await do("customers.list")).data) == 1
    assert (await do("customers.delete", fan)).deleted


async def listen(do: Package) -> None:
    """Events and webhook endpoints."""
    hook = await do(
        "webhook_endpoints.create", {"url": "http://127.0.0.1:9/x", "enabled_events": ["a.b"]}
    )
    await do("webhook_endpoints.update", hook.id, {"disabled": True})
    assert (await do("webhook_endpoints.retrieve", hook.id)).status == "disabled"
    assert len((await do("webhook_endpoints.list")).data) == 1
    await do("webhook_endpoints.delete", hook.id)
    event = (await do("events.list", {"type": "customer.*"})).data[0]
    assert (await do("events.retrieve", event.id)).type == "customer.deleted"


@pytest.mark.parametrize("sync", [False, True])
async def test_the_package_drives_every_endpoint(slow_sim: Sim, *, sync: bool) -> None:
    """Each of them answers 200 to the package's own method (a top-up can never be canceled)."""
    sim = slow_sim
    await sim.control("accounts/platform", balance={"usd": 100_000})
    do = Package(sim, sync=sync)
    artist = await connect(do, sim)
    _, charge = await pay(do)
    await split(do, sim, artist, charge)
    await suffer(do)
    await bank(do)
    await know(do)
    await listen(do)
    router = Router()
    found = [
        router.find(record.method, record.path)
        for record in sim.world.journal.records
        if record.status == 200
    ]
    reached = {(route[0].method, route[0].path) for route in found if route is not None}
    missing = {(route.method, route.path) for route in ROUTES} - reached
    assert missing == {("POST", "/v1/topups/{}/cancel")}
