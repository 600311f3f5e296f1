"""/v1/refunds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stripe_simulator.errors import invalid, refused
from stripe_simulator.events import emit
from stripe_simulator.metadata import merge_metadata
from stripe_simulator.operations import refunds
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, Shown, listing
from stripe_simulator.schema import schema

if TYPE_CHECKING:
    from stripe_simulator.objects.charge import Charge

Json = dict[str, Any]
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
CREATE = schema(
    "amount:int charge:str currency:currency customer:str instructions_email:str metadata:map? "
    "origin:customer_balance payment_intent:str reason:str refund_application_fee:bool "
    "reverse_transfer:bool"
)
UPDATE = schema("metadata:map?")
LISTED = schema(LIST, CREATED, "charge:str payment_intent:str")


def create(call: Call) -> Shown:
    """Refund a charge, or an intent's successful charge."""
    params = call.params
    if params.get("reason", REASONS[0]) not in REASONS:
        raise invalid(
            "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer",
            "reason",
        )
    for name in ("origin", "customer", "instructions_email"):
        if name in params:
            raise invalid(f"The parameter {name} is for customer balances only.", name)
    amount = params.get("amount")
    if amount is not None and amount < 1:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    charge = _charge(call)
    _refuse_connect(call, charge)
    metadata = merge_metadata({}, params)
    order = refunds.Order(amount, params.get("reason"), metadata)
    return refunds.refund(call.world, charge, order)


def _charge(call: Call) -> Charge:
    world, params = call.world, call.params
    if "charge" not in params and "payment_intent" not in params:
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
            code="parameter_missing",
        )
    if "charge" in params:
        charge = call.find(world.store.charges, params["charge"], "charge")
        if params.get("payment_intent") not in {None, charge.payment_intent}:
            raise invalid(
                f"Charge {charge.id} does not belong to the PaymentIntent given.", "charge"
            )
        if charge.source_transfer is not None or charge.status != "succeeded":
            raise refused(
                f"Charge {charge.id} cannot be refunded: it has a status of {charge.status}.",
                code="charge_not_refundable",
            )
        return charge
    intent = call.find(world.store.payment_intents, params["payment_intent"], "payment_intent")
    found = world.store.charges.get(intent.latest_charge)
    if found is None or found.status != "succeeded":
        raise refused(
            f"This PaymentIntent ({intent.id}) does not have a successful charge to refund."
        )
    return found


def _refuse_connect(call: Call, charge: Charge) -> None:
    if call.params.get("reverse_transfer"):
        raise refused(
            f"Cannot reverse_transfer: charge {charge.id} does not have an associated transfer.",
            "reverse_transfer",
        )
    if call.params.get("refund_application_fee"):
        raise refused(
            f"Cannot refund_application_fee: charge {charge.id} has no application fee.",
            "refund_application_fee",
        )


def retrieve(call: Call) -> Shown:
    """Show one refund."""
    return call.find(call.world.store.refunds)


def update(call: Call) -> Shown:
    """Change the metadata of a refund."""
    row = call.find(call.world.store.refunds)
    if "metadata" in call.params:
        row.metadata = merge_metadata(row.metadata, call.params)
        emit(call.world, "refund.updated", row.render(call.world), row.account)
        emit(call.world, "charge.refund.updated", row.render(call.world), row.account)
    return row


def cancel(call: Call) -> Shown:
    """Cancel a refund that waits for the customer."""
    row = call.find(call.world.store.refunds)
    if row.status != "requires_action":
        raise refused(f"Refund {row.id} is not cancelable: it has a status of {row.status}.")
    refunds.cancel(call.world, row)
    return row


def listed(call: Call) -> Json:
    """List refunds."""
    charge, intent = call.params.get("charge"), call.params.get("payment_intent")
    by = ("charge", charge) if charge else ("payment_intent", intent)
    return listing(
        call,
        call.world.store.refunds,
        lambda row: charge in {None, row.charge} and intent in {None, row.payment_intent},
        by,
    )


ROUTES = [
    Route("POST", "/v1/refunds", create, CREATE),
    Route("GET", "/v1/refunds", listed, LISTED),
    Route("GET", "/v1/refunds/{}", retrieve),
    Route("POST", "/v1/refunds/{}", update, UPDATE),
    Route("POST", "/v1/refunds/{}/cancel", cancel),
]
