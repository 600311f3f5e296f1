"""The balance of an account, as sums of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stripe_simulator.state import State

Json = dict[str, Any]


def render_balance(world: State, account: str) -> Json:
    """Show the balance of an account, minor units per currency."""
    ledger = world.ledger
    default = world.store.accounts[account].default_currency
    currencies = ledger.currencies(account) or [default]
    shown: Json = {
        "object": "balance",
        "available": [_line(ledger.available[account, cur], cur) for cur in currencies],
        "livemode": world.config.livemode,
        "pending": [_line(ledger.pending[account, cur], cur) for cur in currencies],
    }
    if account == world.platform:
        shown["connect_reserved"] = [
            {"amount": reserved(world, cur), "currency": cur} for cur in currencies
        ]
    return shown


def _line(amount: int, currency: str) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def reserved(world: State, currency: str) -> int:
    """Return what Stripe holds back for connected accounts below zero, minor units."""
    return sum(
        -amount
        for (account, cur), amount in world.ledger.available.items()
        if cur == currency and account != world.platform and amount < 0
    )
