"""Connected accounts: onboarding, capabilities, requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stripe_simulator.events import emit
from stripe_simulator.objects.account import Account

if TYPE_CHECKING:
    from stripe_simulator.state import State

Json = dict[str, Any]
WANTED = ["business_type", "external_account", "tos_acceptance.date", "tos_acceptance.ip"]
HOSTED = [
    "business_profile.url",
    "business_type",
    "external_account",
    "individual.first_name",
    "individual.last_name",
    "tos_acceptance.date",
    "tos_acceptance.ip",
]


def request_capabilities(world: State, account: Account, wanted: dict[str, Json]) -> list[str]:
    """Request or give up capabilities; return the names that changed."""
    changed = []
    for name, value in wanted.items():
        requested = value.get("requested")
        entry = account.capabilities.get(name)
        if requested is None or (entry is not None and entry["requested"] == requested):
            continue
        status = "active" if _ready(world, account) and requested else "inactive"
        account.capabilities[name] = {
            "requested": requested,
            "status": status,
            "requested_at": world.clock.seconds() if requested else None,
        }
        changed.append(name)
    refresh(world, account)
    return changed


def _ready(world: State, account: Account) -> bool:
    return world.config.onboarding == "auto" or (
        account.details_submitted and not account.currently_due and not account.past_due
    )


def refresh(world: State, account: Account) -> None:
    """Bring what the account may do in line with its capabilities and requirements."""
    if world.config.onboarding == "auto" and not account.details_submitted:
        account.details_submitted = True
        account.currently_due = []
    account.charges_enabled = account.status("card_payments") == "active"
    active = any(account.status(name) == "active" for name in account.capabilities)
    account.payouts_enabled = account.details_submitted and active and not account.past_due
    due = account.past_due or (account.currently_due and not account.details_submitted)
    account.disabled_reason = "requirements.past_due" if due else None


def complete(world: State, account: Account) -> None:
    """Finish onboarding: everything is known, requested capabilities become active."""
    before = snapshot(account)
    account.details_submitted = True
    account.currently_due, account.past_due = [], []
    account.pending_verification = []
    if account.bank_account is None:
        account.bank_account = bank_account(world, account)
    for entry in account.capabilities.values():
        if entry["requested"]:
            entry["status"] = "active"
    refresh(world, account)
    announce(world, account, before)


def bank_account(world: State, account: Account, last4: str = "6789") -> Json:
    """Make the external account money is paid out to."""
    return {
        "id": world.ids.make("ba_"),
        "object": "bank_account",
        "account": account.id,
        "account_holder_name": None,
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": account.country,
        "currency": account.default_currency,
        "default_for_currency": True,
        "fingerprint": f"fp{last4}",
        "last4": last4,
        "metadata": {},
        "routing_number": "110000000",
        "status": "new",
    }


def snapshot(account: Account) -> Json:
    """Remember what an update may change."""
    return {
        "statuses": {name: account.status(name) for name in account.capabilities},
        "charges_enabled": account.charges_enabled,
        "payouts_enabled": account.payouts_enabled,
        "details_submitted": account.details_submitted,
        "requirements": account.requirements(),
    }


def announce(world: State, account: Account, before: Json) -> None:
    """Tell the Connect endpoints what changed: the capabilities, then the account."""
    after = snapshot(account)
    for name, status in after["statuses"].items():
        if before["statuses"].get(name) != status:
            emit(world, "capability.updated", account.render_capability(name), account.id)
    previous = {
        name: value for name, value in before.items() if name != "statuses" and value != after[name]
    }
    emit(world, "account.updated", account.render(world), account.id, previous or None)


def supply(world: State, account: Account) -> None:
    """Strike from the requirements of a custom account what the platform has given."""
    given = account.details
    known = {
        "business_type": account.business_type is not None,
        "external_account": account.bank_account is not None,
        "tos_acceptance.date": "date" in given.get("tos_acceptance", {}),
        "tos_acceptance.ip": "ip" in given.get("tos_acceptance", {}),
    }
    account.currently_due = [name for name in account.currently_due if not known.get(name)]
    if not account.currently_due and not account.details_submitted:
        account.details_submitted = True
        for entry in account.capabilities.values():
            if entry["requested"]:
                entry["status"] = "active"
    refresh(world, account)


def set_status(world: State, account: Account, name: str, status: str) -> None:
    """Set a capability as Stripe would after a review of its own."""
    entry = account.capabilities.setdefault(
        name, {"requested": True, "status": status, "requested_at": world.clock.seconds()}
    )
    entry["status"], entry["requested"] = status, status != "unrequested"
    if status == "active":
        account.details_submitted = True
