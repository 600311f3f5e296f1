"""/v1/charges."""

from __future__ import annotations

from typing import Any

from stripe_simulator.events import emit
from stripe_simulator.metadata import merge_metadata
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, Shown, listing
from stripe_simulator.routes.payment_intents import SHIPPING
from stripe_simulator.schema import schema

Json = dict[str, Any]
UPDATE = schema(
    SHIPPING,
    "customer:str description:str fraud_details:{user_report!:fraudulent|safe?} metadata:map? "
    "receipt_email:str transfer_group:str",
)
LISTED = schema(LIST, CREATED, "customer:str payment_intent:str transfer_group:str")


def retrieve(call: Call) -> Shown:
    """Show one charge."""
    return call.find(call.world.store.charges)


def update(call: Call) -> Shown:
    """Change what may be changed of a charge."""
    world, params = call.world, call.params
    charge = call.find(world.store.charges)
    customer = call.find_optional(world.store.customers, "customer")
    charge.metadata = merge_metadata(charge.metadata, params)
    if customer is not None:
        charge.customer = customer.id
    for name in ("description", "fraud_details", "receipt_email", "shipping", "transfer_group"):
        if name in params:
            setattr(charge, name, params[name])
    emit(world, "charge.updated", charge.render(world), charge.account)
    return charge


def listed(call: Call) -> Json:
    """List charges."""
    wanted = {
        name: call.params[name]
        for name in ("customer", "payment_intent", "transfer_group")
        if name in call.params
    }
    return listing(
        call,
        call.world.store.charges,
        lambda row: all(getattr(row, name) == value for name, value in wanted.items()),
        ("payment_intent", wanted.get("payment_intent")),
    )


ROUTES = [
    Route("GET", "/v1/charges", listed, LISTED),
    Route("GET", "/v1/charges/{}", retrieve),
    Route("POST", "/v1/charges/{}", update, UPDATE),
]
