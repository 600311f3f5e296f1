"""The control API to its edges, the pages, and refusals not met elsewhere."""

from __future__ import annotations

import asyncio
import copy
import re
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe

from stripe_simulator.api import Incoming
from stripe_simulator.config import Config
from stripe_simulator.control.faults import SETTINGS
from stripe_simulator.faults import NAMES
from stripe_simulator.http import form
from stripe_simulator.routes.table import ROUTES
from stripe_simulator.schema import Schema
from stripe_simulator.simulator import Start
from stripe_simulator.webhook_faults import NAMES as WEBHOOK_NAMES

from .conftest import MakeSim, Sim, start_sim
from .test_payments import refused

DAY = 86_400
README = Path(__file__).parents[2] / "stripe_simulator" / "README.md"


async def test_the_control_api_answers_3ds_holds_and_bank_debits(sim: Sim) -> None:
    """What a bank decides can be ordered without a page and without the clock."""
    asked = await sim.paid(card="pm_card_threeDSecure2Required")
    assert asked.next_action.type == "use_stripe_sdk"
    done = await sim.control(f"payment_intents/{asked.id}", authentication="succeeded")
    assert done["status"] == "succeeded"
    status, _ = await sim.try_control(f"payment_intents/{asked.id}", authentication="succeeded")
    assert status == 409
    held = await sim.paid(capture_method="manual")
    gone = await sim.control(f"payment_intents/{held.id}", expire=True)
    assert (gone["status"], gone["cancellation_reason"]) == ("canceled", "automatic")
    debit = await sim.paid(card="pm_sepaDebit_success")
    failed = await sim.control(f"charges/{debit.latest_charge}", status="failed")
    assert failed["status"] == "failed"
    second = await sim.paid(card="pm_sepaDebit_fail")
    good = await sim.control(f"charges/{second.latest_charge}", status="succeeded")
    assert good["status"] == "succeeded"
    third = await sim.paid(card="pm_usBankAccount_success")
    canceled = await sim.client().v1.payment_intents.cancel_async(third.id)
    assert canceled.status == "canceled"
    await sim.advance(5 * DAY)
    assert sim.world.store.charges[third.latest_charge].status == "failed"


async def test_control_calls_refuse_nonsense(sim: Sim) -> None:
    """Unknown objects are 404, wrong bodies 400, impossible changes 409; nothing changes."""
    artist = await sim.enabled_account()
    paid = await sim.paid()
    charge = paid.latest_charge
    await sim.paid(card="pm_card_createDispute")
    claim = next(sim.world.store.disputes.oldest()).id
    await sim.control("accounts/platform", balance={"usd": 500}, payout={"usd": 500})
    payout = next(sim.world.store.payouts.oldest()).id
    held = (await sim.paid(capture_method="manual")).latest_charge
    cases: list[tuple[str, dict[str, Any], int]] = [
        ("accounts/acct_none", {}, 404),
        (f"accounts/{artist}", {"nonsense": 1}, 400),
        (f"accounts/{artist}", {"balance": {"USD": 1}}, 400),
        (f"accounts/{artist}", {"balance": {"usd": "1"}}, 400),
        (f"accounts/{artist}", {"requirements": {"colour": []}}, 400),
        ("charges/ch_none/dispute", {}, 404),
        (f"charges/{charge}/dispute", {"amount": 0}, 400),
        (f"charges/{held}/dispute", {}, 409),
        ("disputes/du_none", {"outcome": "won"}, 404),
        ("refunds/re_none", {"status": "failed"}, 404),
        ("reviews/prv_none", {}, 404),
        ("payouts/po_none", {"status": "paid"}, 404),
        (f"charges/{charge}", {"status": "failed"}, 409),
        (f"charges/{charge}", {"status": "maybe"}, 400),
        (f"payment_intents/{paid.id}", {"expire": True}, 409),
        (f"payment_intents/{paid.id}", {"authentication": "maybe"}, 400),
        (f"disputes/{claim}", {"outcome": "closed"}, 409),
        (f"disputes/{claim}", {"outcome": "won", "amount": "1"}, 400),
        (f"payouts/{payout}", {"status": "paid"}, 409),
        (f"accounts/{artist}", {"requirements": {"past_due": "x"}}, 400),
        ("clock/advance", {"seconds": -1}, 400),
        ("clock/advance", {"seconds": "many"}, 400),
        ("webhook_endpoints", {}, 400),
        ("webhook_endpoints", {"url": "http://127.0.0.1:9", "secret": 1}, 400),
        ("webhook_endpoints/we_none/roll", {}, 404),
    ]
    before = len(sim.world.store.events)
    for path, body, expected in cases:
        status, answer = await sim.try_control(path, **body)
        assert (path, status, bool(answer["error"])) == (path, expected, True)
    async with sim.http.post(f"{sim.url}/_sim/faults", data=b"[]") as got:
        assert got.status == 400
    async with sim.http.post(f"{sim.url}/_sim/faults", data=b"{") as got:
        assert got.status == 400
    assert len(sim.world.store.events) == before


async def test_balances_and_payouts_of_accounts_under_control(sim: Sim) -> None:
    """A balance can be set, even below zero; a payout ordered, paid, refused."""
    artist = await sim.enabled_account(email="artist@example.com")
    await sim.control(f"accounts/{artist}", balance={"usd": 900, "eur": -50})
    await sim.control(f"accounts/{artist}", payout={"usd": 900})
    assert sim.balance(artist) == (0, 0)
    rows = (await sim.control("accounts", "GET"))["accounts"]
    assert rows[1]["available"] == {"eur": -50, "usd": 0}
    payout = next(sim.world.store.payouts.oldest())
    assert payout.status == "paid"
    status, _ = await sim.try_control(f"payouts/{payout.id}", status="sideways")
    assert status == 400
    failed = await sim.control(f"payouts/{payout.id}", status="failed", failureCode="no_account")
    assert (failed["status"], failed["failure_code"]) == ("failed", "no_account")
    status, _ = await sim.try_control(f"payouts/{payout.id}", status="failed")
    assert status == 409
    error = await refused(sim.client().v1.accounts.delete_async(artist), stripe.StripeError)
    assert "zero balances" in str(error)


async def test_the_journal_and_settings_are_shown(sim: Sim) -> None:
    """Filters of the journal, the clock, the counts, an empty journal."""
    await sim.paid()
    await sim.call("GET", "/v1/balance", key="wrong")
    assert len((await sim.control("requests?status=401", "GET"))["requests"]) == 1
    assert len((await sim.control("requests?executed=true&limit=5", "GET"))["requests"]) == 1
    await sim.call("POST", "/v1/customers", "a[=1")
    broken = (await sim.control("requests?status=400", "GET"))["requests"][0]
    assert broken["params"] == {}
    shown = await sim.control("clock", "GET")
    assert (shown["mode"], shown["now"]) == ("virtual", sim.world.clock.now())
    assert (await sim.control("state", "GET"))["objects"]["charge"] == 1
    assert (await sim.control("requests", "DELETE"))["requests"] == []
    await sim.control("webhooks", timeoutSeconds=3, retrySeconds=[1])
    assert (await sim.control("webhooks", "GET"))["retrySeconds"] == [1]


async def test_the_page_and_what_it_shows(sim: Sim) -> None:
    """The page's files come from the package and name no other host; the overview has events."""
    await sim.control("webhook_endpoints", url="http://127.0.0.1:9/x", secret="whsec_x")
    paid = await sim.paid()
    await sim.control("drain")
    overview = await sim.control("overview", "GET")
    first = overview["payments"][0]
    assert (first["id"], first["disputable"]) == (paid.id, True)
    assert first["events"][0] == {"type": "payment_intent.created", "deliveries": ["pending (1)"]}
    for path in ("/", "/page.js", "/page.css"):
        async with sim.http.get(sim.url + path) as got:
            text = await got.text()
            assert got.status == 200
            assert "default-src 'none'" in got.headers["Content-Security-Policy"]
            assert re.findall(r"https?://|//[a-z]+\.", text) == []


async def test_pages_of_unknown_things_are_404(sim: Sim) -> None:
    """Links and 3-D Secure pages exist only for who knows them."""
    intent = await sim.paid(card="pm_card_threeDSecure2Required")
    for method, path in (
        ("GET", "/onboarding/x"),
        ("POST", "/onboarding/x/complete"),
        ("GET", f"/authenticate/{intent.id}/x"),
        ("POST", f"/authenticate/{intent.id}/x/succeeded"),
    ):
        async with sim.http.request(method, sim.url + path) as got:
            assert got.status == 404
    async with sim.http.options(f"{sim.url}/v1/payment_intents") as got:
        assert (got.status, got.headers["Access-Control-Allow-Origin"]) == (204, "*")


REFUSED: list[tuple[str, str, str, str]] = [
    ("POST", "/v1/account_links", "account={a}&type=account_onboarding", "Missing required"),
    (
        "POST",
        "/v1/account_links",
        "account={a}&type=account_onboarding&refresh_url=x&return_url=y",
        "Not a valid URL",
    ),
    (
        "POST",
        "/v1/account_links",
        "account=acct_x&type=account_onboarding&refresh_url=http://a&return_url=http://a",
        "does not have access",
    ),
    (
        "POST",
        "/v1/account_links",
        "account={a}&type=account_update&refresh_url=http://a&return_url=http://a",
        "cannot create account_update links",
    ),
    ("POST", "/v1/accounts/{a}", "capabilities=x", "must be a hash"),
    ("POST", "/v1/accounts/{a}", "capabilities[transfers]=x", "Received unknown parameter"),
    ("POST", "/v1/transfers", "currency=usd&destination={a}", "Missing required param: amount"),
    ("POST", "/v1/transfers", "amount=1&currency=usd&destination={p}", "No such destination"),
    ("POST", "/v1/transfers/tr_x/reversals", "", "No such transfer"),
    ("POST", "/v1/payouts", "amount=0&currency=usd", "Invalid positive integer"),
    ("POST", "/v1/payouts", "amount=150&currency=huf", "divisible by 100"),
    ("POST", "/v1/refunds", "charge={c}&origin=customer_balance", "customer balances only"),
    ("POST", "/v1/refunds", "charge={c}&payment_intent=pi_x", "does not belong"),
    ("POST", "/v1/payment_methods", "", "Missing required param: type"),
    ("POST", "/v1/payment_methods", "type=paypal", "is not simulated"),
    ("POST", "/v1/payment_methods", "type=card&card[token]=tok_x", "No such token"),
    ("POST", "/v1/payment_methods/pm_card_visa/attach", "", "Missing required param: customer"),
    (
        "POST",
        "/v1/payment_intents",
        "amount=100&currency=usd&payment_method=pm_card_visa&payment_method_data[type]=card",
        "only specify one",
    ),
    (
        "POST",
        "/v1/payment_intents/{i}/confirm",
        "payment_method=pm_card_visa&payment_method_data[type]=card",
        "only specify one",
    ),
    ("POST", "/v1/payment_intents/{i}/confirm", "amount_to_confirm=1", "does not match"),
    ("POST", "/v1/payment_intents/{i}/confirm", "confirmation_token=ctoken_1", "not simulate"),
    ("POST", "/v1/payment_intents/{i}/capture", "application_fee_amount=1", "not simulate"),
    ("POST", "/v1/payment_intents/{i}/capture", "transfer_data[amount]=1", "not simulate"),
    ("POST", "/v1/payment_intents/{i}/capture", "amount_to_capture=0", "Invalid positive"),
    ("POST", "/v1/payment_intents/{i}/capture", "final_capture=false", "Multicapture"),
    ("POST", "/v1/payment_intents/{i}", "amount=1", "Amount must be at least"),
    ("POST", "/v1/payment_intents", "amount=100&currency=usd&metadata=x", "must be a hash"),
    ("POST", "/v1/payment_intents", "amount=100&currency=usd&metadata[a][b]=x", "must be strings"),
    ("POST", "/v1/payment_intents", "amount=100&currency=usd&confirm=maybe", "Invalid boolean"),
    ("POST", "/v1/payment_intents", "amount=100&currency=usd&shipping=x", "must be a hash"),
    ("POST", "/v1/payment_intents", "amount=100&currency=usd&description=%00", "null character"),
    (
        "POST",
        "/v1/payment_intents",
        "amount=100&currency=usd&allowed_payment_method_types=card",
        "must be an array",
    ),
    ("GET", "/v1/accounts/{a}/capabilities/nonsense", "", "unknown parameter"),
    ("POST", "/v1/accounts/{a}/login_links", "", "has not completed onboarding"),
]


@pytest.mark.parametrize(("method", "path", "text", "message"), REFUSED)
async def test_refusals_leave_nothing_behind(
    sim: Sim, method: str, path: str, text: str, message: str
) -> None:
    """Each has its message and leaves the ledger and the number of events as they were."""
    account = await sim.client().v1.accounts.create_async({"type": "express"})
    paid = await sim.paid()
    intent = await sim.client().v1.payment_intents.create_async({"amount": 100, "currency": "usd"})
    names = {"a": account.id, "c": paid.latest_charge, "i": intent.id, "p": sim.world.platform}
    before = (len(sim.world.store.events), sim.balance())
    status, answer, _ = await sim.call(method, path.format(**names), text.format(**names))
    assert 400 <= status < 500
    assert message in answer["error"]["message"]
    assert (len(sim.world.store.events), sim.balance()) == before


async def test_live_mode_wants_https(make_sim: MakeSim) -> None:
    """With livemode on, links and endpoints must be HTTPS and events say livemode."""
    sim = await make_sim(livemode=True)
    status, answer, _ = await sim.call(
        "POST", "/v1/webhook_endpoints", "url=http://a.test&enabled_events[0]=*"
    )
    assert (status, answer["error"]["code"]) == (400, "url_invalid")
    await sim.paid()
    assert next(sim.world.store.events.oldest()).render(sim.world)["livemode"] is True


async def test_timers_run_by_themselves_on_the_wall_clock() -> None:
    """With a wall clock what is due happens without a call; signatures carry real time."""
    async with AsyncExitStack() as stack:
        config = Config(settle="now", balance_transaction_seconds=0.05)
        sim = await start_sim(stack, config, Start(wall=True))
        await sim.paid()
        async with asyncio.timeout(10):
            while sim.events()[-1] != "charge.updated":
                await asyncio.sleep(0.01)
        real = sim.world.clock.signing_time()
        await sim.advance(DAY)
        assert sim.world.clock.signing_time() - real < 60
        assert sim.world.clock.now() - real >= DAY
        await sim.audit()


async def test_card_funds_move_between_objects_in_other_currencies(sim: Sim) -> None:
    """Each currency has its own balance; zero-decimal amounts are written as such."""
    await sim.paid(5_000, currency="jpy")
    assert sim.balance(currency="jpy") == (5_000 - 145 - 30, 0)
    charge = (await sim.paid(1_000, currency="jpy")).latest_charge
    error = await refused(
        sim.client().v1.refunds.create_async({"charge": charge, "amount": 1_001}),
        stripe.InvalidRequestError,
    )
    assert "Refund amount (¥1,001) is greater" in str(error)
    error = await refused(sim.paid(49, currency="eur"), stripe.InvalidRequestError)
    assert "€0.50 eur" in str(error)


async def test_a_clock_that_was_advanced_rings_in_time() -> None:
    """With the wall clock, an advance brings what is due nearer for the one who waits for it."""
    async with AsyncExitStack() as stack:
        config = Config(settle="now", balance_transaction_seconds=3_600)
        sim = await start_sim(stack, config, Start(wall=True))
        await sim.paid()
        await asyncio.sleep(0)
        await sim.advance(3_599.9)
        async with asyncio.timeout(10):
            while sim.events()[-1] != "charge.updated":
                await asyncio.sleep(0.01)


async def test_a_bug_in_a_timer_does_not_stop_the_clock(make_sim: MakeSim) -> None:
    """It is named in the ledger; the timers after it run, and calls are answered."""
    sim = await make_sim()
    sim.world.clock.at(sim.world.clock.now() + 1, "nonsense")
    await sim.paid()
    await sim.advance(5 * DAY)
    assert sim.balance() == (9_680, 0)
    assert (await sim.control("ledger", "GET"))["violations"] == ["nonsense: KeyError('nonsense')"]


async def test_a_refused_update_changes_nothing(sim: Sim) -> None:
    """Too much metadata is refused before anything else of the request is taken over."""
    client = sim.client()
    full = {f"k{number}": "v" for number in range(50)}
    intent = await client.v1.payment_intents.create_async(
        {"amount": 100, "currency": "usd", "metadata": full}
    )
    swapped = await client.v1.payment_intents.update_async(
        intent.id, {"metadata": {"k0": "", "new": "v"}}
    )
    del full["k0"]
    assert swapped.metadata.to_dict() == full | {"new": "v"}
    wrong: Any = {"amount": 999, "description": "changed", "metadata": {"one": "more"}}
    await refused(
        client.v1.payment_intents.update_async(intent.id, wrong), stripe.InvalidRequestError
    )
    after = await client.v1.payment_intents.retrieve_async(intent.id)
    assert (after.amount, after.description) == (100, None)


SHAPES = ("x", "", "-1", {"0": "x"}, {"x": {"y": {"z": "w"}}}, {"0": {"x": "y"}})


def fields(inside: Schema, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every name a request accepts, those inside hashes included."""
    for name, field in inside.fields.items():
        yield (*path, name)
        if field.inside is not None and field.kind == "hash":
            yield from fields(field.inside, (*path, name))


async def test_no_shape_of_a_parameter_breaks_a_call(sim: Sim) -> None:
    """Texts, hashes and lists where they do not belong: answered, never a bug; all stays shown."""
    artist = await sim.enabled_account()
    paid = await sim.paid(card="pm_card_createDispute")
    ids = {row.kind: next(row.oldest()).id for row in sim.world.store.tables() if len(row)}
    ids["account"] = artist
    needed: Any = {"amount": "1000", "currency": "usd", "type": "card", "account": artist}
    needed |= {"enabled_events": {"0": "*"}, "url": "http://127.0.0.1:9", "customer": paid.id}
    headers = {"Authorization": "Bearer sk_test_simulator"}
    for route in ROUTES:
        kind = route.path.split("/")[2].removesuffix("s")
        path = route.path.replace("{}", ids.get(kind, "x"))
        start = {name: needed[name] for name in route.accepts.required if name in needed}
        for names in fields(route.accepts):
            for shape in SHAPES:
                tree: Any = copy.deepcopy(start)
                node = tree
                for name in names[:-1]:
                    node = node.setdefault(name, {})
                node[names[-1]] = shape
                text = urlencode(form.flatten(tree))
                answer = await sim.simulator.api.answer(Incoming(route.method, path, text, headers))
                assert (route.path, text, answer.status < 500) == (route.path, text, True)
    for route in ROUTES:
        if route.method == "GET" and "{}" not in route.path:
            assert (await sim.call("GET", route.path, "limit=100"))[0] in {200, 400}


async def test_a_bug_is_answered_and_remembered(make_sim: MakeSim) -> None:
    """If an invariant breaks the call answers 500 and the ledger names it."""
    sim = await make_sim(settle="now")
    await sim.paid()
    sim.world.ledger.available[sim.world.platform, "usd"] += 1
    status, _, _ = await sim.call("POST", "/v1/topups", "amount=5&currency=usd")
    assert status == 500
    book = await sim.control("ledger", "GET")
    assert book["ok"] is False
    assert any("not the sum" in text for text in book["violations"])


async def test_the_quick_start_and_the_recipe_run(sim: Sim, tmp_path: Path) -> None:
    """The README's two pieces of Python, as they stand but for the address."""
    page = README.read_text(encoding="utf-8")
    quick, recipe = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "test_recipe.py").write_text(recipe, encoding="utf-8")
    options = ("-q", "-n0", "-c", "/dev/null", "-o", "asyncio_mode=auto", "--rootdir", tmp_path)
    for arguments, expected in (
        (("-c", quick.replace("http://127.0.0.1:12111", sim.url)), b" succeeded"),
        (("-m", "pytest", *options, tmp_path), b"1 passed"),
    ):
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, cwd=README.parents[1]
        )
        out, _ = await process.communicate()
        assert (process.returncode, expected in out) == (0, True), out


def test_the_readme_names_every_fault_and_setting() -> None:
    """Nothing that can be ordered is missing from the README, and every endpoint is served."""
    text = README.read_text(encoding="utf-8")
    camel = {re.sub("_([a-z])", lambda m: m[1].upper(), name) for name in SETTINGS}
    missing = [name for name in NAMES | WEBHOOK_NAMES | camel if f"`{name}" not in text]
    assert missing == []
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


async def test_concurrent_calls_keep_their_own_events(sim: Sim, make_hook: Any) -> None:
    """Twenty payments at once: twenty of each event, each with its own request."""
    hook = await make_hook()
    await sim.control("webhook_endpoints", url=hook.url, secret=hook.secret)
    await asyncio.gather(*(sim.paid() for _ in range(20)))
    await sim.control("drain")
    assert hook.types().count("payment_intent.succeeded") == 20
    events = [event.render(sim.world) for event in sim.world.store.events.oldest()]
    assert len({event["request"]["id"] for event in events}) == 20
    assert not any(event.undelivered for event in sim.world.store.events.oldest())
