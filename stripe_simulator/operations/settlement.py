"""Pending money becoming available."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_simulator.operations.balances import render_balance

if TYPE_CHECKING:
    from stripe_simulator.world import World


def settle(world: World, available_on: int) -> None:
    """Make available what was due at that time and say so to each account."""
    changed = world.ledger.settle(available_on)
    for account in sorted({account for account, _ in changed}):
        world.emit("balance.available", render_balance(world, account), account)
