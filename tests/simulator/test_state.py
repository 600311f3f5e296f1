"""Time, reset, snapshot, state file, settings, and the command itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sqlite3
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import stripe

from stripe_simulator.clock import Clock, midnight_after_business_days
from stripe_simulator.config import Config
from stripe_simulator.errors import InvariantError
from stripe_simulator.http import codec
from stripe_simulator.ledger import BANK, CLEARING, Entry
from stripe_simulator.simulator import Start
from stripe_simulator.state_file import StateFile
from stripe_simulator.world import World

from .conftest import MakeSim, Sim, start_sim, until
from .test_connect import transfer
from .test_idempotency import PAY, post

DAY = 86_400


async def busy(sim: Sim) -> str:
    """Let a bit of everything happen; return the connected account."""
    artist = await sim.enabled_account()
    paid = await sim.paid()
    await transfer(sim, artist, 9_000, source_transaction=paid.latest_charge)
    await sim.paid(card="pm_card_createDispute")
    await sim.paid(capture_method="manual")
    await sim.client().v1.refunds.create_async({"payment_intent": paid.id, "amount": 9_900})
    await post(sim, "kept")
    return artist


async def test_business_days_skip_the_weekend() -> None:
    """Two business days after Thursday is Monday, after Saturday it is Tuesday."""
    thursday = 1_793_610_000 + 3 * DAY
    assert midnight_after_business_days(thursday, 2) == (thursday // DAY + 4) * DAY
    saturday = thursday + 2 * DAY
    assert midnight_after_business_days(saturday, 2) == (saturday // DAY + 3) * DAY


async def test_a_snapshot_restores_everything(slow_sim: Sim) -> None:
    """Objects, money, keys, timers, journal: as if nothing had happened since."""
    sim = slow_sim
    artist = await busy(sim)
    saved = await sim.control("snapshot", "GET")
    before = await sim.audit()
    await sim.paid()
    await sim.advance(10 * DAY)
    await sim.control("restore", **saved)
    assert await sim.audit() == before
    again = await sim.control("snapshot", "GET")
    assert again == saved
    assert (await post(sim, "kept"))[2]["Idempotent-Replayed"] == "true"
    await sim.advance(8 * DAY)
    assert sim.balance(artist) == (9_000, 0)
    assert "charge.expired" in sim.events()
    status, _ = await sim.try_control("restore", nonsense=1)
    assert status == 400


async def test_a_snapshot_keeps_what_is_due_and_no_call_in_flight(sim: Sim, make_hook: Any) -> None:
    """Held deliveries go out after a restore; a key whose call was running is free again."""
    hook = await make_hook()
    await sim.control("webhook_endpoints", url=hook.url, secret=hook.secret)
    await sim.control("webhooks", hold=True)
    await sim.paid()
    await sim.control("faults", fault="latency", seconds=0.2, times=1)
    slow = asyncio.create_task(post(sim, "k"))
    await until(lambda: any(key == "k" for _, key in sim.world.keys.saved))
    saved = await sim.control("snapshot", "GET")
    await slow
    await sim.control("restore", **saved)
    assert (await sim.control("drain"))["delivered"] == 4
    assert hook.types() == sim.events()
    assert (await post(sim, "k"))[0] == 200


async def test_a_restored_snapshot_is_in_the_state_file_too(tmp_path: Path) -> None:
    """After a restore the next process has its objects and its keys."""
    start = Start(seed=3, wall=False, state=str(tmp_path / "state.db"))
    async with AsyncExitStack() as stack:
        sim = await start_sim(stack, Config(), start)
        await post(sim, "kept")
        saved = await sim.control("snapshot", "GET")
        await sim.control("reset")
        await sim.control("restore", **saved)
    async with AsyncExitStack() as stack:
        sim = await start_sim(stack, Config(), start)
        assert (await post(sim, "kept"))[2].get("Idempotent-Replayed") == "true"
        assert len(sim.world.store.customers) == 1


async def test_the_order_of_creation_survives_removals_and_restarts(tmp_path: Path) -> None:
    """Lists are newest first however often the process was started in between."""
    start = Start(seed=3, wall=False, state=str(tmp_path / "state.db"))
    made: list[str] = []
    for number in range(4):
        async with AsyncExitStack() as stack:
            sim = await start_sim(stack, Config(), start)
            client = sim.client().v1.customers
            assert [row.id for row in (await client.list_async()).data] == made[::-1]
            made += [(await client.create_async({})).id for _ in range(3)]
            await client.delete_async(made.pop(number))


async def test_a_restored_journal_starts_where_it_was_emptied(tmp_path: Path) -> None:
    """Emptying the journal empties it in the state file too, and later calls are kept."""
    start = Start(seed=3, wall=False, state=str(tmp_path / "state.db"))
    async with AsyncExitStack() as stack:
        sim = await start_sim(stack, Config(), start)
        for number in range(5):
            await post(sim, f"k{number}")
        await sim.control("requests", "DELETE")
        await post(sim, "after")
    async with AsyncExitStack() as stack:
        sim = await start_sim(stack, Config(), start)
        assert [record.key for record in sim.world.journal.records] == ["after"]


async def test_reset_forgets_everything_but_endpoints_and_settings(sim: Sim) -> None:
    """Empty world, same seed gives the same ids; endpoints stay unless told otherwise."""
    await sim.control("webhook_endpoints", url="http://127.0.0.1:9/x", secret="whsec_x")
    first = (await sim.paid()).id
    await sim.control("faults", fault="unavailable")
    await sim.control("reset", seed=5)
    assert sim.events() == []
    assert len(sim.world.store.webhook_endpoints) == 1
    one = (await sim.paid()).id
    await sim.control("reset", seed=5, endpoints=False)
    two = (await sim.paid()).id
    assert one == two != first
    assert len(sim.world.store.webhook_endpoints) == 0


async def test_a_state_file_survives_the_process(tmp_path: Path) -> None:
    """Stopped without warning, the next process has the same world, money and keys."""
    start = Start(seed=3, wall=False, state=str(tmp_path / "state.db"))
    async with AsyncExitStack() as stack:
        sim = await start_sim(stack, Config(), start)
        artist = await busy(sim)
        saved = codec.dump(sim.world)
        copy = sqlite3.connect(tmp_path / "copy.db")
        with (
            contextlib.closing(copy),
            contextlib.closing(sqlite3.connect(tmp_path / "state.db")) as live,
        ):
            live.backup(copy)
    killed = Start(seed=99, wall=False, state=str(tmp_path / "copy.db"))
    async with AsyncExitStack() as stack:
        sim = await start_sim(stack, Config(), killed)
        assert codec.dump(sim.world) == saved
        await sim.audit()
        assert (await post(sim, "kept"))[2]["Idempotent-Replayed"] == "true"
        await sim.advance(8 * DAY)
        assert sim.balance(artist)[1] == 0
        fresh = await sim.client().v1.customers.create_async({})
        assert fresh.id
        await sim.audit()


async def test_settings_change_while_running(sim: Sim) -> None:
    """Fees, onboarding and the rest; unknown settings are refused."""
    await sim.control("config", feeBasisPoints=0, feeFixed=0, onboarding="auto")
    await sim.paid(1_000)
    assert sim.balance() == (1_000, 0)
    account = await sim.client().v1.accounts.create_async(
        {"type": "express", "capabilities": {"transfers": {"requested": True}}}
    )
    assert account.capabilities
    assert account.capabilities.transfers == "active"
    before = await sim.control("config", "GET")
    for wrong in (
        {"nonsense": 1},
        {"settle": "soon"},
        {"onboarding": True},
        {"feeFixed": "30"},
        {"feeFixed": -1},
        {"objectLocks": 1},
        {"webhookRetries": 5},
        {"webhookConcurrency": 0},
        {"feeFixed": 7, "settle": "soon"},
    ):
        status, answer = await sim.try_control("config", **wrong)
        assert (wrong, status, bool(answer["error"])) == (wrong, 400, True)
    assert await sim.control("config", "GET") == before


async def test_the_asynchronous_balance_transaction_can_be_late(sim: Sim) -> None:
    """With a delay charge.updated comes on the clock; transfers made before wait for it."""
    await sim.control("config", balanceTransactionSeconds=3_600)
    artist = await sim.enabled_account()
    paid = await sim.paid()
    await transfer(sim, artist, 9_000, source_transaction=paid.latest_charge)
    assert sim.balance(artist) == (0, 9_000)
    assert sim.events()[-1] != "charge.updated"
    await sim.advance(3_600)
    assert sim.events()[-1] == "charge.updated"
    assert sim.balance(artist) == (9_000, 0)
    assert sim.balance() == (680, 0)


async def test_money_that_never_settles_can_be_made_to(make_sim: MakeSim) -> None:
    """`never` keeps it pending for a year; one charge or everything can be settled by hand."""
    sim = await make_sim(settle="never")
    paid = await sim.paid()
    await sim.paid()
    await sim.advance(300 * DAY)
    assert sim.balance() == (0, 2 * 9_680)
    await sim.control(f"charges/{paid.latest_charge}", settle=True)
    assert sim.balance() == (9_680, 9_680)
    await sim.control("settle")
    assert sim.balance() == (2 * 9_680, 0)
    assert sim.events()[-1] == "balance.available"
    await sim.audit()


async def test_a_breach_of_the_ledger_is_found(sim: Sim) -> None:
    """Half a transfer, money out of nothing, a changed row: each is named."""
    world = sim.world
    world.ledger.post(Entry(world.platform, "transfer", -5, "usd", None, CLEARING))
    with pytest.raises(InvariantError, match="half a transfer"):
        world.ledger.check()
    world.ledger.post(Entry(world.platform, "transfer_refund", 5, "usd", None, CLEARING))
    row = world.ledger.post(Entry(world.platform, "topup", 7, "usd", None, BANK))
    world.ledger.check()
    row.amount = 8
    assert world.ledger.audit()
    row.amount = 7
    world.ledger.available[world.platform, "usd"] += 1
    world.ledger._changed.add((world.platform, "usd"))
    with pytest.raises(InvariantError, match="not the sum"):
        world.ledger.check()
    world.ledger.available[world.platform, "usd"] -= 1


async def test_the_sync_client_works_too(sim: Sim) -> None:
    """The package's synchronous client drives the same world."""
    client = stripe.StripeClient(
        "sk_test_simulator",
        base_addresses={"api": sim.url},
        http_client=stripe.RequestsClient(),
    )

    def story() -> str:
        person = client.v1.customers.create({"email": "fan@example.com"})
        intent = client.v1.payment_intents.create(
            {
                "amount": 1_000,
                "currency": "usd",
                "customer": person.id,
                "confirm": True,
                "payment_method": "pm_card_visa",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            }
        )
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 10})
        names = [event.type for event in client.v1.events.list().auto_paging_iter()]
        assert names[-1] == "customer.created"
        return intent.status

    assert await asyncio.to_thread(story) == "succeeded"


async def command(*options: str) -> asyncio.subprocess.Process:
    """Start the command as a process of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "stripe_simulator",
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_the_command_says_where_it_listens_and_stops_on_sigterm() -> None:
    """One line of JSON, answers calls, exit 0."""
    process = await command("--port", "0", "--balance", "usd=500", "--settle", "now")
    assert process.stdout
    ready: dict[str, Any] = json.loads(await process.stdout.readline())
    client = stripe.StripeClient(
        ready["secretKey"],
        base_addresses={"api": ready["stripe"]},
        http_client=stripe.AIOHTTPClient(),
    )
    balance = await client.v1.balance.retrieve_async()
    assert balance.available[0].amount == 500
    link = await client.v1.accounts.create_async({"type": "express"})
    assert link.id
    await client._requestor._get_http_client().close_async()  # type: ignore[no-untyped-call]
    process.send_signal(signal.SIGTERM)
    out, err = await process.communicate()
    assert (process.returncode, out, err) == (0, b"", b"")


async def test_wrong_options_are_2_and_a_taken_port_is_1(sim: Sim) -> None:
    """Usage errors and a busy port end with a message and their own code."""
    for wrong in (
        ("--balance", "gold=1"),
        ("--port", "65536"),
        ("--country", "XX"),
        ("--seed", "one"),
        ("--clock", "sun"),
        ("--nonsense",),
    ):
        process = await command(*wrong)
        _, err = await process.communicate()
        assert (wrong, process.returncode, b"Traceback" in err) == (wrong, 2, False)
    process = await command("--port", sim.url.rpartition(":")[2])
    _, err = await process.communicate()
    assert (process.returncode, err.startswith(b"stripe-simulator: ")) == (1, True)
    assert len(err.splitlines()) == 1


async def test_a_state_file_that_cannot_be_used_is_1(tmp_path: Path) -> None:
    """No folder, no database, another version's: one line, exit 1, the file left as it was."""
    other = tmp_path / "other.db"
    with contextlib.closing(StateFile(str(other))) as file:
        file.save(World(Config(), 1, Clock(wall=False)))
        file._db.execute("UPDATE settings SET value = json_set(value, '$.format', '0')")
    text = tmp_path / "text"
    text.write_text("not a database, but long enough to be looked at" * 10)
    for path in (tmp_path / "none" / "state.db", text, other):
        before = path.read_bytes() if path.exists() else None
        process = await command("--port", "0", "--state", str(path))
        _, err = await process.communicate()
        assert (process.returncode, err.startswith(b"stripe-simulator: ")) == (1, True)
        assert len(err.splitlines()) == 1
        assert (path.read_bytes() if path.exists() else None) == before


async def test_a_killed_command_goes_on_where_it_was(tmp_path: Path) -> None:
    """Killed right after an answer: the next process has the payment, its money and its key."""
    options = ("--port", "0", "--settle", "now", "--state", str(tmp_path / "state.db"))
    answers = []
    for _ in range(2):
        process = await command(*options)
        assert process.stdout
        url = json.loads(await process.stdout.readline())["stripe"]
        headers = {"Authorization": "Bearer sk_test_simulator", "Idempotency-Key": "k"}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        pay = PAY.format(card="pm_card_visa")
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{url}/v1/payment_intents", data=pay, headers=headers) as got,
        ):
            answers.append((await got.json(), got.headers.get("Idempotent-Replayed")))
            async with http.get(f"{url}/_sim/ledger") as book:
                ledger = await book.json()
        process.kill()
        await process.communicate()
        assert (ledger["ok"], len(ledger["accounts"])) == (True, 1)
    (first, fresh), (second, replayed) = answers
    assert (first, fresh, replayed) == (second, None, "true")
