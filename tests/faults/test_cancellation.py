"""A canceled event whose refunds are drained by workers that die over it."""

import pytest

from tests.support import stories
from tests.support.stack import Stack, killed

ORDERS = 40
DEATHS = (
    "due_work.after_advance=exit@20",
    "stripe.after_send[refund]=exit@15",
    "stripe.after_send[reversal]=exit@5",
)


@pytest.fixture
def event(stack: Stack) -> str:
    """An event with paid orders, of which one is given back in part and one wholly already."""
    worker = stack.start_worker()
    name = "gig"
    part, whole, *_ = stories.sold(stack, ORDERS, eventId=name)
    assert stories.refund(stack, part).status == 201
    assert (
        stack.ask("POST", "/api/v1/refunds", {"paymentId": whole["id"], "reason": "other"}).status
        == 201
    )
    stack.until_idle()
    worker.kill()
    stack.leases_end()
    return name


def test_a_cancellation_survives_the_death_of_its_workers(stack: Stack, event: str) -> None:
    """Killed planning, refunding and reversing: every buyer and payee is even, none twice."""
    batch = stories.cancel_event(stack, event).body
    assert batch["total"] == ORDERS - 1
    for death in DEATHS:
        killed(stack.start_worker(death), death)
        stack.leases_end()
    stack.start_worker()
    stack.check_even()
    ended = stack.ask("GET", f"/api/v1/refund-batches/{batch['id']}").body
    assert (ended["status"], ended["succeeded"], ended["failed"]) == ("finished", ORDERS - 1, 0)
    assert stack.database.execute(LEFT) == [(0, 0)]


LEFT = """
    SELECT (SELECT sum(amount_captured - amount_refunded) FROM payments.payment_transactions)::int,
           (SELECT sum(amount - amount_reversed) FROM payments.stripe_transfers
             WHERE status <> 'canceled')::int
"""
