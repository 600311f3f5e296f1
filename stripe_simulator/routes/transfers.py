"""/v1/transfers and their reversals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stripe_simulator.errors import forbidden, invalid, missing
from stripe_simulator.events import emit
from stripe_simulator.metadata import merge_metadata
from stripe_simulator.operations import transfers
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, Shown, listing
from stripe_simulator.schema import schema

if TYPE_CHECKING:
    from stripe_simulator.objects.transfer_reversal import TransferReversal

Json = dict[str, Any]
CREATE = schema(
    "amount:int currency!:currency description:str destination!:str metadata:map "
    "source_transaction:str source_type:bank_account|card|fpx transfer_group:str"
)
UPDATE = schema("description:str? metadata:map?")
LISTED = schema(LIST, CREATED, "destination:str transfer_group:str")
REVERSE = schema("amount:int description:str metadata:map? refund_application_fee:bool")
UPDATE_REVERSAL = schema("metadata:map?")
LISTED_REVERSALS = schema(LIST)


def create(call: Call) -> Shown:
    """Transfer to a connected account."""
    params = call.params
    if call.account != call.world.platform:
        raise forbidden("Only the platform can create transfers in the simulator.")
    amount = params.get("amount")
    if amount is None and "source_transaction" not in params:
        raise invalid("Missing required param: amount.", "amount", "parameter_missing")
    if amount is not None and amount < 1:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    order = transfers.Order(
        amount=amount,
        currency=params["currency"],
        destination=params["destination"],
        description=params.get("description"),
        metadata=merge_metadata({}, params),
        source_transaction=params.get("source_transaction"),
        source_type=params.get("source_type", "card"),
        transfer_group=params.get("transfer_group"),
    )
    return transfers.transfer(call.world, order)


def retrieve(call: Call) -> Shown:
    """Show one transfer."""
    return call.find(call.world.store.transfers)


def update(call: Call) -> Shown:
    """Change description and metadata of a transfer."""
    row = call.find(call.world.store.transfers)
    row.metadata = merge_metadata(row.metadata, call.params)
    row.description = call.params.get("description", row.description)
    emit(call.world, "transfer.updated", row.render(call.world))
    return row


def listed(call: Call) -> Json:
    """List transfers."""
    group, destination = call.params.get("transfer_group"), call.params.get("destination")
    return listing(
        call,
        call.world.store.transfers,
        lambda row: group in {None, row.transfer_group} and destination in {None, row.destination},
        ("transfer_group", group),
    )


def reverse(call: Call) -> Shown:
    """Take back money of a transfer."""
    row = call.find(call.world.store.transfers)
    amount = call.params.get("amount")
    if amount is not None and amount < 1:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    metadata = merge_metadata({}, call.params)
    order = transfers.ReversalOrder(amount, call.params.get("description"), metadata)
    return transfers.reverse(call.world, row, order)


def _reversal(call: Call) -> TransferReversal:
    transfer = call.find(call.world.store.transfers)
    row = call.world.store.reversals.get(call.ids[1])
    if row is None or row.transfer != transfer.id:
        raise missing("transfer_reversal", call.ids[1])
    return row


def retrieve_reversal(call: Call) -> Shown:
    """Show one reversal."""
    return _reversal(call)


def update_reversal(call: Call) -> Shown:
    """Change the metadata of a reversal."""
    row = _reversal(call)
    row.metadata = merge_metadata(row.metadata, call.params)
    return row


def listed_reversals(call: Call) -> Json:
    """List the reversals of a transfer."""
    transfer = call.find(call.world.store.transfers)
    return listing(call, call.world.store.reversals, by=("transfer", transfer.id))


ROUTES = [
    Route("POST", "/v1/transfers", create, CREATE),
    Route("GET", "/v1/transfers", listed, LISTED),
    Route("GET", "/v1/transfers/{}", retrieve),
    Route("POST", "/v1/transfers/{}", update, UPDATE),
    Route("POST", "/v1/transfers/{}/reversals", reverse, REVERSE),
    Route("GET", "/v1/transfers/{}/reversals", listed_reversals, LISTED_REVERSALS),
    Route("GET", "/v1/transfers/{}/reversals/{}", retrieve_reversal),
    Route("POST", "/v1/transfers/{}/reversals/{}", update_reversal, UPDATE_REVERSAL),
]
