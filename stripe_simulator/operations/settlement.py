"""Pending money becoming available."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_simulator.operations.balances import render_balance

if TYPE_CHECKING:
    from stripe_simulator.world import World


def settle(world: World, available_on: int) -> None:
    """Make available what was due at that time and say so to each account."""
    _announce(world, world.ledger.settle(available_on))


def settle_everything(world: World) -> None:
    """Make everything pending available before its time, and say so to each account."""
    _announce(world, world.ledger.settle_everything())


def _announce(world: World, changed: set[tuple[str, str]]) -> None:
    for account in sorted({account for account, _ in changed}):
        world.emit("balance.available", render_balance(world, account), account)
