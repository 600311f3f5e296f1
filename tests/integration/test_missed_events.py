"""Missed events: webhooks that never came are found in Stripe's list of events and applied."""

from typing import Any

import pytest

from app.commands import reconcile as command
from app.worker.periodic.schedule import ScheduledTask, do_if_due
from app.worker.reconcile.stripe_lists import UnreadableError
from tests.support.reconciling import auditor
from tests.support.service import Service
from tests.support.waiting import eventually


async def lose_everything(service: Service) -> None:
    """From here on no webhook arrives."""
    await service.control("POST", "webhooks", {"dropForever": True})


def stored(service: Service, source: str) -> int:
    """How many events of an endpoint are in the inbox."""
    rows = service.database.execute(
        "SELECT count(*) FROM payments.webhook_inbox WHERE source = %s", source
    )
    return int(rows[0][0])


async def test_a_lost_payment_is_found_settled_and_paid_out(service: Service) -> None:
    """F34: every webhook is lost; they are fetched from the list, and the worker does the rest."""
    await service.payee()
    await lose_everything(service)
    payment = await service.payment()
    await service.pay(payment)
    assert stored(service, "platform") == 0
    await service.start_worker(SWEEP_SECONDS="0.05")
    path = f"/api/v1/payments/{payment['id']}"
    await service.until(path, status="succeeded", amountCaptured=10_000)

    async def paid() -> bool:
        return [t["status"] for t in (await service.get(path))["transfers"]] == ["paid"]

    await eventually(paid)
    assert service.violations() == []


async def test_a_comparison_by_hand_fetches_what_was_missed(service: Service) -> None:
    """F34: without a worker the events wait in the inbox; one that starts then settles it."""
    await service.payee()
    await lose_everything(service)
    payment = await service.payment()
    await service.pay(payment)
    await command.run(service.settings, None, as_json=True)
    assert stored(service, "platform") > 0
    await service.start_worker()
    await service.until(f"/api/v1/payments/{payment['id']}", status="succeeded")


async def test_events_of_payees_are_fetched_too(service: Service) -> None:
    """A connected account's news come from its own list, into the Connect inbox."""
    await lose_everything(service)
    account = await service.payee()
    inactive = {"capabilities": {"transfers": "inactive"}}
    await service.control("POST", f"accounts/{account['stripeAccountId']}", inactive)
    async with auditor(service) as fetcher:
        await fetcher.fetch_missed()
    assert stored(service, "connect") > 0
    await service.start_worker()
    await service.until(f"/api/v1/connected-accounts/{account['id']}", transfersEnabled=False)


async def test_more_events_than_a_page_holds_each_once(service: Service) -> None:
    """Lists are turned to their end; a second run stores nothing twice."""
    await lose_everything(service)
    for number in range(60):
        await service.stripe(
            "payment_intents",
            amount="1000",
            currency="usd",
            payment_method="pm_card_visa",
            confirm="true",
            return_url="https://shop.example/return",
            **{"metadata[number]": str(number)},
        )
    async with auditor(service) as fetcher:
        await fetcher.fetch_missed()
        found = stored(service, "platform")
        assert found >= 180  # three of each payment
        await fetcher.fetch_missed()
    assert stored(service, "platform") == found


async def test_what_could_not_be_delivered_is_found_without_reading_the_rest(
    service: Service,
) -> None:
    """One page, however much was delivered since the last run."""
    async with auditor(service) as fetcher:
        await fetcher.fetch_missed()
        for number in range(120):
            await service.stripe("customers", name=f"Fan {number}")
        await service.control("POST", "drain")
        await lose_everything(service)
        await service.stripe("customers", name="Fan nobody heard of")
        before, known = len(await _pages(service)), stored(service, "platform")
        await fetcher.fetch_undelivered()
    assert len(await _pages(service)) == before + 1
    assert stored(service, "platform") == known + 1 > 120


async def test_a_lost_payment_does_not_wait_for_the_whole_list(service: Service) -> None:
    """F34: the list is long or not due for long: what was not delivered is asked for beside it."""
    await service.payee()
    await lose_everything(service)
    payment = await service.payment()
    await service.pay(payment)
    await service.start_worker(SWEEP_SECONDS="3600")

    async def looked_for_at_once() -> bool:
        return bool(
            service.database.execute(
                "UPDATE payments.scheduled_tasks SET due_at = now()"
                " WHERE name = 'undelivered' RETURNING name"
            )
        )

    await eventually(looked_for_at_once)
    await service.until(f"/api/v1/payments/{payment['id']}", status="succeeded")


async def test_an_account_that_left_us_holds_up_nobody(service: Service) -> None:
    """Stripe refuses one account's list: the others are read, our key is not blamed."""
    await lose_everything(service)
    stays, gone = await service.payee("venue-1"), await service.payee("venue-2")
    for account in (stays, gone):
        inactive = {"capabilities": {"transfers": "inactive"}}
        await service.control("POST", f"accounts/{account['stripeAccountId']}", inactive)
    await service.control(
        "POST",
        "faults",
        {"fault": "unauthorized", "match": {"account": gone["stripeAccountId"]}},
    )
    async with auditor(service) as fetcher:
        await fetcher.fetch_missed()
        assert stored(service, "connect") > 0
        assert await fetcher.gateway.page("events", {"limit": 1})


async def test_a_run_that_stripe_stops_leaves_its_place(service: Service) -> None:
    """Half a list is not taken for the whole: the next run starts where the last one ended."""
    await lose_everything(service)
    await service.stripe("payment_intents", amount="1000", currency="usd")
    async with auditor(service) as fetcher:
        await service.control(
            "POST", "faults", {"fault": "unauthorized", "match": {"path": "/v1/events"}}
        )
        with pytest.raises(UnreadableError):
            await fetcher.fetch_missed()
        assert service.database.execute("SELECT * FROM payments.missed_event_cursors") == []
        await service.control("DELETE", "faults")
        async with auditor(service) as fresh:
            await fresh.fetch_missed()
    assert stored(service, "platform") > 0


async def test_a_run_goes_on_behind_the_last_page_it_stored(service: Service) -> None:
    """Broken off in the middle, again and again, a long list is read once, not for ever."""
    async with auditor(service) as fetcher:
        await fetcher.fetch_missed()
    await lose_everything(service)
    for number in range(250):
        await service.stripe("customers", name=f"Fan {number}")
    rule = {"match": {"path": "/v1/events", "nth": 2}, "fault": "unauthorized"}
    await service.control("POST", "faults", rule)
    before = len(await _pages(service))
    async with auditor(service) as killed:
        with pytest.raises(UnreadableError):
            await killed.fetch_missed()
    async with auditor(service) as other:
        await other.fetch_missed()
    first, refused, again, last = (await _pages(service))[before:]
    assert first is None
    assert refused == again != last
    assert stored(service, "platform") >= 250


async def _pages(service: Service) -> list[str | None]:
    """Behind which event each list of the platform's began."""
    listed = await service.control("GET", "requests?method=GET&path=/v1/events")
    return [request["params"].get("starting_after") for request in listed["requests"]]


async def test_two_workers_share_one_turn(service: Service) -> None:
    """A task is done by one of those who look when it is due, and again after its time."""
    done: list[Any] = []

    async def work() -> None:
        done.append(True)

    task = ScheduledTask("tea", 0.001, work)
    async with auditor(service) as one, auditor(service) as other:
        await do_if_due(one.database, task)
        assert await do_if_due(one.database, task)
        later = ScheduledTask("tea", 3600.0, work)
        assert await do_if_due(other.database, later)
        assert not await do_if_due(one.database, later)
    assert len(done) == 2


async def test_a_list_that_fails_for_a_moment_is_read_again(service: Service) -> None:
    """Outages and limits of Stripe's cost a run time, not its place."""
    await lose_everything(service)
    await service.stripe("payment_intents", amount="1000", currency="usd")
    for fault in ("unavailable", "rate_limit", "lost_after"):
        rule = {"fault": fault, "times": 1, "match": {"path": "/v1/events"}}
        await service.control("POST", "faults", rule)
    async with auditor(service) as fetcher:
        await fetcher.fetch_missed()
    assert stored(service, "platform") > 0


async def test_what_stays_unsettled_is_read_without_any_event(service: Service) -> None:
    """F34: no webhook and no list: the payment is polled at an age, and settled."""
    await service.payee()
    await lose_everything(service)
    payment = await service.payment()
    await service.pay(payment)
    await service.start_worker(SWEEP_SECONDS="0", POLL_SECONDS="3", POLL_PATIENCE_SECONDS="0.5")
    await service.until(f"/api/v1/payments/{payment['id']}", status="succeeded")
