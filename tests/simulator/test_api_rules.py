"""Rules of every call: keys, headers, versions, forms, lists, expansion, metadata."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from stripe_simulator.errors import ApiError
from stripe_simulator.http import form
from stripe_simulator.schema import schema

from .conftest import MakeSim, Sim
from .test_payments import refused


async def test_no_key_and_wrong_keys_are_401(sim: Sim) -> None:
    """The challenge and Stripe's texts; Basic authorization works like Bearer."""
    status, answer, headers = await sim.call("GET", "/v1/balance", key="")
    assert status == 401
    assert answer["error"]["message"].startswith("You did not provide an API key.")
    assert headers["WWW-Authenticate"] == 'Bearer realm="Stripe"'
    status, answer, _ = await sim.call("GET", "/v1/balance", key="sk_test_wrong_key_1234")
    assert (status, answer["error"]["message"][:26]) == (401, "Invalid API Key provided: ")
    basic = base64.b64encode(b"sk_test_simulator:").decode()
    status, _, _ = await sim.call("GET", "/v1/balance", key="", Authorization=f"Basic {basic}")
    assert status == 200
    status, _, _ = await sim.call("GET", "/v1/balance", key="", Authorization="Basic %%%")
    assert status == 401


async def test_a_restricted_key_reaches_only_what_it_may(sim: Sim) -> None:
    """403 for everything outside its list."""
    await sim.control("keys", key="rk_test_1", allow=["GET /v1/charges*"])
    status, _, _ = await sim.call("GET", "/v1/charges", key="rk_test_1")
    assert status == 200
    status, answer, _ = await sim.call("GET", "/v1/balance", key="rk_test_1")
    assert (status, "required permissions" in answer["error"]["message"]) == (403, True)


async def test_headers_say_which_request_and_version(sim: Sim) -> None:
    """Request-Id, Stripe-Version, echo of the key; an impossible version is refused."""
    _, _, got = await sim.call("POST", "/v1/customers", Idempotency_Key="k1")
    headers: dict[str, str] = got
    assert headers["Request-Id"].startswith("req_")
    assert headers["Stripe-Version"] == "2026-10-28.endive"
    assert headers["Idempotency-Key"] == "k1"
    assert headers["Content-Type"].startswith("application/json")
    status, _, got = await sim.call("GET", "/v1/balance", Stripe_Version="2025-09-30.clover")
    assert (status, got["Stripe-Version"]) == (200, "2025-09-30.clover")
    status, answer, got = await sim.call("GET", "/v1/balance", Stripe_Version="yesterday")
    assert (status, "Invalid Stripe API version" in answer["error"]["message"]) == (400, True)
    assert got["Stripe-Version"] == "2026-10-28.endive"


async def test_acting_for_a_connected_account(sim: Sim) -> None:
    """Stripe-Account shows only that account's things; unknown ones are 403 account_invalid."""
    artist = await sim.enabled_account()
    paid = await sim.paid()
    client = sim.client()
    balance = await client.v1.balance.retrieve_async(options={"stripe_account": artist})
    assert balance.available[0].amount == 0
    error = await refused(
        client.v1.charges.retrieve_async(paid.latest_charge, options={"stripe_account": artist}),
        stripe.InvalidRequestError,
    )
    assert error.http_status == 404
    error = await refused(
        client.v1.balance.retrieve_async(options={"stripe_account": "acct_other"}),
        stripe.PermissionError,
    )
    assert error.error.code == "account_invalid"


async def test_unknown_objects_and_addresses_are_404(sim: Sim) -> None:
    """resource_missing with the kind and the id; unknown addresses name themselves."""
    status, answer, _ = await sim.call("GET", "/v1/payment_intents/pi_x")
    assert (status, answer["error"]) == (
        404,
        {
            "code": "resource_missing",
            "message": "No such payment_intent: 'pi_x'",
            "param": "id",
            "type": "invalid_request_error",
        },
    )
    status, answer, _ = await sim.call("GET", "/v1/unicorns")
    assert (
        status,
        "Unrecognized request URL (GET: /v1/unicorns)" in answer["error"]["message"],
    ) == (404, True)
    listed = await sim.call("GET", "/v1/payment_intents/")
    assert listed[1]["object"] == "list"
    status, answer, _ = await sim.call(
        "POST", "/v1/customers", "{}", Content_Type="application/json"
    )
    assert (status, "check that your POST content type" in answer["error"]["message"]) == (
        400,
        True,
    )


KINDS = [
    ("charges", "charge"),
    ("refunds", "refund"),
    ("transfers", "transfer"),
    ("disputes", "dispute"),
    ("reviews", "review"),
    ("events", "event"),
    ("balance_transactions", "balance_transaction"),
    ("payouts", "payout"),
    ("topups", "topup"),
    ("customers", "customer"),
    ("payment_methods", "payment_method"),
    ("webhook_endpoints", "webhook_endpoint"),
    ("radar/early_fraud_warnings", "radar.early_fraud_warning"),
]


@pytest.mark.parametrize(("path", "kind"), KINDS)
async def test_every_kind_has_a_list_and_a_404(sim: Sim, path: str, kind: str) -> None:
    """An empty list with its url; an unknown id says `No such <kind>`."""
    status, answer, _ = await sim.call("GET", f"/v1/{path}")
    assert (status, answer) == (
        200,
        {"object": "list", "data": [], "has_more": False, "url": f"/v1/{path}"},
    )
    status, answer, _ = await sim.call("GET", f"/v1/{path}/none")
    assert (status, answer["error"]["message"]) == (404, f"No such {kind}: 'none'")


async def test_lists_are_cut_by_cursors_and_times(sim: Sim) -> None:
    """Limit, starting_after, ending_before, created, has_more; the package pages through."""
    client = sim.client().v1.customers
    made = []
    for number in range(7):
        made.append((await client.create_async({"email": f"c{number}@example.com"})).id)
        await sim.advance(10)
    newest = made[::-1]
    page = await client.list_async({"limit": 3})
    assert ([row.id for row in page.data], page.has_more) == (newest[:3], True)
    page = await client.list_async({"limit": 3, "starting_after": newest[3]})
    assert ([row.id for row in page.data], page.has_more) == (newest[4:], False)
    page = await client.list_async({"limit": 2, "ending_before": newest[3]})
    assert ([row.id for row in page.data], page.has_more) == (newest[1:3], True)
    every = [row.id async for row in (await client.list_async({"limit": 2})).auto_paging_iter()]
    assert every == newest
    start = sim.world.store.customers[made[0]].created
    found = await client.list_async({"created": {"gt": start, "lte": start + 20}})
    assert [row.id for row in found.data] == [made[2], made[1]]
    found = await client.list_async({"created": start})
    assert [row.id for row in found.data] == [made[0]]
    for wrong in (
        "limit=0",
        "limit=101",
        "limit=x",
        "starting_after=no",
        f"starting_after={made[0]}&ending_before={made[1]}",
        "created[ne]=1",
    ):
        status, _, _ = await sim.call("GET", "/v1/customers", wrong)
        assert status in {400, 404}


async def test_expansion_goes_deep_and_refuses_what_cannot_be(sim: Sim) -> None:
    """Chains of ids, inside lists, null stays null; anything else is refused."""
    paid = await sim.paid(expand=["customer"])
    assert paid.customer is None
    client = sim.client()
    intent: Any = await client.v1.payment_intents.retrieve_async(
        paid.id, {"expand": ["latest_charge.balance_transaction", "payment_method"]}
    )
    assert intent.latest_charge.balance_transaction.net == 9_680
    assert intent.payment_method.card.last4 == "4242"
    charges: Any = await client.v1.charges.list_async({"expand": ["data.payment_intent"]})
    assert charges.data[0].payment_intent.id == paid.id
    for wrong in ("amount", "nonsense", "latest_charge.nonsense", "a.b.c.d.e"):
        error = await refused(
            client.v1.payment_intents.retrieve_async(paid.id, {"expand": [wrong]}),
            stripe.InvalidRequestError,
        )
        deep = "more than 4 levels" if wrong.count(".") > 3 else "cannot be expanded"
        assert deep in str(error)


WRONG_METADATA = [
    {f"k{n}": "v" for n in range(51)},
    {"k" * 41: "v"},
    {"k": "v" * 501},
]


@pytest.mark.parametrize("metadata", WRONG_METADATA)
async def test_metadata_has_limits(sim: Sim, metadata: dict[str, str]) -> None:
    """50 keys, 40 and 500 characters."""
    await refused(
        sim.client().v1.customers.create_async({"metadata": metadata}), stripe.InvalidRequestError
    )


async def test_customers_and_payment_methods(sim: Sim) -> None:
    """The minimum: create, attach, pay with the customer's method, detach, delete."""
    client = sim.client().v1
    person = await client.customers.create_async({"email": "fan@example.com"})
    method = await client.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_mastercard"}}
    )
    await client.payment_methods.attach_async(method.id, {"customer": person.id})
    paid = await sim.paid(card=method.id, customer=person.id)
    assert (paid.status, paid.payment_method, paid.customer) == ("succeeded", method.id, person.id)
    found = await client.payment_intents.list_async({"customer": person.id})
    assert [row.id for row in found.data] == [paid.id]
    held = await client.payment_methods.list_async({"customer": person.id})
    assert [row.id for row in held.data] == [method.id]
    assert (await client.payment_methods.retrieve_async(method.id)).card
    assert (await client.payment_methods.detach_async(method.id)).customer is None
    await refused(client.payment_methods.detach_async(method.id), stripe.InvalidRequestError)
    assert (await client.customers.update_async(person.id, {"name": "Fan"})).name == "Fan"
    assert (await client.customers.delete_async(person.id)).deleted
    await refused(client.customers.retrieve_async(person.id), stripe.InvalidRequestError)
    assert sim.events(
        "customer.created",
        "customer.updated",
        "customer.deleted",
        "payment_method.attached",
        "payment_method.detached",
    ) == [
        "customer.created",
        "payment_method.attached",
        "payment_method.detached",
        "customer.updated",
        "customer.deleted",
    ]


async def test_card_numbers_are_refused(sim: Sim) -> None:
    """Real card data never enters: only tokens and test values."""
    status, answer, _ = await sim.call(
        "POST",
        "/v1/payment_intents",
        "amount=1000&currency=usd&payment_method_data[type]=card"
        "&payment_method_data[card][number]=4242424242424242",
    )
    assert (status, "generally unsafe" in answer["error"]["message"]) == (400, True)


async def test_the_rate_limiter_comes_before_everything(make_sim: MakeSim) -> None:
    """Per endpoint and overall, refilled by the clock, with Stripe's reason; no key is used up."""
    sim = await make_sim(rate_endpoint=2, rate_global=5)
    seen = []
    for number in range(4):
        status, _, headers = await sim.call("POST", "/v1/customers", Idempotency_Key=f"k{number}")
        seen.append((status, headers.get("Stripe-Rate-Limited-Reason")))
    assert seen == [(200, None), (200, None), (429, "endpoint-rate"), (429, "endpoint-rate")]
    status, _, headers = await sim.call("GET", "/v1/balance")
    status, _, headers = await sim.call("GET", "/v1/balance")
    assert (status, headers["Stripe-Rate-Limited-Reason"]) == (429, "global-rate")
    await sim.advance(1)
    status, _, _ = await sim.call("POST", "/v1/customers", Idempotency_Key="k3")
    assert status == 200


names = st.text(st.characters(codec="utf-8", exclude_characters="[]&=+%;#"), min_size=1, max_size=8)


@given(
    st.dictionaries(
        names,
        st.recursive(
            st.text(st.characters(codec="utf-8"), max_size=8),
            lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    )
)
def test_forms_survive_coding_and_decoding(tree: dict[str, Any]) -> None:
    """Whatever nests is decoded as it was, and flattened to the same pairs."""
    from urllib.parse import urlencode

    pairs = form.flatten(tree)
    assert sorted(form.flatten(form.decode(urlencode(pairs)))) == sorted(pairs)


@pytest.mark.parametrize(
    "text", ["a[b=1", "[a]=1", "a]=1&a[b]=2", "a=1&a[b]=2", "a[b]=1&a=2", "a" + "[x]" * 13 + "=1"]
)
def test_malformed_forms_are_refused(text: str) -> None:
    """Broken brackets, a name that is value and hash, endless nesting."""
    with pytest.raises(ApiError):
        schema("a:any").check(form.decode(text))


@pytest.mark.parametrize("text", ["a=1%00", "a=1.5", "a=--1", "a=9223372036854775808", "a[b]=1"])
def test_ill_typed_numbers_are_refused(text: str) -> None:
    """Nulls, fractions, signs, overflow, hashes where a whole number belongs."""
    with pytest.raises(ApiError):
        schema("a:int").check(form.decode(text))
