"""/v1/payouts and /v1/topups."""

from __future__ import annotations

from typing import Any

from stripe_simulator.errors import invalid, refused
from stripe_simulator.events import emit
from stripe_simulator.metadata import merge_metadata
from stripe_simulator.operations import payouts
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, Shown, in_range, listing
from stripe_simulator.schema import schema

Json = dict[str, Any]
CREATE = schema(
    "amount!:int currency!:currency description:str destination:str metadata:map "
    "method:instant|standard payout_method:str source_type:bank_account|card|fpx "
    "statement_descriptor:str"
)
UPDATE = schema("metadata:map?")
LISTED = schema(LIST, CREATED, "arrival_date:range destination:str status:str")
CREATE_TOPUP = schema(
    "amount!:int currency!:currency description:str metadata:map? payment_method:str "
    "payment_method_options:any source:str statement_descriptor:str transfer_group:str"
)
UPDATE_TOPUP = schema("description:str? metadata:map?")
LISTED_TOPUPS = schema(LIST, CREATED, "amount:range status:canceled|failed|pending|succeeded")
HUNDREDS = frozenset({"huf", "twd", "isk", "ugx"})


def _order(call: Call) -> payouts.Order:
    params = call.params
    if params["amount"] < 1:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    return payouts.Order(
        account=call.account,
        amount=params["amount"],
        currency=params["currency"],
        description=params.get("description"),
        metadata=merge_metadata({}, params),
        method=params.get("method", "standard"),
        statement_descriptor=params.get("statement_descriptor"),
        transfer_group=params.get("transfer_group"),
    )


def create(call: Call) -> Shown:
    """Pay out part of the available balance."""
    order = _order(call)
    if order.currency in HUNDREDS and order.amount % 100:
        raise invalid(f"Payouts in {order.currency} must be divisible by 100", "amount")
    return payouts.pay_out(call.world, order)


def retrieve(call: Call) -> Shown:
    """Show one payout."""
    return call.find(call.world.store.payouts)


def update(call: Call) -> Shown:
    """Change the metadata of a payout."""
    row = call.find(call.world.store.payouts)
    row.metadata = merge_metadata(row.metadata, call.params)
    emit(call.world, "payout.updated", row.render(call.world), row.account)
    return row


def cancel(call: Call) -> Shown:
    """Cancel a pending payout."""
    row = call.find(call.world.store.payouts)
    payouts.cancel(call.world, row)
    return row


def listed(call: Call) -> Json:
    """List payouts."""
    status, arrival = call.params.get("status"), call.params.get("arrival_date")
    destination = call.params.get("destination")
    return listing(
        call,
        call.world.store.payouts,
        lambda row: (
            status in {None, row.status}
            and destination in {None, row.destination}
            and in_range(row.arrival_date, arrival)
        ),
    )


def create_topup(call: Call) -> Shown:
    """Top up the platform's balance; the money is there at once."""
    if call.account != call.world.platform:
        raise refused("Only the platform can top up its balance.")
    return payouts.top_up(call.world, _order(call))


def retrieve_topup(call: Call) -> Shown:
    """Show one top-up."""
    return call.find(call.world.store.topups)


def update_topup(call: Call) -> Shown:
    """Change description and metadata of a top-up."""
    row = call.find(call.world.store.topups)
    row.metadata = merge_metadata(row.metadata, call.params)
    row.description = call.params.get("description", row.description)
    return row


def cancel_topup(call: Call) -> Shown:
    """Refuse: a simulated top-up succeeds at once and cannot be canceled any more."""
    row = call.find(call.world.store.topups)
    raise refused(f"Top-up {row.id} cannot be canceled: it has a status of {row.status}.")


def listed_topups(call: Call) -> Json:
    """List top-ups."""
    status, amount = call.params.get("status"), call.params.get("amount")
    return listing(
        call,
        call.world.store.topups,
        lambda row: status in {None, row.status} and in_range(row.amount, amount),
    )


ROUTES = [
    Route("POST", "/v1/payouts", create, CREATE),
    Route("GET", "/v1/payouts", listed, LISTED),
    Route("GET", "/v1/payouts/{}", retrieve),
    Route("POST", "/v1/payouts/{}", update, UPDATE),
    Route("POST", "/v1/payouts/{}/cancel", cancel),
    Route("POST", "/v1/topups", create_topup, CREATE_TOPUP),
    Route("GET", "/v1/topups", listed_topups, LISTED_TOPUPS),
    Route("GET", "/v1/topups/{}", retrieve_topup),
    Route("POST", "/v1/topups/{}", update_topup, UPDATE_TOPUP),
    Route("POST", "/v1/topups/{}/cancel", cancel_topup),
]
