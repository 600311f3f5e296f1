"""`payment-service refund-batch`: a canceled event on the command line."""

import asyncio
import io
import subprocess
from uuid import UUID

import pytest
from rich.console import Console

from app.commands.refund_batch import State, show_bar
from tests.support import forked
from tests.support.service import TENANT, Service

ABSENT = "99999999-9999-4999-8999-999999999999"


def started_at(batch: str) -> str:
    """Where the API shows a batch."""
    return f"/api/v1/refund-batches/{batch}"


async def run(service: Service, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as the database's owner."""
    environ = {"DATABASE_URL": service.database.superuser_url}
    return await asyncio.to_thread(forked.run, "refund-batch", *words, environ=environ)


async def test_an_event_is_canceled_stopped_resumed_and_watched(service: Service) -> None:
    """Plain lines where there is no terminal; the same event again is the same batch."""
    await service.payee()
    worker = await service.start_worker()
    for number in range(2):
        await service.paid(orderId=f"order-{number}", eventId="gig")
    await worker.stop()
    ask = ("start", TENANT, "gig", "--reason", "storm", "--no-watch")
    started = await run(service, *ask)
    batch = started.stdout.strip()
    assert started.returncode == 0, started.stderr
    assert str(UUID(batch)) == batch
    assert (await run(service, *ask)).stdout.strip() == batch
    stopped = await run(service, "stop", TENANT, batch)
    assert stopped.stdout == "gig stopped: 0 of 2 refunded, 2 pending, 0 failed, 0 minor units\n"
    again = await run(service, "stop", TENANT, batch)
    assert (again.returncode, again.stdout) == (1, "")
    assert "no such running batch" in again.stderr
    await service.start_worker()
    watched = await run(service, "resume", TENANT, batch)
    assert watched.returncode == 0, watched.stderr
    last = watched.stdout.splitlines()[-1]
    assert last == "gig finished: 2 of 2 refunded, 0 pending, 0 failed, 20000 minor units"
    listed = await run(service, "list", TENANT)
    assert listed.stdout.split()[:3] == [batch, "finished", "2"]
    assert service.violations() == []


async def test_what_failed_is_shown_and_tried_again(service: Service) -> None:
    """A refund that fails later: exit 1 and its reason; resume refunds the payment anew."""
    await service.payee()
    await service.start_worker()
    payment = await service.paid(eventId="gig")
    started = await run(service, "start", TENANT, "gig", "--reason", "storm")
    batch = started.stdout.splitlines()[0]
    assert started.returncode == 0, started.stderr
    ((refund,),) = service.database.execute("SELECT stripe_refund_id FROM payments.payment_refunds")
    await service.control("POST", f"refunds/{refund}", {"status": "failed"})
    await service.control("POST", "drain", {})
    await service.until(started_at(batch), failed=1)
    watched = await run(service, "watch", TENANT, batch)
    assert watched.returncode == 1
    assert f"failed  {payment['id']}  " in watched.stderr
    assert "(attempts: 1)" in watched.stderr
    resumed = await run(service, "resume", TENANT, batch)
    assert resumed.returncode == 0, resumed.stdout
    assert "1 of 1 refunded" in resumed.stdout
    assert service.violations() == []


@pytest.mark.parametrize("command", ["watch", "stop", "resume"])
async def test_a_batch_that_is_not_there(service: Service, command: str) -> None:
    """Exit 1 and a sentence."""
    asked = await run(service, command, TENANT, ABSENT)
    assert asked.returncode == 1
    assert "no such" in asked.stderr


def test_a_stopped_batch_is_not_waited_for() -> None:
    """A watch ends when nothing changes by itself any more."""
    assert State("stopped", 2, 0, 0, 2, 0, "gig").over
    assert State("finished", 2, 1, 1, 0, 0, "gig").over
    assert not State("running", 2, 1, 0, 1, 0, "gig").over
    assert not State("running", 2, 2, 0, 0, 0, "gig").over


def test_on_a_terminal_it_is_a_bar() -> None:
    """It counts what is done of all, and what failed; the last state is handed back."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    states = [State("running", 3, n, 1, 2 - n, 0, "gig") for n in range(3)]
    assert show_bar(iter(states), console) == states[-1]
    shown = screen.getvalue()
    assert "gig" in shown
    assert "3/3" in shown
    assert "1 failed" in shown


async def test_a_payment_that_breaks_its_refund_holds_up_nobody(service: Service) -> None:
    """An error that no refund should meet: the item is put off and says why; the others go on."""
    await service.payee()
    await service.start_worker()
    payments = [await service.paid(orderId=f"order-{n}", eventId="gig") for n in range(3)]
    service.database.execute(BREAK.format(payment=payments[0]["id"]))
    started = await run(service, "start", TENANT, "gig", "--reason", "storm", "--no-watch")
    batch = started.stdout.strip()
    await service.until(started_at(batch), succeeded=2, pending=1, status="running")
    query = "SELECT state, error FROM payments.refund_batch_items WHERE error IS NOT NULL"
    assert service.database.execute(query) == [("pending", "P0001 broken")]


BREAK = """
    CREATE FUNCTION public.broken() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
    CREATE TRIGGER broken BEFORE INSERT ON payments.payment_refunds
        FOR EACH ROW WHEN (NEW.payment_id = '{payment}') EXECUTE FUNCTION public.broken()
"""


async def test_an_authorised_payment_of_a_canceled_event_is_canceled(service: Service) -> None:
    """Its buyer's money is free again; the batch is over when Stripe has done it."""
    await service.payee()
    await service.start_worker()
    held = await service.payment(orderId="held", eventId="gig", captureMethod="manual")
    await service.pay(held)
    await service.until(f"/api/v1/payments/{held['id']}", status="requires_capture")
    await service.paid(orderId="captured", eventId="gig")
    started = await run(service, "start", TENANT, "gig", "--reason", "storm")
    assert started.returncode == 0, started.stderr
    last = started.stdout.splitlines()[-1]
    assert last == "gig finished: 2 of 2 refunded, 0 pending, 0 failed, 10000 minor units"
    await service.until(f"/api/v1/payments/{held['id']}", status="canceled")
    assert service.violations() == []
