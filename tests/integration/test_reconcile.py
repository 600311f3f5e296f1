"""Reconciliation: what does not agree is found, named, aged, and closes when it is gone."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from prometheus_client import generate_latest

from app.observability import metrics
from app.worker.reconcile.stripe_lists import UnreadableError
from tests.support.forked import run
from tests.support.reconciling import Auditor, auditor
from tests.support.service import (
    JWT_SECRET,
    OTHER_TENANT,
    PLATFORM_SECRET,
    STRIPE_KEY,
    TENANT,
    Service,
    token,
)
from tests.support.waiting import eventually


async def paid(service: Service, **changes: Any) -> Any:
    """A payment that was paid, paid out and told of completely."""
    payment = await service.payment(**changes)
    await service.pay(payment)
    path = f"/api/v1/payments/{payment['id']}"

    async def told() -> bool:
        done = [t["status"] for t in (await service.get(path))["transfers"]] == ["paid"]
        return done and quiet(service)

    await eventually(told)
    return await service.get(path)


def quiet(service: Service) -> bool:
    """Whether nothing is left to do."""
    rows = service.database.execute(
        "SELECT (SELECT count(*) FROM payments.stripe_operations WHERE outcome IS NULL)"
        " + (SELECT count(*) FROM payments.webhook_inbox WHERE state IN ('received', 'waiting'))"
    )
    return int(rows[0][0]) == 0


async def settled(service: Service) -> None:
    """Wait until both sides have nothing left to do."""

    async def still() -> bool:
        # What was under way at the first look can have been told of after the second.
        before = quiet(service)
        counts = await service.control("POST", "drain", {})
        told = any(counts[name] for name in ("delivered", "failed", "scheduled"))
        return before and not told and quiet(service)

    await eventually(still)


async def refund(service: Service, payment: Any, amount: int) -> Any:
    """A refund that is over."""
    body = {"paymentId": payment["id"], "amount": amount, "reason": "requested_by_customer"}
    reply = await service.ask("POST", "/api/v1/refunds", body)
    assert reply.status == 201, reply.body
    await settled(service)
    return reply.body


async def nothing_but_the_start(service: Service, audit: Auditor) -> None:
    """Explain the money that the test gave the platform from the start."""
    for kind, stripe_id in await audit.found():
        assert kind == "unowned"
        service.database.execute(
            "SELECT ops.unowned_object_resolve('platform', %s, 'the test''s own')", stripe_id
        )
    assert await audit.found() == set()


async def test_where_both_agree_nothing_is_open(service: Service) -> None:
    """Payment, refund, reversal, won and lost disputes, payout: every cent is explained."""
    account = await service.payee()
    await service.start_worker()
    first, second = await paid(service), await paid(service, orderId="order-2")
    await refund(service, first, 4_000)
    charge = (await service.stripe_get(f"payment_intents/{second['stripePaymentIntentId']}"))[
        "latest_charge"
    ]
    dispute = await service.control("POST", f"charges/{charge}/dispute", {})
    await settled(service)
    await service.control("POST", f"disputes/{dispute['id']}", {"outcome": "won"})
    await settled(service)
    payout = {"payout": {"usd": 1_000}}
    await service.control("POST", f"accounts/{account['stripeAccountId']}", payout)
    await settled(service)
    async with auditor(service) as audit:
        await nothing_but_the_start(service, audit)
        (tenant,) = [t for t in (await audit.report())["tenants"] if t["tenantId"] == TENANT]
    by_account = {row["account"]: row for row in tenant["totals"]}
    assert set(by_account) == {"platform", account["stripeAccountId"]}
    assert all(row["atStripe"] == row["ours"] for row in tenant["totals"])
    assert service.violations() == []


# ── every class of discrepancy ────────────────────────────────────────────────────────────────


@asynccontextmanager
async def agreed(service: Service) -> AsyncIterator[tuple[Auditor, Any, Any]]:
    """A payment of which both sides say the same, and its payee; the worker is gone."""
    account = await service.payee()
    worker = await service.start_worker()
    payment = await paid(service)
    payout = {"payout": {"usd": 1_000}}
    await service.control("POST", f"accounts/{account['stripeAccountId']}", payout)
    await settled(service)
    await worker.stop()
    async with auditor(service) as audit:
        await nothing_but_the_start(service, audit)
        yield audit, payment, account


FALSIFIED = {
    "amount_differs": ("payouts", "UPDATE payments.payouts SET amount = 999"),
    "currency_differs": ("payouts", "UPDATE payments.payouts SET currency = 'eur'"),
    "state_differs": ("payouts", "UPDATE payments.payouts SET status = 'in_transit'"),
    "missing_here": ("payouts", "DELETE FROM payments.payouts"),
    "destination_differs": (
        "stripe_transfers",
        "UPDATE payments.stripe_transfers SET stripe_account_id = 'acct_other'",
    ),
    "reversed_differs": (
        "stripe_transfers",
        "UPDATE payments.stripe_transfers SET amount_reversed = 1",
    ),
    "captured_differs": (
        "payment_transactions",
        "UPDATE payments.payment_transactions SET amount_captured = 9999",
    ),
    "missing_at_provider": (
        "stripe_operations",
        "UPDATE payments.stripe_operations SET provider_id = 'tr_gone' WHERE kind = 'transfer'",
    ),
    "unexplained_balance_transaction": (
        "ledger_postings",
        "UPDATE payments.ledger_postings SET amount = amount + 7 WHERE cause_type = 'transfer'",
    ),
}
"""How a table of ours can be wrong, by what must be found."""


async def test_every_way_our_books_can_be_wrong_is_found_named_and_closed(
    service: Service,
) -> None:
    """Each falsified row is found under its name, and closes when it is right again."""
    async with agreed(service) as (audit, _payment, _account):
        for name in FALSIFIED:
            with falsified(service, name):
                assert name in {found for found, _ in await audit.found()}, name
            assert await audit.found() == set(), name
    rows = service.database.execute("SELECT DISTINCT class, state FROM payments.discrepancies")
    assert {(name, "closed") for name in FALSIFIED} <= set(rows)


@contextmanager
def falsified(service: Service, name: str) -> Iterator[None]:
    """A table made wrong for a while, as only a superuser past every trigger can."""
    table, statement = FALSIFIED[name]
    past_triggers = "BEGIN; SET LOCAL session_replication_role = replica;"
    keep = f"CREATE TABLE public.kept AS TABLE payments.{table};"
    put_back = f"DELETE FROM payments.{table}; INSERT INTO payments.{table} TABLE public.kept;"
    service.database.execute(f"{past_triggers} {keep} {statement}; COMMIT")
    yield
    service.database.execute(f"{past_triggers} {put_back} DROP TABLE public.kept; COMMIT")


async def test_money_moved_without_us_is_found_and_explained_by_a_person(service: Service) -> None:
    """A payee's balance is changed by hand: open with its age, until somebody says why."""
    async with agreed(service) as (audit, _payment, account):
        await service.control(
            "POST", f"accounts/{account['stripeAccountId']}", {"balance": {"usd": 7_777}}
        )
        ((name, stripe_id),) = await audit.found()
        assert name == "unexplained_balance_transaction"
        service.database.execute(
            "UPDATE payments.discrepancies SET opened_at = opened_at - interval '2 days'"
        )
        (tenant,) = [t for t in (await audit.report())["tenants"] if t["discrepancies"]]
        (item,) = tenant["discrepancies"]
        assert (item["stripeId"], item["currency"]) == (stripe_id, "usd")
        assert item["ageSeconds"] >= 2 * 86_400
        assert item["unexplained"] != 0
        service.database.execute(
            "SELECT ops.discrepancy_resolve(%s, %s, 'goodwill')", TENANT, item["id"]
        )
        assert await audit.found() == set()


async def test_a_second_object_of_one_operation_is_a_duplicate(service: Service) -> None:
    """M07: the same transfer made twice at Stripe is found, and so is the money it moved."""
    async with agreed(service) as (audit, payment, account):
        (transfer,) = payment["transfers"]
        made = await service.stripe_get(f"transfers/{transfer['stripeTransferId']}")
        again = await service.stripe(
            "transfers",
            amount="1",
            currency="usd",
            destination=account["stripeAccountId"],
            **{f"metadata[{name}]": value for name, value in made["metadata"].items()},
        )
        found = await audit.found()
    assert ("duplicate_at_provider", again["id"]) in found
    assert {name for name, _ in found} == {
        "duplicate_at_provider",
        "unexplained_balance_transaction",
    }


async def test_what_belongs_to_nobody_is_found_whatever_its_metadata_say(service: Service) -> None:
    """An intent that names our tenant and no operation of ours is nobody's; so is one of two."""
    async with agreed(service) as (audit, payment, _account):
        stranger = await service.stripe(
            "payment_intents",
            amount="1000",
            currency="usd",
            **{"metadata[tenant_id]": TENANT, "metadata[payment_id]": payment["id"]},
        )
        body = {
            "recipientType": "venue",
            "recipientId": "theirs",
            "email": "t@example.org",
            "country": "US",
        }
        theirs = await service.ask(
            "POST",
            "/api/v1/connected-accounts",
            body,
            headers={"Authorization": f"Bearer {token(OTHER_TENANT)}"},
        )
        intent = await service.stripe_get(f"payment_intents/{payment['stripePaymentIntentId']}")
        crossed = await service.stripe(
            "transfers",
            amount="5",
            currency="usd",
            destination=theirs.body["stripeAccountId"],
            source_transaction=intent["latest_charge"],
        )
        found = await audit.found()
    assert {("unowned", stranger["id"]), ("two_tenants", crossed["id"])} <= found
    rows = service.database.execute("SELECT provider_id FROM ops.unowned_objects()")
    assert (stranger["id"],) in rows


# ── what mends itself ─────────────────────────────────────────────────────────────────────────


async def test_a_refund_of_the_dashboard_whose_webhook_got_lost(service: Service) -> None:
    """F34: found as missing and unexplained; fetched, applied, reversed; closed by the next run."""
    async with agreed(service) as (audit, payment, _account):
        await service.control("POST", "webhooks", {"dropForever": True})
        made = await service.stripe(
            "refunds", payment_intent=payment["stripePaymentIntentId"], amount="2000"
        )
        assert ("missing_here", made["id"]) in await audit.found()
        await audit.fetch_missed()
        await service.start_worker()
        await eventually(lambda: refunded(service, payment, 2_000))
        await settled(service)
        await audit.fetch_missed()
        await settled(service)
        assert await audit.found() == set()
    assert service.violations() == []


async def refunded(service: Service, payment: Any, amount: int) -> bool:
    """Whether so much of a payment was refunded."""
    found = await service.get(f"/api/v1/payments/{payment['id']}")
    return bool(found["amountRefunded"] == amount)


async def test_an_orphan_of_ours_is_adopted_and_not_paid_again(service: Service) -> None:
    """M10, F45: Stripe has the transfer, our row says it was never sent: it is looked up first."""
    await service.payee()
    payment = await service.payment()
    await service.pay(payment)
    async with auditor(service) as audit:
        worker = await service.start_worker(WORKER_CONCURRENCY="1", STRIPE_RATE="1000")
        await eventually(lambda: refunded(service, payment, 0))
        await settled(service)
        await worker.stop()
        service.database.execute(FORGET_THE_TRANSFER)
        assert "missing_here" in {name for name, _ in await audit.found()}
        await service.start_worker()
        await settled(service)
        assert {name for name, _ in await audit.found()} == {"unowned"}
    assert len(await service.transfers_at_stripe()) == 1
    assert service.violations() == []


FORGET_THE_TRANSFER = """
    BEGIN;
    SET LOCAL session_replication_role = replica;
    DELETE FROM payments.ledger_postings WHERE cause_type = 'transfer';
    DELETE FROM payments.provider_objects WHERE object_type = 'transfer';
    UPDATE payments.stripe_transfers
       SET status = 'pending', stripe_transfer_id = NULL, paid_at = NULL;
    UPDATE payments.stripe_operations
       SET state = 'ready', outcome = NULL, finished_at = NULL, provider_id = NULL,
           first_sent_at = NULL, first_sent_epoch = NULL, last_sent_at = NULL,
           next_run_at = payments.clock() + interval '1 hour'
     WHERE kind = 'transfer';
    COMMIT
"""
"""As a backup from before the transfer was sent would have it."""


async def test_a_payment_that_stripe_knows_better_is_read_again(service: Service) -> None:
    """A state that differs has the object read from Stripe: the worker mends it."""
    await service.payee()
    payment = await service.payment()
    await service.control("POST", "webhooks", {"dropForever": True})
    await service.pay(payment)
    async with auditor(service) as audit:
        assert ("state_differs", payment["stripePaymentIntentId"]) in await audit.found()
        await service.start_worker()
        await service.until(f"/api/v1/payments/{payment['id']}", status="succeeded")


# ── many, at once, and cut short ──────────────────────────────────────────────────────────────


async def test_more_than_a_page_is_compared_to_its_end(service: Service) -> None:
    """105 intents that nobody knows: 105 found."""
    made = set()
    for number in range(105):
        fields = {"metadata[number]": str(number)}
        intent = await service.stripe("payment_intents", amount="1000", currency="usd", **fields)
        made.add(("unowned", intent["id"]))
    async with auditor(service) as audit:
        assert made <= await audit.found()


async def test_two_comparisons_at_once_note_each_thing_once(service: Service) -> None:
    """A person compares while a worker does: neither disturbs the other."""
    async with agreed(service) as (audit, _payment, _account), auditor(service) as other:
        with falsified(service, "amount_differs"):
            first, second = await asyncio.gather(audit.found(), other.found())
            assert first == second
        await asyncio.gather(audit.found(), other.found())
        assert await audit.found() == set()
    rows = service.database.execute("SELECT count(*) FROM payments.reconciliation_sightings")
    assert rows == [(0,)]


async def test_a_comparison_that_is_cut_short_clears_nothing(service: Service) -> None:
    """Stripe stops in the middle: what is open stays open, what was found stays noted."""
    async with agreed(service) as (audit, _payment, _account):
        with falsified(service, "amount_differs"):
            found = await audit.found()
        await service.control(
            "POST", "faults", {"fault": "unauthorized", "match": {"path": "/v1/disputes"}}
        )
        with pytest.raises(UnreadableError):
            await audit.report()
        await service.control("DELETE", "faults")
    rows = service.database.execute(
        "SELECT class, provider_id FROM payments.discrepancies WHERE state = 'open'"
    )
    assert set(rows) == found
    states = service.database.execute(
        "SELECT state FROM payments.reconciliation_runs ORDER BY started_at DESC LIMIT 1"
    )
    assert states == [("failed",)]
    async with auditor(service) as again:
        assert await again.found() == set()


async def test_the_worker_compares_on_its_own_and_shows_what_it_found(service: Service) -> None:
    """On a schedule; open items and unexplained money are metrics, and zero again afterwards."""
    async with agreed(service):
        with falsified(service, "unexplained_balance_transaction"):
            await service.start_worker(RECONCILE_SECONDS="0.1", RECONCILE_GRACE_SECONDS="0")
            text = 'unexplained_minor_units{currency="usd"} 7.0'
            await eventually(lambda: shown(text))
        await eventually(lambda: shown('unexplained_minor_units{currency="usd"} 0.0'))


async def shown(text: str) -> bool:
    """Whether the metrics of this process say so."""
    return text in generate_latest(metrics.registry).decode()


# ── after a restore, and by hand ──────────────────────────────────────────────────────────────


async def test_after_a_restore_nothing_is_sent_before_both_agree(service: Service) -> None:
    """F46: a transfer due at once that Stripe has already is adopted; then work goes on."""
    await service.payee()
    worker = await service.start_worker()
    await paid(service)
    await worker.stop()
    service.database.execute(FORGET_THE_TRANSFER.replace("1 hour", "0 hours"))
    later = await service.payment(orderId="order-2")
    await service.pay(later)
    await service.start_worker(RECONCILE_FIRST="true", RECONCILE_SECONDS="0.2")
    await eventually(lambda: compared(service))
    assert len(await service.transfers_at_stripe()) == 1
    for (stripe_id,) in service.database.execute("SELECT provider_id FROM ops.unowned_objects()"):
        service.database.execute(
            "SELECT ops.unowned_object_resolve('platform', %s, 'the test''s own')", stripe_id
        )
    path = f"/api/v1/payments/{later['id']}"

    async def paid_out() -> bool:
        return [t["status"] for t in (await service.get(path))["transfers"]] == ["paid"]

    await eventually(paid_out)
    assert len(await service.transfers_at_stripe()) == 2
    assert service.violations() == []


async def compared(service: Service) -> bool:
    """Whether all but what a person must explain has been cleared up, and compared again."""
    rows = service.database.execute(
        "SELECT (SELECT count(*) FROM payments.reconciliation_runs"
        "         WHERE origin = 'restore' AND state = 'finished'),"
        "       (SELECT count(*) FROM payments.discrepancies WHERE state = 'open')"
    )
    ((runs, found),) = rows
    return bool(runs > 1 and found == 0)


async def test_a_person_and_a_program_get_their_report(service: Service) -> None:
    """JSON alone on stdout, or words; exit 1 while something is open."""
    environ = {
        "APP_ENV": "test",
        "DATABASE_URL": service.settings.database_url.get_secret_value(),
        "STRIPE_API_BASE": service.stripe_url,
        "STRIPE_SECRET_KEY": STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRET": PLATFORM_SECRET,
        "REDIS_URL": "redis://localhost",
        "JWT_SECRET": JWT_SECRET,
        "RECONCILE_GRACE_SECONDS": "0",
    }

    async def asked(*options: str) -> tuple[int, str]:
        done = await asyncio.to_thread(run, "reconcile", *options, environ=environ)
        return done.returncode, done.stdout

    stranger = await service.stripe("payment_intents", amount="1000", currency="usd")
    await eventually(lambda: older(service, stranger))
    code, text = await asked("--since", "all", "--format", "json")
    report = json.loads(text)
    assert (code, report["unexplained"]) == (1, {})
    assert stranger["id"] in {item["stripeId"] for item in report["unowned"]}
    assert report["open"] == len(report["unowned"])
    for (stripe_id,) in service.database.execute("SELECT provider_id FROM ops.unowned_objects()"):
        service.database.execute(
            "SELECT ops.unowned_object_resolve('platform', %s, 'ours')", stripe_id
        )
    code, text = await asked("--since", "1d")
    assert (code, "0 open, unexplained minor units: 0" in text) == (0, True)


async def older(service: Service, made: Any) -> bool:
    """Whether the database's clock has left the second in which Stripe made this."""
    rows = service.database.execute(
        "SELECT extract(epoch FROM payments.clock()) > %s", made["created"]
    )
    return bool(rows[0][0])
