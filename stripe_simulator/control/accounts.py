"""Connected accounts as Stripe's own people and banks would change them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from stripe_simulator.control.base import ControlError, act, body, find, simulator
from stripe_simulator.events import emit
from stripe_simulator.objects.account import Account
from stripe_simulator.operations import accounts, payouts
from stripe_simulator.world import World

Json = dict[str, Any]
STATUSES = frozenset({"active", "inactive", "pending", "unrequested"})
REQUIREMENTS: dict[str, Any] = {
    "currently_due": list,
    "past_due": list,
    "pending_verification": list,
    "current_deadline": int | None,
    "disabled_reason": str | None,
}
FLAGS = ("charges_enabled", "payouts_enabled", "details_submitted", "reserves", "payouts_fail")
KNOWN = (
    *FLAGS,
    "capabilities",
    "requirements",
    "balance",
    "complete",
    "deauthorized",
    "payout",
)


async def change(request: web.Request) -> web.Response:
    """POST /_sim/accounts/{id}: capabilities, requirements, balance, and the rest."""
    given = await body(request, *KNOWN)
    world = simulator(request).world
    wanted = request.match_info["id"]
    account = find(world.store.accounts, world.platform if wanted == "platform" else wanted)
    _check(given)
    act(request, lambda: _change(world, account, given))
    return web.json_response(account.render(world))


def _check(given: Json) -> None:
    for name, status in given.get("capabilities", {}).items():
        if status not in STATUSES:
            raise ControlError(f"capability {name}: status must be one of {sorted(STATUSES)}")
    if unknown := given.get("requirements", {}).keys() - REQUIREMENTS.keys():
        raise ControlError(f"unknown requirements {sorted(unknown)}")
    for name, value in given.get("requirements", {}).items():
        if not isinstance(value, REQUIREMENTS[name]):
            raise ControlError(f"{name} cannot be {value!r}")
    for currency, amount in given.get("balance", {}).items():
        if not isinstance(amount, int) or currency != currency.lower():
            raise ControlError("balance is {currency in lower case: minor units}")


def _change(world: World, account: Account, given: Json) -> None:
    before = accounts.snapshot(account)
    told = {"capabilities", "requirements", *FLAGS} - {"reserves", "payouts_fail"}
    if given.get("complete"):
        accounts.complete(world, account)
    for name, status in given.get("capabilities", {}).items():
        accounts.set_status(world, account, name, status)
    for name, value in given.get("requirements", {}).items():
        setattr(account, name, value)
    if {"capabilities", "requirements"} & given.keys():
        reason = given.get("requirements", {}).get("disabled_reason")
        accounts.refresh(world, account)
        account.disabled_reason = reason or account.disabled_reason
    for name in FLAGS:
        if name in given:
            setattr(account, name, bool(given[name]))
    if told & given.keys():
        accounts.announce(world, account, before)
    _money(world, account, given)


def _money(world: World, account: Account, given: Json) -> None:
    for currency, amount in given.get("balance", {}).items():
        delta = amount - world.ledger.balance(account.id, currency)
        if delta:
            world.adjust(account.id, currency, delta, "Set by the control API")
    for currency, amount in (given.get("payout") or {}).items():
        order = payouts.Order(account.id, int(amount), currency, automatic=True)
        payouts.pay_out(world, order)
    if given.get("deauthorized"):
        application = {"id": "ca_simulator", "object": "application", "name": "Simulator"}
        emit(world, "account.application.deauthorized", application, account.id)
        account.deauthorized = True


async def show(request: web.Request) -> web.Response:
    """GET /_sim/accounts: every account with its balances."""
    world = simulator(request).world
    shown = []
    for account in world.store.accounts.oldest():
        currencies = world.ledger.currencies(account.id)
        shown.append(
            {
                "id": account.id,
                "platform": account.id == world.platform,
                "gone": account.deauthorized,
                "email": account.email,
                "country": account.country,
                "capabilities": {name: account.status(name) for name in account.capabilities},
                "payoutsEnabled": account.payouts_enabled,
                "available": {cur: world.ledger.available[account.id, cur] for cur in currencies},
                "pending": {cur: world.ledger.pending[account.id, cur] for cur in currencies},
            }
        )
    return web.json_response({"accounts": shown})


ROUTES = [
    web.get("/_sim/accounts", show),
    web.post("/_sim/accounts/{id}", change),
]
