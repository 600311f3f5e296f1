"""What a timer does when its moment has come; timers are data, so a state file can keep them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from stripe_simulator.operations import (
    bank_debits,
    charging,
    disputes,
    holds,
    inquiries,
    payouts,
    refunds,
    settlement,
)

if TYPE_CHECKING:
    from stripe_simulator.clock import Timer
    from stripe_simulator.state import State


def deliver(world: State, delivery_id: str) -> None:
    """Hand a delayed or repeated delivery to the sender."""
    world.on_delivery(delivery_id)


def late_call(world: State, *call: object) -> None:
    """Execute a call that had been lost on its way and arrives after all."""
    world.on_late_call(list(call))


ACTIONS: dict[str, Callable[..., None]] = {
    "settle": settlement.settle,
    "balance_transaction": charging.add_balance_transaction,
    "bank_debit": bank_debits.conclude,
    "hold_expiry": holds.expire,
    "refund_succeeds": refunds.succeed_later,
    "refund_fails": refunds.fail_later,
    "dispute_review": disputes.conclude_review,
    "inquiry_closes": inquiries.close_inquiry,
    "response_due": disputes.response_due,
    "payout_arrives": payouts.arrive,
    "deliver": deliver,
    "late_call": late_call,
}


def run_timer(world: State, timer: Timer) -> None:
    """Do what the timer was set for."""
    ACTIONS[timer.kind](world, *timer.args)
