"""Idempotency keys: one execution, and exactly what is kept."""

from __future__ import annotations

import asyncio
from typing import Any

import stripe

from .conftest import Sim, until
from .test_payments import refused

DAY = 86_400
PAY = (
    "amount=1000&currency=usd&payment_method={card}&confirm=true"
    "&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
)


async def post(
    sim: Sim, key: str, text: str = "email=a@example.com", path: str = "/v1/customers", **more: str
) -> tuple[int, Any, Any]:
    """One POST with a key: status, body, headers as a dictionary."""
    status, answer, headers = await sim.call("POST", path, text, Idempotency_Key=key, **more)
    return status, answer, headers


async def test_the_second_call_gets_the_first_answer(sim: Sim) -> None:
    """Replayed and marked, executed once; the order of parameters does not matter."""
    _, first, one = await post(sim, "k", "email=a@example.com&name=A")
    _, second, two = await post(sim, "k", "name=A&email=a%40example.com")
    assert first == second
    assert ("Idempotent-Replayed" in one, two["Idempotent-Replayed"]) == (False, "true")
    assert two["Request-Id"] != one["Request-Id"]
    assert two["Original-Request"] == one["Request-Id"]
    assert len(sim.world.store.customers) == 1
    rows = (await sim.control("requests?path=/v1/customers", "GET"))["requests"]
    assert [(row["executed"], row["replayed"], row["status"]) for row in rows] == [
        (True, False, 200),
        (False, True, 200),
    ]
    assert rows[0]["idempotencyKey"] == "k"
    assert rows[0]["params"] == {"email": "a@example.com", "name": "A"}


async def test_other_parameters_or_path_are_a_mismatch(sim: Sim) -> None:
    """400 idempotency_error in Stripe's words, for other parameters and for another path."""
    await post(sim, "k")
    for text, path in (("email=b@example.com", "/v1/customers"), ("", "/v1/accounts")):
        status, answer, _ = await post(sim, "k", text, path)
        assert (status, answer["error"]["type"]) == (400, "idempotency_error")
        assert answer["error"]["message"] == (
            "Keys for idempotent requests can only be used with the same parameters they were "
            "first used with. Try using a key other than 'k' if you meant to execute a different "
            "request."
        )


async def test_validation_authentication_and_429_are_not_saved(sim: Sim) -> None:
    """After each of them the key is still free for the same or other parameters."""
    for text in ("amount=x&currency=usd", "amount=10&currency=usd", "currency=usd"):
        status, _, _ = await post(sim, "k", text, "/v1/payment_intents")
        assert status == 400
    status, _, _ = await post(sim, "k", Authorization="Bearer sk_wrong")
    assert status == 401
    await sim.control("faults", fault="rate_limit", times=1)
    status, _, _ = await post(sim, "k")
    assert status == 429
    status, _, headers = await post(sim, "k", "amount=1000&currency=usd", "/v1/payment_intents")
    assert (status, "Idempotent-Replayed" in headers) == (200, False)


async def test_definite_failures_are_saved(sim: Sim) -> None:
    """402, balance_insufficient, a missing capability, 500: all are replayed as they were."""
    artist = await sim.enabled_account()
    blocked = (await sim.client().v1.accounts.create_async({"type": "express"})).id
    cases = [
        (PAY.format(card="pm_card_visa_chargeDeclined"), "/v1/payment_intents", 402),
        (f"amount=5&currency=usd&destination={artist}", "/v1/transfers", 400),
        (f"amount=5&currency=usd&destination={blocked}", "/v1/transfers", 400),
    ]
    for number, (text, path, expected) in enumerate(cases):
        first = await post(sim, f"k{number}", text, path)
        await sim.control("accounts/platform", balance={"usd": 1_000})
        await sim.control(f"accounts/{blocked}", complete=True)
        again = await post(sim, f"k{number}", text, path)
        assert (first[0], again[0], again[1]) == (expected, expected, first[1])
        assert again[2]["Idempotent-Replayed"] == "true"
        await sim.control("accounts/platform", balance={"usd": 0})
        await sim.control(f"accounts/{blocked}", capabilities={"transfers": "inactive"})
    await sim.control("faults", fault="error_500_before", times=1)
    assert (await post(sim, "k9"))[0] == 500
    status, _, headers = await post(sim, "k9")
    assert (status, headers["Stripe-Should-Retry"]) == (500, "false")
    assert len(sim.world.store.customers) == 0


async def test_a_key_in_flight_is_409_and_then_replays(sim: Sim) -> None:
    """While the first call runs the second is refused and forgotten; afterwards it replays."""
    await sim.control("faults", fault="latency", seconds=0.2, times=1)
    slow = asyncio.create_task(post(sim, "k"))
    await until(lambda: bool(sim.world.keys.saved))
    status, answer, _ = await post(sim, "k")
    assert (status, answer["error"]["code"]) == (409, "idempotency_key_in_use")
    assert "another in-progress request using this Idempotent Key" in answer["error"]["message"]
    assert (await slow)[0] == 200
    assert (await post(sim, "k"))[2]["Idempotent-Replayed"] == "true"
    assert len(sim.world.store.customers) == 1


async def test_a_key_is_forgotten_after_24_hours(sim: Sim) -> None:
    """One second before it replays, after it the call runs again as new."""
    await post(sim, "k")
    await sim.advance(DAY - 1)
    assert (await post(sim, "k"))[2].get("Idempotent-Replayed") == "true"
    await sim.advance(1)
    assert "Idempotent-Replayed" not in (await post(sim, "k"))[2]
    assert len(sim.world.store.customers) == 2


async def test_keys_are_per_account_and_only_for_post(sim: Sim) -> None:
    """The same key for a connected account is another key; GET ignores keys."""
    artist = await sim.enabled_account()
    await post(sim, "k")
    await post(sim, "k", Stripe_Account=artist)
    assert len(sim.world.store.customers) == 2
    for _ in range(2):
        _, _, headers = await sim.call("GET", "/v1/customers", Idempotency_Key="k")
        assert "Idempotent-Replayed" not in headers
    status, _, _ = await post(sim, "k" * 256)
    assert status == 400


async def test_objects_can_be_locked(sim: Sim) -> None:
    """With object locks on, a second write to a busy object is 429 lock_timeout, not saved."""
    await sim.control("config", objectLocks=True)
    paid = await sim.paid(capture_method="manual")
    await sim.control("faults", fault="latency", seconds=0.2, times=1)
    client = sim.client().v1.payment_intents
    slow = asyncio.create_task(client.capture_async(paid.id))
    await until(lambda: bool(sim.world.locks))
    error = await refused(client.cancel_async(paid.id), stripe.RateLimitError)
    assert error.error.code == "lock_timeout"
    assert "Stripe-Rate-Limited-Reason" not in error.headers
    assert (await slow).status == "succeeded"
