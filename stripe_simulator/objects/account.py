"""The Account and its capabilities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stripe_simulator.objects.shared import list_object

if TYPE_CHECKING:
    from stripe_simulator.objects.view import View

Json = dict[str, Any]


@dataclass(slots=True)
class Account:
    """A connected account (or the platform itself) and what it may do.

    `capabilities` maps a name to `{"requested": bool, "status": str, "requested_at": int}`;
    `requirements` holds what Stripe still wants to know.
    """

    id: str
    account: str
    created: int
    type: str
    country: str
    default_currency: str
    email: str | None = None
    business_type: str | None = None
    capabilities: dict[str, Json] = field(default_factory=dict)
    charges_enabled: bool = False
    payouts_enabled: bool = False
    details_submitted: bool = False
    deauthorized: bool = False
    reserves: bool = False
    controller: Json | None = None
    details: Json = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    currently_due: list[str] = field(default_factory=list)
    past_due: list[str] = field(default_factory=list)
    pending_verification: list[str] = field(default_factory=list)
    disabled_reason: str | None = None
    current_deadline: int | None = None
    bank_account: Json | None = None
    payouts_fail: bool = False

    def status(self, capability: str) -> str:
        """Return `active`, `pending`, `inactive` or `unrequested`."""
        entry = self.capabilities.get(capability)
        return str(entry["status"]) if entry and entry["requested"] else "unrequested"

    def requirements(self) -> Json:
        """Show what is still wanted."""
        return {
            "alternatives": [],
            "current_deadline": self.current_deadline,
            "currently_due": self.currently_due,
            "disabled_reason": self.disabled_reason,
            "errors": [],
            "eventually_due": self.currently_due,
            "past_due": self.past_due,
            "pending_verification": self.pending_verification,
        }

    def render_capability(self, name: str) -> Json:
        """Show one capability."""
        entry = self.capabilities.get(name) or {}
        return {
            "id": name,
            "object": "capability",
            "account": self.id,
            "future_requirements": nothing_due(),
            "requested": entry.get("requested", False),
            "requested_at": entry.get("requested_at"),
            "requirements": self.requirements(),
            "status": self.status(name),
        }

    def render(self, world: View) -> Json:  # noqa: ARG002 - every object is shown this way
        """Show the object as the API does."""
        given = self.details
        capabilities = {
            name: entry["status"] for name, entry in self.capabilities.items() if entry["requested"]
        }
        banks = [self.bank_account] if self.bank_account else []
        shown: Json = {
            "id": self.id,
            "object": "account",
            "business_profile": blank_profile() | given.get("business_profile", {}),
            "business_type": self.business_type,
            "capabilities": capabilities,
            "charges_enabled": self.charges_enabled,
            "controller": self.controller,
            "country": self.country,
            "created": self.created,
            "default_currency": self.default_currency,
            "details_submitted": self.details_submitted,
            "email": self.email,
            "external_accounts": list_object(f"/v1/accounts/{self.id}/external_accounts", banks)
            | {"total_count": len(banks)},
            "future_requirements": nothing_due(),
            "groups": {"payments_pricing": None},
            "metadata": self.metadata,
            "payouts_enabled": self.payouts_enabled,
            "requirements": self.requirements(),
            "settings": settings(given.get("settings", {})),
            "tos_acceptance": {"date": None, "ip": None, "user_agent": None}
            | given.get("tos_acceptance", {}),
            "type": self.type,
        }
        for name in ("company", "individual"):
            if name in given:
                shown[name] = _party(name, self, given[name])
        return shown


def _party(name: str, account: Account, given: Json) -> Json:
    if name == "company":
        return {"address": None, "name": None, "phone": None} | given
    return {
        "id": f"person_{account.id.removeprefix('acct_')}",
        "object": "person",
        "account": account.id,
        "created": account.created,
    } | {key: value for key, value in given.items() if key not in {"id_number", "ssn_last_4"}}


def nothing_due() -> Json:
    """Show requirements that want nothing."""
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }


def blank_profile() -> Json:
    """Show a business profile that says nothing."""
    return {
        "annual_revenue": None,
        "estimated_worker_count": None,
        "mcc": None,
        "minority_owned_business_designation": None,
        "name": None,
        "product_description": None,
        "support_address": None,
        "support_email": None,
        "support_phone": None,
        "support_url": None,
        "url": None,
    }


def settings(given: Json) -> Json:
    """Show settings with Stripe's defaults under what was given."""
    payouts = {
        "debit_negative_balances": True,
        "schedule": {"delay_days": 2, "interval": "daily"},
        "statement_descriptor": None,
    }
    defaults: Json = {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": "offer"},
        "payments": {
            "statement_descriptor": None,
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
        },
        "payouts": payouts,
        "sepa_debit_payments": {},
    }
    for name, values in given.items():
        if isinstance(values, dict):
            defaults[name] = defaults.get(name, {}) | values
    return defaults
