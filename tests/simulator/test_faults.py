"""Every fault of the API: what the caller sees, and what really happened."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
import stripe

from .conftest import Sim, until
from .test_idempotency import post
from .test_payments import refused

HEARD_NOTHING = (aiohttp.ClientError, TimeoutError)


async def customers(sim: Sim) -> int:
    """How many customers there really are."""
    return len(sim.world.store.customers)


@pytest.mark.parametrize("fault", ["lost_after", "truncate"])
async def test_an_answer_lost_after_the_effect(sim: Sim, fault: str) -> None:
    """The caller hears nothing or half; the same key then replays; executed exactly once."""
    await sim.control("faults", fault=fault, times=1, match={"path": "/v1/customers"})
    with pytest.raises(HEARD_NOTHING):
        await post(sim, "k")
    assert await customers(sim) == 1
    status, _, headers = await post(sim, "k")
    assert (status, headers["Idempotent-Replayed"]) == (200, "true")
    assert await customers(sim) == 1
    rows = (await sim.control("requests", "GET"))["requests"]
    assert [(row["executed"], row["answered"], row["fault"]) for row in rows] == [
        (True, False, fault),
        (False, True, None),
    ]


async def test_a_replay_can_be_lost_too(sim: Sim) -> None:
    """A network that loses answers loses those to repeats: twice nothing, then the first answer."""
    await sim.control("faults", fault="lost_after", times=2)
    for _ in range(2):
        with pytest.raises(HEARD_NOTHING):
            await post(sim, "k")
    assert (await post(sim, "k"))[2]["Idempotent-Replayed"] == "true"
    assert await customers(sim) == 1


async def test_an_answer_that_hangs(sim: Sim) -> None:
    """The effect is there long before the connection closes."""
    await sim.control("faults", fault="hang_after", seconds=0.1, times=1)
    with pytest.raises(HEARD_NOTHING):
        await post(sim, "k")
    assert await customers(sim) == 1


@pytest.mark.parametrize(
    ("fault", "error"), [("bad_gateway_after", stripe.APIError), ("garbage", stripe.APIError)]
)
async def test_an_unreadable_answer(sim: Sim, fault: str, error: type[stripe.StripeError]) -> None:
    """502 HTML or 200 nonsense: the package raises APIError, the effect is there."""
    await sim.control("faults", fault=fault, times=1)
    await refused(sim.client().v1.customers.create_async({}), error)
    assert await customers(sim) == 1


@pytest.mark.parametrize("fault", ["lost_before", "hang_before", "bad_gateway_before"])
async def test_a_call_lost_before_the_effect(sim: Sim, fault: str) -> None:
    """Nothing happened and the key is free."""
    await sim.control("faults", fault=fault, times=1, seconds=0)
    await refused(
        sim.client().v1.customers.create_async({}, {"idempotency_key": "k"}), stripe.StripeError
    )
    assert await customers(sim) == 0
    status, _, headers = await post(sim, "k", "name=other")
    assert (status, "Idempotent-Replayed" in headers) == (200, False)


async def test_a_saved_500_with_and_without_effect(sim: Sim) -> None:
    """500 under the key for 24 hours: the effect is done, not done, or done later."""
    for fault, at_once, later in (
        ("error_500_after", 1, 1),
        ("error_500_before", 1, 1),
        ("error_500_later", 1, 2),
    ):
        await sim.control("faults", fault=fault, times=1)
        status, _, headers = await post(sim, fault)
        assert (status, headers["Stripe-Should-Retry"]) == (500, "false")
        assert await customers(sim) == at_once
        assert (await post(sim, fault))[0] == 500
        await sim.advance(61)
        assert await customers(sim) == later


async def test_a_call_that_arrives_late(sim: Sim) -> None:
    """Lost at first, it runs when it arrives; if the key was used meanwhile it does not."""
    await sim.control("faults", fault="late", seconds=90, times=1)
    with pytest.raises(HEARD_NOTHING):
        await post(sim, "k")
    assert await customers(sim) == 0
    await sim.advance(90)
    assert await customers(sim) == 1
    assert (await post(sim, "k"))[2]["Idempotent-Replayed"] == "true"
    await sim.control("faults", fault="late", seconds=90, times=1)
    with pytest.raises(HEARD_NOTHING):
        await post(sim, "j")
    await post(sim, "j")
    await sim.advance(90)
    assert await customers(sim) == 2


async def test_refusals_on_order(sim: Sim) -> None:
    """503, 429 of both kinds with and without Should-Retry, 409, 401."""
    cases: list[tuple[dict[str, Any], type[stripe.StripeError], str | None]] = [
        ({"fault": "unavailable"}, stripe.APIError, None),
        (
            {"fault": "rate_limit", "reason": "global-concurrency", "retry": True},
            stripe.RateLimitError,
            "rate_limit",
        ),
        ({"fault": "lock_timeout"}, stripe.RateLimitError, "lock_timeout"),
        ({"fault": "key_in_use"}, stripe.APIError, "idempotency_key_in_use"),
        ({"fault": "unauthorized"}, stripe.AuthenticationError, None),
    ]
    for rule, kind, code in cases:
        await sim.control("faults", **rule, times=1)
        error = await refused(sim.client().v1.customers.create_async({}), kind)
        assert (error.error.code if error.error else None) == code
        if rule.get("reason"):
            assert error.headers["Stripe-Rate-Limited-Reason"] == "global-concurrency"
            assert error.headers["Stripe-Should-Retry"] == "true"
    assert await customers(sim) == 0


async def test_a_stale_list_hides_what_is_new(sim: Sim) -> None:
    """For the ordered seconds a list does not show what was just made; retrieving does."""
    made = await sim.client().v1.customers.create_async({})
    await sim.control("faults", fault="stale_list", seconds=30)
    client = sim.client().v1.customers
    assert (await client.list_async()).data == []
    assert (await client.retrieve_async(made.id)).id == made.id
    await sim.advance(31)
    assert len((await client.list_async()).data) == 1


MATCHES: list[tuple[dict[str, Any], list[int]]] = [
    ({"nth": 2}, [200, 503, 200, 200]),
    ({"every": 2}, [200, 503, 200, 503]),
    ({"probability": 1}, [503] * 4),
    ({"probability": 0}, [200] * 4),
    ({"path": "/v1/transf*"}, [200] * 4),
    ({"method": "get"}, [200] * 4),
    ({"key": "k3"}, [200, 200, 200, 503]),
    ({"param": {"email": "a@example.com"}}, [503] * 4),
    ({"object": "none"}, [200] * 4),
    ({"account": "acct_none"}, [200] * 4),
]


@pytest.mark.parametrize(("match", "expected"), MATCHES)
async def test_faults_strike_what_they_match(
    sim: Sim, match: dict[str, Any], expected: list[int]
) -> None:
    """By number, probability, path, method, key, parameter, object, account."""
    await sim.control("faults", fault="unavailable", match=match)
    got = [(await post(sim, f"k{number}"))[0] for number in range(4)]
    assert got == expected


async def test_the_same_seed_strikes_the_same_calls(sim: Sim) -> None:
    """A probability with a seed is repeatable; faults are shown and removed one by one."""
    runs = []
    for _ in range(2):
        await sim.control("reset")
        await sim.control("faults", fault="unavailable", match={"probability": 0.5}, seed=42)
        runs.append([(await post(sim, f"k{n}"))[0] for n in range(20)])
    assert runs[0] == runs[1]
    assert {200, 503} == set(runs[0])
    rule = (await sim.control("faults", "GET"))["faults"][0]
    assert (rule["seen"], rule["struck"]) == (20, runs[0].count(503))
    assert (await sim.control(f"faults/{rule['id']}", "DELETE"))["removed"] == 1
    assert (await post(sim, "last"))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        {"fault": "nonsense"},
        {},
        {"fault": "late", "match": {"colour": 1}},
        {"fault": "late", "x": 1},
        {"fault": "late", "times": "3"},
        {"fault": "late", "seconds": "soon"},
        {"fault": "late", "seconds": [1]},
        {"fault": "late", "match": {"every": 0}},
        {"fault": "late", "match": {"nth": "second"}},
        {"fault": "late", "match": {"probability": 2}},
        {"fault": "late", "match": {"path": 7}},
        {"fault": "late", "match": {"param": "x"}},
        {"fault": "late", "match": []},
    ],
)
async def test_a_wrong_fault_is_refused(sim: Sim, body: dict[str, Any]) -> None:
    """What could never strike is 400 with a text, and no later call stumbles over it."""
    status, answer = await sim.try_control("faults", **body)
    assert (status, bool(answer["error"])) == (400, True)
    assert (await post(sim, "k"))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        {"duplicate": {"every": 0}},
        {"drop": {"times": "many"}},
        {"delay": {"seconds": "soon"}},
        {"duplicate": {"probability": 1.5}},
        {"duplicate": None},
        {"concurrency": 0},
        {"concurrency": "many"},
        {"retrySeconds": ["soon"]},
        {"hold": 1},
    ],
)
async def test_a_wrong_webhook_fault_is_refused(
    sim: Sim, make_hook: Any, body: dict[str, Any]
) -> None:
    """400 with a text; calls go on and their events are delivered."""
    hook = await make_hook()
    await sim.control("webhook_endpoints", url=hook.url, secret=hook.secret)
    status, answer = await sim.try_control("webhooks", **body)
    assert (status, bool(answer["error"])) == (400, True)
    assert (await post(sim, "k"))[0] == 200
    assert (await sim.control("drain"))["delivered"] == 1


@pytest.mark.parametrize("order", ["lost_aftr", "late:soon"])
async def test_a_misspelt_order_in_metadata_is_refused(sim: Sim, order: str) -> None:
    """A test that asks for a fault there is none of is told so, instead of passing by luck."""
    status, answer, _ = await post(sim, "k", f"metadata[sim]={order}")
    assert (status, answer["error"]["param"]) == (400, "metadata[sim]")
    assert await customers(sim) == 0


async def test_metadata_orders_a_fault_for_its_own_request(sim: Sim) -> None:
    """metadata[sim]=lost_after strikes once for its key; the repeat is answered."""
    text = "email=a@example.com&metadata[sim]=lost_after"
    with pytest.raises(HEARD_NOTHING):
        await post(sim, "k", text)
    status, _, headers = await post(sim, "k", text)
    assert (status, headers["Idempotent-Replayed"]) == (200, "true")
    with pytest.raises(HEARD_NOTHING):
        await post(sim, "j", "metadata[sim]=late:5")
    await sim.advance(5)
    assert await customers(sim) == 2


async def test_the_package_retries_through_lost_answers(sim: Sim) -> None:
    """max_network_retries with one key: several tries, one customer."""
    await sim.control("faults", fault="lost_after", times=2)
    client = sim.client(max_network_retries=2)
    made = await client.v1.customers.create_async({})
    assert await customers(sim) == 1
    assert made.id in sim.world.store.customers.place


async def test_a_webhook_can_overtake_the_answer(sim: Sim, make_hook: Any) -> None:
    """latency_after: the effect is there and its event delivered while the caller still waits."""
    hook = await make_hook()
    await sim.control("webhook_endpoints", url=hook.url, secret=hook.secret)
    await sim.control("faults", fault="latency_after", seconds=0.2, times=1)
    waiting = asyncio.create_task(post(sim, "k"))
    await until(lambda: bool(sim.world.store.customers.place))
    assert (await sim.control("drain"))["delivered"] == 1
    assert (hook.types(), waiting.done()) == (["customer.created"], False)
    status, _, headers = await waiting
    assert (status, "Idempotent-Replayed" in headers) == (200, False)


async def test_a_bad_expansion_does_not_run_a_call_twice(sim: Sim) -> None:
    """The effect is done and the refusal kept under the key: the repeat gets the same answer."""
    first = await post(sim, "k", "expand[0]=nonsense")
    again = await post(sim, "k", "expand[0]=nonsense")
    assert (first[0], again[1]) == (400, first[1])
    assert again[2]["Idempotent-Replayed"] == "true"
    assert await customers(sim) == 1
