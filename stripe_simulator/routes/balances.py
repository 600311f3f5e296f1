"""/v1/balance and /v1/balance_transactions."""

from __future__ import annotations

from typing import Any

from stripe_simulator.operations.balances import render_balance
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, Shown, listing
from stripe_simulator.schema import schema

Json = dict[str, Any]
LISTED = schema(LIST, CREATED, "currency:currency payout:str source:str type:str")


def balance(call: Call) -> Json:
    """Show the balance of the account that asks."""
    return render_balance(call.world, call.account)


def retrieve(call: Call) -> Shown:
    """Show one balance transaction."""
    return call.find(call.world.store.balance_transactions)


def listed(call: Call) -> Json:
    """List balance transactions."""
    wanted = {
        name: call.params[name]
        for name in ("currency", "payout", "source", "type")
        if name in call.params
    }
    return listing(
        call,
        call.world.store.balance_transactions,
        lambda row: all(getattr(row, name) == value for name, value in wanted.items()),
        ("source", wanted.get("source")),
    )


ROUTES = [
    Route("GET", "/v1/balance", balance),
    Route("GET", "/v1/balance_transactions", listed, LISTED),
    Route("GET", "/v1/balance_transactions/{}", retrieve),
]
