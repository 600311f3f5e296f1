"""The simulator against the official package's own types: names, required keys, fields."""

from __future__ import annotations

import importlib
import re
import sys
import typing
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from stripe_simulator.routes import (
    accounts,
    balances,
    charges,
    customers,
    disputes,
    events,
    payment_intents,
    payouts,
    radar,
    refunds,
    transfers,
    webhook_endpoints,
)
from stripe_simulator.routes.base import NOTHING
from stripe_simulator.routes.table import ROUTES
from stripe_simulator.schema import Schema
from stripe_simulator.words import words

from .conftest import Sim
from .test_connect import transfer

OPTIONS = {
    "api_key",
    "stripe_version",
    "stripe_account",
    "stripe_context",
    "max_network_retries",
    "idempotency_key",
    "content_type",
    "headers",
}

# Request types of the package → what the simulator accepts.
REQUESTS: dict[str, Schema] = {
    "PaymentIntentCreateParams": payment_intents.CREATE,
    "PaymentIntentUpdateParams": payment_intents.UPDATE,
    "PaymentIntentConfirmParams": payment_intents.CONFIRM,
    "PaymentIntentCaptureParams": payment_intents.CAPTURE,
    "PaymentIntentCancelParams": payment_intents.CANCEL,
    "PaymentIntentListParams": payment_intents.LISTED,
    "PaymentIntentRetrieveParams": payment_intents.RETRIEVE,
    "ChargeUpdateParams": charges.UPDATE,
    "ChargeListParams": charges.LISTED,
    "RefundCreateParams": refunds.CREATE,
    "RefundUpdateParams": refunds.UPDATE,
    "RefundListParams": refunds.LISTED,
    "TransferCreateParams": transfers.CREATE,
    "TransferUpdateParams": transfers.UPDATE,
    "TransferListParams": transfers.LISTED,
    "TransferReversalCreateParams": transfers.REVERSE,
    "TransferReversalUpdateParams": transfers.UPDATE_REVERSAL,
    "TransferReversalListParams": transfers.LISTED_REVERSALS,
    "AccountCreateParams": accounts.CREATE,
    "AccountUpdateParams": accounts.UPDATE,
    "AccountListParams": accounts.LISTED,
    "AccountRejectParams": accounts.REJECT,
    "AccountCapabilityUpdateParams": accounts.CAPABILITY,
    "AccountLinkCreateParams": accounts.LINK,
    "DisputeUpdateParams": disputes.UPDATE,
    "DisputeListParams": disputes.LISTED,
    "ReviewListParams": radar.LISTED_REVIEWS,
    "radar.EarlyFraudWarningListParams": radar.LISTED_WARNINGS,
    "BalanceTransactionListParams": balances.LISTED,
    "EventListParams": events.LISTED,
    "WebhookEndpointCreateParams": webhook_endpoints.CREATE,
    "WebhookEndpointUpdateParams": webhook_endpoints.UPDATE,
    "WebhookEndpointListParams": webhook_endpoints.LISTED,
    "PayoutCreateParams": payouts.CREATE,
    "PayoutUpdateParams": payouts.UPDATE,
    "PayoutListParams": payouts.LISTED,
    "TopupCreateParams": payouts.CREATE_TOPUP,
    "TopupUpdateParams": payouts.UPDATE_TOPUP,
    "TopupListParams": payouts.LISTED_TOPUPS,
    "CustomerCreateParams": customers.CREATE,
    "CustomerUpdateParams": customers.UPDATE,
    "CustomerListParams": customers.LISTED,
    "PaymentMethodCreateParams": customers.CREATE_METHOD,
    "PaymentMethodListParams": customers.LISTED_METHODS,
    "PaymentMethodAttachParams": customers.ATTACH,
}
REQUESTS |= dict.fromkeys(
    words(
        "AccountCapabilityListParams AccountCapabilityRetrieveParams AccountDeleteParams "
        "AccountLoginLinkCreateParams AccountRetrieveCurrentParams AccountRetrieveParams "
        "BalanceRetrieveParams BalanceTransactionRetrieveParams ChargeRetrieveParams "
        "CustomerDeleteParams CustomerRetrieveParams DisputeCloseParams DisputeRetrieveParams "
        "EventRetrieveParams PaymentMethodDetachParams PaymentMethodRetrieveParams "
        "PayoutCancelParams PayoutRetrieveParams RefundCancelParams RefundRetrieveParams "
        "ReviewApproveParams ReviewRetrieveParams TopupCancelParams TopupRetrieveParams "
        "TransferRetrieveParams TransferReversalRetrieveParams WebhookEndpointDeleteParams "
        "WebhookEndpointRetrieveParams radar.EarlyFraudWarningRetrieveParams"
    ),
    NOTHING,
)
# What the wire has and the package's types do not, each with its reason.
EXTRA = {
    "PaymentIntentConfirmParams": {"client_secret"},  # of browsers only
}


def request_type(name: str) -> Any:
    """Find a request type of the package by its name."""
    folder, _, last = name.rpartition(".")
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", last).lower()
    module = ".".join(["stripe.params", *([folder] if folder else []), f"_{snake}"])
    return getattr(importlib.import_module(module), last)


def fields_of(kind: Any) -> dict[str, str]:
    """The fields of a TypedDict as texts, those of its bases included."""
    found: dict[str, Any] = {}
    for base in [*getattr(kind, "__orig_bases__", ()), kind]:
        found |= getattr(base, "__annotations__", {})
    return {
        name: getattr(value, "__forward_arg__", str(value))
        for name, value in found.items()
        if name not in OPTIONS and not name.startswith("__")
    }


def nested(kind: Any, text: str) -> Any | None:
    """The TypedDict inside a field, if it has one."""
    module = sys.modules[kind.__module__]
    for word in re.findall(r"\w+Params\w+", text):
        inner = getattr(module, word, None)
        if inner is not None and hasattr(inner, "__annotations__"):
            return inner
    return None


def differences(kind: Any, mine: Schema, place: str) -> Iterator[str]:
    """Where names or required keys differ; hashes marked `any` are not looked into."""
    theirs = fields_of(kind)
    names = set(theirs) | EXTRA.get(place, set())
    if set(mine.fields) | {"expand"} != names | {"expand"}:
        yield f"{place}: {sorted(set(mine.fields) ^ names)}"
    required = {name for name, text in theirs.items() if "NotRequired[" not in text}
    if set(mine.required) != required - OPTIONS:
        yield f"{place} requires {sorted(required)}, not {sorted(mine.required)}"
    for name, field in mine.fields.items():
        text = theirs.get(name, "")
        choices = " ".join(re.findall(r"Literal\[(.*?)\]", text, re.DOTALL))
        if '""' in choices and not field.emptyable:
            yield f"{place}.{name} cannot be unset"
        if field.kind == "enum":
            for word in re.findall(r'"(\w+)"', choices):
                assert field.read(word, f"{place}.{name}") == word
        inner = nested(kind, theirs.get(name, "")) if field.kind == "hash" else None
        if inner is not None and field.inside is not None:
            yield from differences(inner, field.inside, f"{place}.{name}")


@pytest.mark.parametrize("name", REQUESTS)
def test_parameters_agree_with_the_package(name: str) -> None:
    """Every request type has the same names and the same required keys, hashes included."""
    faults = [
        fault
        for fault in differences(request_type(name), REQUESTS[name], name)
        if not fault.endswith(": ['expand']")
    ]
    assert faults == []


def test_no_request_is_left_out() -> None:
    """Whatever an endpoint accepts has been compared with a request type of the package."""
    compared = {id(accepted) for accepted in REQUESTS.values()}
    assert [route.path for route in ROUTES if id(route.accepts) not in compared] == []


def always_present(cls: Any) -> list[str]:
    """The fields of a class of the package that are never null or absent."""
    found = []
    for name, kind in cls.__annotations__.items():
        text = kind if isinstance(kind, str) else str(kind)
        hidden = name.isupper() or name.startswith("_") or name == "deleted"
        if not hidden and not any(mark in text for mark in ("Optional[", "NoneType", "None]")):
            found.append(name)
    return found


def inner_class(kind: Any) -> Any | None:
    """The class inside `Optional[…]` or a plain class, if its objects are hashes of fields."""
    for part in (kind, *typing.get_args(kind)):
        if isinstance(part, type) and issubclass(part, stripe.StripeObject):
            return part
    return None


def absent(cls: Any, shown: dict[str, Any], place: str) -> Iterator[str]:
    """Which always-present fields an object lacks, nested classes included."""
    for name in always_present(cls):
        if shown.get(name) is None:
            yield f"{place}.{name}"
    for name, kind in cls.__annotations__.items():
        inner = inner_class(kind)
        if inner is not None and isinstance(shown.get(name), dict):
            yield from absent(inner, shown[name], f"{place}.{name}")


async def one_of_each(sim: Sim) -> dict[str, dict[str, Any]]:
    """One object of every kind, as the API shows it."""
    client = sim.client().v1
    await sim.control("accounts/platform", balance={"usd": 100_000})
    artist = await sim.enabled_account()
    paid = await sim.paid(card="pm_card_createDispute")
    good = await sim.paid(card="pm_card_riskLevelElevated")
    await sim.paid(card="pm_card_createIssuerFraudRecord")
    sent = await transfer(sim, artist, 500, source_transaction=good.latest_charge)
    await client.transfers.reversals.create_async(sent.id, {"amount": 10})
    await client.refunds.create_async({"charge": good.latest_charge, "amount": 100})
    await client.payouts.create_async({"amount": 100, "currency": "usd"})
    await client.topups.create_async({"amount": 100, "currency": "usd"})
    person = await client.customers.create_async({})
    await client.payment_methods.attach_async("pm_card_visa", {"customer": person.id})
    await client.webhook_endpoints.create_async(
        {"url": "http://127.0.0.1:9/x", "enabled_events": ["charge.failed"]}
    )
    links = await client.account_links.create_async(
        {
            "account": artist,
            "type": "account_onboarding",
            "refresh_url": "https://a.test",
            "return_url": "https://a.test",
        }
    )
    found = {"AccountLink": links.to_dict()}
    found["Balance"] = (await sim.call("GET", "/v1/balance"))[1]
    found["Capability"] = (await sim.call("GET", f"/v1/accounts/{artist}/capabilities/transfers"))[
        1
    ]
    found["Account"] = (await sim.call("GET", f"/v1/accounts/{artist}"))[1]
    found["LoginLink"] = (await sim.call("POST", f"/v1/accounts/{artist}/login_links"))[1]
    found["TransferReversal"] = (await sim.call("GET", f"/v1/transfers/{sent.id}/reversals"))[1][
        "data"
    ][0]
    assert paid
    for name, path in PATHS.items():
        found[name] = (await sim.call("GET", f"/v1/{path}"))[1]["data"][0]
    return found


PATHS = {
    "PaymentIntent": "payment_intents",
    "Charge": "charges",
    "Refund": "refunds",
    "Transfer": "transfers",
    "Dispute": "disputes",
    "Payout": "payouts",
    "Topup": "topups",
    "Customer": "customers",
    "PaymentMethod": "payment_methods",
    "Event": "events",
    "BalanceTransaction": "balance_transactions",
    "WebhookEndpoint": "webhook_endpoints",
    "Review": "reviews",
    "radar.EarlyFraudWarning": "radar/early_fraud_warnings",
}


async def test_every_object_has_the_fields_that_are_always_present(sim: Sim) -> None:
    """No field the package's classes declare as never null is missing, nested ones included."""
    missing = []
    for name, shown in (await one_of_each(sim)).items():
        cls: Any = stripe
        for part in name.split("."):
            cls = getattr(cls, part)
        missing += list(absent(cls, shown, name))
    assert missing == []


async def test_objects_have_no_field_the_package_does_not_know(sim: Sim) -> None:
    """Every top-level field shown is declared by the package's class (deviations are named)."""
    known_deviations = {
        "Dispute.balance_transaction",
        "Charge.source",
        "Customer.sources",
        "Customer.subscriptions",
        "Customer.tax_ids",
    }
    surprising = []
    for name, shown in (await one_of_each(sim)).items():
        cls: Any = stripe
        for part in name.split("."):
            cls = getattr(cls, part)
        fields = set(cls.__annotations__) | {"object"}
        surprising += [f"{name}.{field}" for field in shown if field not in fields]
    assert set(surprising) <= known_deviations
