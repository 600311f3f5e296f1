"""/v1/accounts, their capabilities and login links, and /v1/account_links."""

from __future__ import annotations

from typing import Any

from stripe_simulator.errors import forbidden, invalid, refused
from stripe_simulator.metadata import merge_metadata
from stripe_simulator.money import currency_of
from stripe_simulator.objects.account import Account
from stripe_simulator.objects.account_link import AccountLink
from stripe_simulator.objects.shared import list_object
from stripe_simulator.operations import accounts
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, Shown, listing
from stripe_simulator.schema import schema
from stripe_simulator.words import words

Json = dict[str, Any]
COUNTRIES = frozenset(
    words(
        "AE AG AL AM AR AT AU BA BE BG BH BJ BN BO BR BS BW CA CH CI CL CO CR CY CZ "
        "DE DK DO EC EE EG ES ET FI FR GB GH GI GM GR GT GY HK HR HU ID IE IL IN IS "
        "IT JM JO JP KE KH KR KW LC LI LK LT LU LV MA MC MD MG MK MN MO MT MU MX MY "
        "NA NG NL NO NZ OM PA PE PH PK PL PT PY QA RO RS RW SA SE SG SI SK SN SV TH "
        "TN TR TT TW TZ US UY UZ VN ZA"
    )
)
CONTROLLER = (
    "controller:{fees:{payer:account|application} losses:{payments:application|stripe} "
    "requirement_collection:application|stripe "
    "stripe_dashboard:{type:express|full|none}}"
)
TOS = "tos_acceptance:{date:int ip:str service_agreement:str user_agent:str}"
COMMON = (
    "account_token:str business_profile:any "
    "business_type:company|government_entity|individual|non_profit capabilities:any company:any "
    "default_currency:currency documents:any email:str groups:any individual:any metadata:map? "
    "settings:any"
)
CREATE = schema(
    COMMON, CONTROLLER, TOS, "country:str external_account:either type:custom|express|standard"
)
UPDATE = schema(COMMON, TOS, "external_account:either?")
LISTED = schema(LIST, CREATED)
CAPABILITY = schema("requested:bool")
LINK = schema(
    "account!:str collect:currently_due|eventually_due "
    "collection_options:{fields:currently_due|eventually_due future_requirements:include|omit} "
    "refresh_url:str return_url:str type!:account_onboarding|account_update"
)
REJECT = schema(
    "payouts_action:none|pause reason!:credit|fraud_no_intent_to_fulfill|fraud_other|"
    "fraud_payment_method_casher|fraud_payment_method_tester|other|terms_of_service"
)
REJECTED = {"terms_of_service": "terms_of_service"} | dict.fromkeys(
    words(
        "fraud_no_intent_to_fulfill fraud_other fraud_payment_method_casher "
        "fraud_payment_method_tester"
    ),
    "fraud",
)
DETAILS = ("business_profile", "company", "individual", "settings", "tos_acceptance")
DASHBOARDS = {"express": "express", "standard": "full", "custom": "none"}


def find(call: Call) -> Account:
    """Return the account in the path, if the caller may see it."""
    account = call.world.store.accounts.get(call.id)
    mine = account is not None and call.account in {call.world.platform, account.id}
    if account is None or not mine or account.deauthorized:
        raise no_access(call.world.config.secret_key, call.id)
    return account


def no_access(key: str, account_id: str) -> Exception:
    """Return the 403 for an account that is unknown or not linked."""
    return forbidden(
        f"The provided key '{key[:8]}***{key[-4:]}' does not have access to account "
        f"'{account_id}' (or that account does not exist). Application access may have been "
        "revoked.",
        "account_invalid",
    )


def create(call: Call) -> Shown:
    """Create a connected account."""
    world, params = call.world, call.params
    if "type" in params and "controller" in params:
        raise invalid("You may only specify one of these parameters: type, controller.", "type")
    country = params.get("country", world.config.country).upper()
    if country not in COUNTRIES:
        raise invalid(
            f"{country} is not currently supported by Stripe.", "country", "country_unsupported"
        )
    wanted = read_capabilities(params)
    kind = _kind(params)
    account = Account(
        id=world.ids.make("acct_"),
        account=world.platform,
        created=world.clock.seconds(),
        type=kind,
        country=country,
        default_currency=params.get("default_currency", currency_of(country)),
        email=params.get("email"),
        business_type=params.get("business_type"),
        controller=_controller(kind, params.get("controller", {})),
        metadata=merge_metadata({}, params),
        currently_due=list(accounts.WANTED if kind == "custom" else accounts.HOSTED),
    )
    account.details = {name: params[name] for name in DETAILS if name in params}
    world.store.accounts.add(account)
    _set_bank(call, account)
    accounts.request_capabilities(world, account, wanted)
    if kind == "custom":
        accounts.supply(world, account)
    return account


def _kind(params: Json) -> str:
    if "controller" not in params:
        return str(params.get("type", "standard"))
    dashboard = params["controller"].get("stripe_dashboard", {}).get("type", "full")
    return {"express": "express", "full": "standard", "none": "custom"}[dashboard]


def _controller(kind: str, given: Json) -> Json:
    platform_pays = "account" if kind == "standard" else "application"
    losses = "stripe" if kind == "standard" else "application"
    return {
        "fees": {"payer": given.get("fees", {}).get("payer", platform_pays)},
        "is_controller": True,
        "losses": {"payments": given.get("losses", {}).get("payments", losses)},
        "requirement_collection": given.get(
            "requirement_collection", "application" if kind == "custom" else "stripe"
        ),
        "stripe_dashboard": {"type": DASHBOARDS[kind]},
        "type": "application",
    }


def read_capabilities(params: Json) -> dict[str, Json]:
    """Read `capabilities[transfers][requested]=true`."""
    wanted: dict[str, Json] = {}
    for name, value in params.get("capabilities", {}).items():
        label = f"capabilities[{name}]"
        if not isinstance(value, dict) or value.keys() - {"requested"}:
            raise invalid(f"Received unknown parameter: {label}", label, "parameter_unknown")
        if not (name == "transfers" or name.endswith("_payments") or name in OTHERS):
            raise invalid(f"Received unknown parameter: {label}", label, "parameter_unknown")
        wanted[name] = CAPABILITY.check(value, label)
    return wanted


OTHERS = frozenset(
    {
        "app_distribution",
        "card_issuing",
        "tax_reporting_us_1099_k",
        "tax_reporting_us_1099_misc",
        "treasury",
    }
)


def _set_bank(call: Call, account: Account) -> None:
    given = call.params.get("external_account")
    if given is None:
        if "external_account" in call.params:
            account.bank_account = None
        return
    number = given.get("account_number") if isinstance(given, dict) else None
    last4 = number[-4:] if isinstance(number, str) else "6789"
    account.bank_account = accounts.bank_account(call.world, account, last4)


def retrieve(call: Call) -> Shown:
    """Show one account."""
    return find(call)


def retrieve_own(call: Call) -> Shown:
    """Show the account that asks."""
    return call.world.store.accounts[call.account]


def update(call: Call) -> Shown:
    """Change an account."""
    world, params = call.world, call.params
    account = find(call)
    wanted = read_capabilities(params)
    before = accounts.snapshot(account)
    account.metadata = merge_metadata(account.metadata, params)
    for name in ("email", "business_type", "default_currency"):
        if name in params:
            setattr(account, name, params[name])
    for name in DETAILS:
        if name in params:
            account.details[name] = _merged(account.details.get(name, {}), params[name])
    _set_bank(call, account)
    accounts.request_capabilities(world, account, wanted)
    if account.type == "custom":
        accounts.supply(world, account)
    accounts.announce(world, account, before)
    return account


def _merged(old: Json, new: Json) -> Json:
    return old | new


def delete(call: Call) -> Json:
    """Delete an account whose balances are zero."""
    account = find(call)
    ledger = call.world.ledger
    for currency in ledger.currencies(account.id):
        if ledger.available[account.id, currency] or ledger.pending[account.id, currency]:
            raise refused("Only accounts with zero balances can be deleted")
    account.deauthorized = True  # out of reach, yet there for what is still under way
    return {"id": account.id, "object": "account", "deleted": True}


def reject(call: Call) -> Shown:
    """Reject an account for good."""
    account = find(call)
    before = accounts.snapshot(account)
    for name in account.capabilities:
        account.capabilities[name]["status"] = "inactive"
    accounts.refresh(call.world, account)
    account.payouts_enabled = False
    account.disabled_reason = f"rejected.{REJECTED.get(call.params['reason'], 'other')}"
    accounts.announce(call.world, account, before)
    return account


def listed(call: Call) -> Json:
    """List connected accounts."""
    platform = call.world.platform
    return listing(
        call,
        call.world.store.accounts,
        lambda row: row.id != platform and not row.deauthorized,
    )


def capabilities(call: Call) -> Json:
    """List what an account has requested."""
    account = find(call)
    shown = [account.render_capability(name) for name in account.capabilities]
    return list_object(f"/v1/accounts/{account.id}/capabilities", shown)


def capability(call: Call) -> Json:
    """Show one capability."""
    account = find(call)
    _known(call.ids[1])
    return account.render_capability(call.ids[1])


def _known(name: str) -> None:
    read_capabilities({"capabilities": {name: {}}})


def update_capability(call: Call) -> Json:
    """Request a capability, or give it up."""
    account, name = find(call), call.ids[1]
    _known(name)
    before = accounts.snapshot(account)
    if accounts.request_capabilities(call.world, account, {name: call.params}):
        accounts.announce(call.world, account, before)
    return account.render_capability(name)


def login_link(call: Call) -> Json:
    """Make a link to the Express dashboard."""
    account = find(call)
    if account.type != "express" or not account.details_submitted:
        raise refused(
            "Cannot create a login link for an account that has not completed onboarding."
            if account.type == "express"
            else "Login Links are only available for accounts that use the Express Dashboard."
        )
    world = call.world
    return {
        "object": "login_link",
        "created": world.clock.seconds(),
        "url": f"{world.base_url}/express/{account.id}",
    }


def link(call: Call) -> Shown:
    """Make a link to the onboarding page."""
    world, params = call.world, call.params
    account = world.store.accounts.get(params["account"])
    if account is None or account.deauthorized or account.id == world.platform:
        raise no_access(world.config.secret_key, params["account"])
    for name in ("refresh_url", "return_url"):
        url = params.get(name)
        if url is None:
            raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
        if not url.startswith(("http://", "https://")):
            raise invalid("Not a valid URL", name, "url_invalid")
        if world.config.livemode and not url.startswith("https://"):
            raise invalid(
                "Livemode requests must always be redirected via HTTPS.", name, "url_invalid"
            )
    if params["type"] == "account_update" and account.type != "custom":
        raise refused(
            "You cannot create account_update links for accounts whose requirements are "
            "collected by Stripe.",
            "type",
        )
    return world.store.account_links.add(
        AccountLink(
            id=world.ids.make(""),
            account=world.platform,
            created=world.clock.seconds(),
            subject=account.id,
            type=params["type"],
            expires_at=world.clock.seconds() + world.config.account_link_seconds,
            refresh_url=params["refresh_url"],
            return_url=params["return_url"],
        )
    )


ROUTES = [
    Route("POST", "/v1/accounts", create, CREATE),
    Route("GET", "/v1/accounts", listed, LISTED),
    Route("GET", "/v1/account", retrieve_own),
    Route("GET", "/v1/accounts/{}", retrieve),
    Route("POST", "/v1/accounts/{}", update, UPDATE),
    Route("DELETE", "/v1/accounts/{}", delete),
    Route("POST", "/v1/accounts/{}/reject", reject, REJECT),
    Route("GET", "/v1/accounts/{}/capabilities", capabilities),
    Route("GET", "/v1/accounts/{}/capabilities/{}", capability),
    Route("POST", "/v1/accounts/{}/capabilities/{}", update_capability, CAPABILITY),
    Route("POST", "/v1/accounts/{}/login_links", login_link),
    Route("POST", "/v1/account_links", link, LINK),
]
