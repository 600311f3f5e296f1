"""Webhook deliveries: who gets what, signed how, how often."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from .conftest import Hook, MakeSim, Sim
from .test_connect import transfer
from .test_payments import refused

DAY = 86_400


async def register(sim: Sim, hook: Hook, **more: Any) -> Any:
    """Register a receiver over the API with a secret known beforehand."""
    wanted: Any = {
        "url": hook.url,
        "enabled_events": ["*"],
        "metadata": {"sim_secret": hook.secret},
    }
    return await sim.client().v1.webhook_endpoints.create_async(wanted | more)


def verify(sim: Sim, hook: Hook, number: int = -1) -> Any:
    """Verify a delivery as the package does, at the simulated time."""
    body, signature = hook.got[number]
    stamp = int(signature.split(",")[0].removeprefix("t="))
    assert abs(stamp - sim.world.clock.seconds()) <= 300
    stripe.WebhookSignature.verify_header(body.decode(), signature, hook.secret, None)
    return json.loads(body)


async def test_deliveries_are_signed_and_in_order(sim: Sim, make_hook: Any) -> None:
    """Each event once, in the order it happened, as the bytes the signature covers."""
    hook = await make_hook()
    endpoint = await register(sim, hook)
    assert endpoint.secret == hook.secret
    assert endpoint.metadata.to_dict() == {}
    await sim.control("webhooks", concurrency=1)
    await sim.paid()
    counts = await sim.control("drain")
    assert counts == {"delivered": 4, "failed": 0, "scheduled": 0}
    assert hook.types() == sim.events()
    event = verify(sim, hook)
    assert event["pending_webhooks"] == 1
    assert event["request"]["id"].startswith("req_")
    stored = await sim.client().v1.events.retrieve_async(event["id"])
    assert stored.pending_webhooks == 0
    assert stored.data.object.id == event["data"]["object"]["id"]


async def test_platform_and_connect_events_go_to_their_own_endpoints(
    sim: Sim, make_hook: Any
) -> None:
    """account.updated and payment.created only on Connect, with `account`; types filter."""
    ours, theirs, few = await make_hook(), await make_hook(), await make_hook()
    await register(sim, ours)
    await register(sim, theirs, connect=True)
    await register(sim, few, enabled_events=["charge.succeeded"])
    artist = await sim.enabled_account()
    paid = await sim.paid()
    await transfer(sim, artist, 100, source_transaction=paid.latest_charge)
    await sim.control("drain")
    assert "transfer.created" in ours.types()
    assert "account.updated" not in ours.types()
    assert sorted(set(theirs.types())) == [
        "account.updated",
        "capability.updated",
        "payment.created",
    ]
    assert {json.loads(body)["account"] for body, _ in theirs.got} == {artist}
    assert few.types() == ["charge.succeeded"]
    mine = await sim.client().v1.events.list_async({"type": "account.*"})
    assert mine.data == []
    scoped = await sim.client().v1.events.list_async(
        {"type": "account.*"}, {"stripe_account": artist}
    )
    assert [event.type for event in scoped.data] == ["account.updated"]


async def test_a_connected_accounts_endpoint_hears_of_that_account_only(
    sim: Sim, make_hook: Any
) -> None:
    """Registered with Stripe-Account: its own events, none of the platform or of others."""
    one, two = await sim.enabled_account(), await sim.enabled_account()
    hook = await make_hook()
    client = sim.client().v1
    await client.webhook_endpoints.create_async(
        {"url": hook.url, "enabled_events": ["*"], "metadata": {"sim_secret": hook.secret}},
        {"stripe_account": one},
    )
    await sim.paid()
    for account in (one, two):
        await client.customers.create_async({}, {"stripe_account": account})
    await sim.control("drain")
    assert [verify(sim, hook, n)["account"] for n in range(len(hook.got))] == [one]


async def test_failed_deliveries_are_repeated_on_the_clock(sim: Sim, make_hook: Any) -> None:
    """After 5 minutes again, with a new time in the signature; delivery_success follows."""
    hook = await make_hook()
    await register(sim, hook, enabled_events=["charge.succeeded"])
    hook.status = 500
    await sim.paid()
    assert (await sim.control("drain"))["failed"] == 1
    client = sim.client().v1.events
    missed = await client.list_async({"delivery_success": False})
    assert [event.type for event in missed.data] == ["charge.succeeded"]
    assert len((await client.list_async({"delivery_success": True})).data) == 3
    await sim.advance(299)
    await sim.control("drain")
    assert len(hook.got) == 1
    hook.status = 200
    await sim.advance(1)
    await sim.control("drain")
    assert len(hook.got) == 2
    verify(sim, hook)
    assert hook.got[0][0] == hook.got[1][0]
    assert hook.got[0][1] != hook.got[1][1]
    assert (await client.list_async({"delivery_success": False})).data == []


async def test_retries_end_after_about_three_days(sim: Sim, make_hook: Any) -> None:
    """Eleven attempts, then the event is only in the list; it can be resent by hand."""
    hook = await make_hook()
    hook.status = 302
    await register(sim, hook, enabled_events=["charge.succeeded"])
    await sim.paid()
    await sim.control("drain")
    for _ in range(12):
        await sim.advance(DAY / 2)
        await sim.control("drain")
    assert len(hook.got) == 11
    row = (await sim.control("deliveries", "GET"))["deliveries"][0]
    assert (row["status"], row["attempts"], row["lastStatus"]) == ("failed", 11, 302)
    hook.status = 200
    await sim.control(f"events/{row['event']}/resend")
    await sim.control("drain")
    assert len(hook.got) == 12


async def test_two_secrets_sign_while_one_is_rolled(sim: Sim, make_hook: Any) -> None:
    """Both verify during the overlap, only the new one after it."""
    hook = await make_hook()
    endpoint = await register(sim, hook, enabled_events=["charge.succeeded"])
    await sim.control(f"webhook_endpoints/{endpoint.id}/roll", secret="whsec_new", seconds=100)
    await sim.paid()
    await sim.control("drain")
    body, signature = hook.got[0]
    for secret in ("whsec_test", "whsec_new"):
        stripe.WebhookSignature.verify_header(body.decode(), signature, secret, None)
    await sim.advance(101)
    await sim.paid()
    await sim.control("drain")
    assert hook.got[1][1].count("v1=") == 1


async def test_endpoints_are_managed(sim: Sim, make_hook: Any) -> None:
    """The secret is shown once; disabling stops deliveries; wrong ones and a 17th are refused."""
    hook = await make_hook()
    client = sim.client().v1.webhook_endpoints
    made = await register(sim, hook, metadata={})
    assert made.secret.startswith("whsec_")
    shown = await client.retrieve_async(made.id)
    assert shown.secret is None if hasattr(shown, "secret") else True
    await client.update_async(made.id, {"disabled": True, "description": "off"})
    await sim.paid()
    assert (await sim.control("drain"))["delivered"] == 0
    assert [row.status for row in (await client.list_async()).data] == ["disabled"]
    for wrong in ({"url": "ftp://x"}, {"enabled_events": ["No Such"]}, {"api_version": "x"}):
        error = await refused(register(sim, hook, **wrong), stripe.InvalidRequestError)
        assert error.http_status == 400
    for _ in range(15):
        await register(sim, hook)
    await refused(register(sim, hook), stripe.InvalidRequestError)
    assert (await client.delete_async(made.id)).deleted
    known = await sim.control("webhook_endpoints", url=hook.url, secret="whsec_mine", connect=True)
    assert known["secret"] == "whsec_mine"


async def test_an_event_is_sent_again_on_order(sim: Sim, make_hook: Any) -> None:
    """The same bytes once more; what another endpoint still waits for stays counted."""
    hook, dead = await make_hook(), await make_hook()
    dead.status = 500
    for one in (hook, dead):
        await register(sim, one, enabled_events=["charge.succeeded"])
    await sim.paid()
    await sim.control("drain")
    event = next(row for row in sim.world.store.events.oldest() if row.type == "charge.succeeded")
    assert (event.pending_webhooks, event.undelivered) == (1, True)
    for _ in range(2):
        await sim.control(f"events/{event.id}/resend")
        await sim.control("drain")
    assert [body for body, _ in hook.got] == [hook.got[0][0]] * 3
    assert (event.pending_webhooks, event.undelivered) == (1, True)
    dead.status = 200
    await sim.control(f"events/{event.id}/resend")
    await sim.control("drain")
    assert (event.pending_webhooks, event.undelivered) == (0, False)
    status, _ = await sim.try_control("events/evt_none/resend")
    assert status == 404


async def test_the_body_has_the_endpoints_version(sim: Sim, make_hook: Any) -> None:
    """An endpoint with its own api_version gets that in the event."""
    hook = await make_hook()
    await register(sim, hook, api_version="2025-09-30.clover", enabled_events=["charge.succeeded"])
    await sim.paid()
    await sim.control("drain")
    assert verify(sim, hook)["api_version"] == "2025-09-30.clover"


async def delivered(sim: Sim, make_hook: Any, **faults: Any) -> Hook:
    """One charge.succeeded delivered under faults."""
    hook: Hook = await make_hook()
    await register(sim, hook, enabled_events=["charge.succeeded"])
    await register(sim, await make_hook(), enabled_events=["charge.failed"], connect=True)
    await sim.control("webhooks", **faults)
    await sim.paid()
    await sim.control("drain")
    return hook


async def test_duplicates_share_the_id_or_have_a_new_one(sim: Sim, make_hook: Any) -> None:
    """duplicate: the same event again; duplicate_new_id: two events for one change."""
    hook = await delivered(sim, make_hook, duplicate={"count": 2}, duplicate_new_id=True)
    ids = [json.loads(body)["id"] for body, _ in hook.got]
    assert (len(ids), len(set(ids))) == (4, 2)
    assert sim.events("charge.succeeded") == ["charge.succeeded"] * 2


async def test_dropped_deliveries_come_later_or_never(sim: Sim, make_hook: Any) -> None:
    """Drop loses attempts, drop_forever leaves the event to the list, delay waits."""
    hook = await delivered(sim, make_hook, drop={"times": 1}, retrySeconds=[5, 5])
    assert hook.got == []
    await sim.advance(5)
    await sim.control("drain")
    assert len(hook.got) == 1
    await sim.control("webhooks", "DELETE")
    await sim.control("webhooks", drop_forever={"times": 1})
    await sim.paid()
    await sim.advance(10)
    await sim.control("drain")
    assert len(hook.got) == 1
    missed = await sim.client().v1.events.list_async({"delivery_success": False})
    assert [event.type for event in missed.data] == ["charge.succeeded"]
    await sim.control("webhooks", "DELETE")
    await sim.control("webhooks", delay={"seconds": 60})
    await sim.paid()
    assert (await sim.control("drain"))["scheduled"] == 1
    await sim.advance(60)
    await sim.control("drain")
    assert len(hook.got) == 2


async def test_deliveries_are_held_and_shuffled(sim: Sim, make_hook: Any) -> None:
    """Hold keeps them until drain; reorder shuffles groups: same events, another order."""
    hook = await make_hook()
    await register(sim, hook)
    await sim.control("webhooks", hold=True, reorder=16, concurrency=1, seed=3)
    for _ in range(4):
        await sim.paid()
    assert hook.got == []
    assert (await sim.control("drain"))["delivered"] == 16
    assert sorted(hook.types()) == sorted(sim.events())
    assert hook.types() != sim.events()


WRONG: list[tuple[str, str, Any]] = [
    ("livemode", "livemode", True),
    ("unknown_type", "type", "simulator.unknown"),
    ("other_version", "api_version", "2020-08-27"),
    ("thin", "object", "v2.core.event"),
]


@pytest.mark.parametrize(("fault", "name", "value"), WRONG)
async def test_bodies_are_damaged_on_order(
    sim: Sim, make_hook: Any, fault: str, name: str, value: Any
) -> None:
    """The delivery is properly signed but says something else; the stored event does not."""
    hook = await delivered(sim, make_hook, **{fault: True})
    assert verify(sim, hook)[name] == value


async def test_signatures_are_damaged_on_order(sim: Sim, make_hook: Any) -> None:
    """Wrong secret, two signatures, an old and a future time, a big body."""
    hook = await delivered(sim, make_hook, wrong_secret={"times": 1})
    body, signature = hook.got[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(body.decode(), signature, hook.secret, None)
    for fault, apart in (("old_timestamp", -3_600), ("future_timestamp", 3_600)):
        await sim.control("webhooks", "DELETE")
        ordered: dict[str, Any] = {fault: True}
        await sim.control("webhooks", **ordered)
        await sim.paid()
        await sim.control("drain")
        stamp = int(hook.got[-1][1].split(",")[0].removeprefix("t="))
        assert stamp - sim.world.clock.seconds() == apart
    await sim.control("webhooks", "DELETE")
    await sim.control("webhooks", two_signatures=True, big_body=True)
    await sim.paid()
    await sim.control("drain")
    assert hook.got[-1][1].count("v1=") == 2
    assert len(hook.got[-1][0]) > 1_048_576
    verify(sim, hook)


async def test_stale_snapshots_and_misrouted_events(sim: Sim, make_hook: Any) -> None:
    """Stale shows the object as it first was; misrouted goes to the other scope's address."""
    ours, theirs = await make_hook(), await make_hook()
    await register(sim, ours, enabled_events=["payment_intent.succeeded"])
    await register(sim, theirs, connect=True, enabled_events=["account.updated"])
    await sim.control("webhooks", stale=True)
    await sim.paid()
    await sim.control("drain")
    event = verify(sim, ours)
    assert (event["type"], event["data"]["object"]["status"]) == (
        "payment_intent.succeeded",
        "requires_payment_method",
    )
    await sim.control("webhooks", "DELETE")
    await sim.control("webhooks", misrouted=True)
    await sim.enabled_account()
    await sim.control("drain")
    assert ours.types()[-1] == "account.updated"
    status, answer = await sim.try_control("webhooks", nonsense=1)
    assert (status, bool(answer["error"])) == (400, True)


async def test_events_are_filtered_and_forgotten_after_30_days(sim: Sim) -> None:
    """Type with a wildcard, types, both refused; older than 30 days is gone."""
    await sim.paid()
    client = sim.client().v1.events
    found = await client.list_async({"type": "charge.*"})
    assert [event.type for event in found.data] == ["charge.updated", "charge.succeeded"]
    found = await client.list_async({"types": ["payment_intent.created", "charge.updated"]})
    assert len(found.data) == 2
    status, _, _ = await sim.call("GET", "/v1/events", "type=a.b&types[0]=a.b")
    assert status == 400
    one = found.data[0].id
    await sim.advance(30 * DAY + 1)
    assert (await client.list_async()).data == []
    await refused(client.retrieve_async(one), stripe.InvalidRequestError)


async def test_a_dead_receiver_never_delays_an_answer(make_sim: MakeSim) -> None:
    """Deliveries to an address nobody listens on fail beside the API, and are repeated."""
    sim = await make_sim(settle="now")
    await sim.control("webhook_endpoints", url="http://127.0.0.1:9/x", secret="whsec_x")
    await sim.paid()
    counts = await sim.control("drain")
    assert counts == {"delivered": 0, "failed": 4, "scheduled": 4}
