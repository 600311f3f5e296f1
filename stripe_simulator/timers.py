"""What a timer does when its moment has come; timers are data, so a state file can keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from stripe_simulator.clock import Timer
    from stripe_simulator.world import World


def run_timer(world: World, timer: Timer) -> None:
    """Do what the timer was set for."""
    actions()[timer.kind](world, *timer.args)


def actions() -> dict[str, Callable[..., None]]:
    """Return every kind of timer and its action."""
    from stripe_simulator.operations import (
        bank_debits,
        charging,
        disputes,
        holds,
        payouts,
        refunds,
        settlement,
    )

    return {
        "settle": settlement.settle,
        "balance_transaction": charging.add_balance_transaction,
        "bank_debit": bank_debits.conclude,
        "hold_expiry": holds.expire,
        "refund_succeeds": refunds.succeed_later,
        "refund_fails": refunds.fail_later,
        "dispute_review": disputes.conclude_review,
        "inquiry_closes": disputes.close_inquiry,
        "response_due": disputes.response_due,
        "payout_arrives": payouts.arrive,
        "deliver": deliver,
        "late_call": late_call,
    }


def deliver(world: World, delivery_id: str) -> None:
    """Hand a delayed or repeated delivery to the sender."""
    world.on_delivery(delivery_id)


def late_call(world: World, *call: object) -> None:
    """Execute a call that had been lost on its way and arrives after all."""
    world.on_late_call(list(call))
