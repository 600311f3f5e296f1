"""Pending money becoming available."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_simulator.events import emit
from stripe_simulator.operations.balances import render_balance

if TYPE_CHECKING:
    from stripe_simulator.state import State


def settle(world: State, available_on: int) -> None:
    """Make available what was due at that time and say so to each account."""
    _announce(world, world.ledger.settle(available_on))


def settle_everything(world: State) -> None:
    """Make everything pending available before its time, and say so to each account."""
    _announce(world, world.ledger.settle_everything())


def _announce(world: State, changed: set[tuple[str, str]]) -> None:
    for account in sorted({account for account, _ in changed}):
        emit(world, "balance.available", render_balance(world, account), account)
