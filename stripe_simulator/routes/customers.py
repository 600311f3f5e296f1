"""/v1/customers and /v1/payment_methods, as far as payments need them."""

from __future__ import annotations

from typing import Any

from stripe_simulator.errors import invalid, refused
from stripe_simulator.events import emit
from stripe_simulator.metadata import merge_metadata
from stripe_simulator.objects.customer import Customer
from stripe_simulator.operations import confirmation
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, Shown, listing
from stripe_simulator.schema import schema

Json = dict[str, Any]
COMMON = (
    "address:any? balance:int business_name:str? cash_balance:any description:str email:str "
    "individual_name:str? invoice_prefix:str invoice_settings:any metadata:map? name:str "
    "next_invoice_sequence:int phone:str preferred_locales:[str] shipping:any? source:str "
    "tax:any tax_exempt:exempt|none|reverse? validate:bool"
)
CREATE = schema(COMMON, "payment_method:str tax_id_data:any test_clock:str")
UPDATE = schema(COMMON, "default_source:str")
LISTED = schema(LIST, CREATED, "email:str test_clock:str")
TYPES = (
    "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit "
    "bancontact billie bizum blik boleto card cashapp crypto custom customer_balance eps fpx "
    "giropay grabpay ideal kakao_pay klarna konbini kr_card link mb_way mobilepay multibanco "
    "naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay payto pix "
    "promptpay revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit swish "
    "twint upi us_bank_account wechat_pay zip"
)
TYPE = "|".join(TYPES.split())
CREATE_METHOD = schema(
    " ".join(f"{name}:any" for name in [*TYPES.split(), "interac_present"]),
    f"type:{TYPE} allow_redisplay:always|limited|unspecified billing_details:any customer:str "
    "metadata:map payment_method:str radar_options:any",
)
LISTED_METHODS = schema(
    LIST,
    f"allow_redisplay:always|limited|unspecified customer:str customer_account:str type:{TYPE}",
)
ATTACH = schema("customer:str customer_account:str")


def create(call: Call) -> Shown:
    """Create a customer."""
    params = dict(call.params)
    metadata = merge_metadata({}, params)
    params.pop("metadata", None)
    customer = call.world.store.customers.add(
        Customer(
            id=call.world.ids.make("cus_"),
            account=call.account,
            created=call.world.clock.seconds(),
            details=params,
            metadata=metadata,
        )
    )
    emit(call.world, "customer.created", customer.render(call.world), call.account)
    return customer


def retrieve(call: Call) -> Shown:
    """Show one customer."""
    return call.find(call.world.store.customers)


def update(call: Call) -> Shown:
    """Change a customer."""
    customer = call.find(call.world.store.customers)
    params = dict(call.params)
    customer.metadata = merge_metadata(customer.metadata, params)
    params.pop("metadata", None)
    customer.details = customer.details | params
    emit(call.world, "customer.updated", customer.render(call.world), call.account)
    return customer


def delete(call: Call) -> Json:
    """Delete a customer."""
    customer = call.find(call.world.store.customers)
    emit(call.world, "customer.deleted", customer.render(call.world), call.account)
    call.world.store.customers.remove(customer.id)
    return {"id": customer.id, "object": "customer", "deleted": True}


def listed(call: Call) -> Json:
    """List customers."""
    email = call.params.get("email")
    return listing(
        call, call.world.store.customers, lambda row: email in {None, row.details.get("email")}
    )


def create_method(call: Call) -> Shown:
    """Create a payment method from a test token."""
    if "type" not in call.params:
        raise invalid("Missing required param: type.", "type", "parameter_missing")
    method = confirmation.make_method(call.world, call.account, confirmation.from_data(call.params))
    method.metadata = merge_metadata({}, call.params)
    return method


def retrieve_method(call: Call) -> Shown:
    """Show one payment method."""
    return call.find(call.world.store.payment_methods)


def attach(call: Call) -> Shown:
    """Attach a payment method to a customer."""
    world = call.world
    if "customer" not in call.params:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    customer = call.find(world.store.customers, call.params["customer"], "customer")
    given = confirmation.presented(world, call.account, {"payment_method": call.id})
    if given is not None and given.card is not None:
        method = confirmation.make_method(world, call.account, given)
    else:
        method = call.find(world.store.payment_methods)
    if method.customer not in {None, customer.id}:
        raise refused("The payment method you provided has already been attached to a customer.")
    method.customer = customer.id
    emit(world, "payment_method.attached", method.render(world), call.account)
    return method


def detach(call: Call) -> Shown:
    """Detach a payment method from its customer."""
    method = call.find(call.world.store.payment_methods)
    if method.customer is None:
        raise refused(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
    method.customer = None
    emit(call.world, "payment_method.detached", method.render(call.world), call.account)
    return method


def listed_methods(call: Call) -> Json:
    """List payment methods."""
    customer = call.params.get("customer")
    return listing(
        call, call.world.store.payment_methods, lambda row: customer in {None, row.customer}
    )


ROUTES = [
    Route("POST", "/v1/customers", create, CREATE),
    Route("GET", "/v1/customers", listed, LISTED),
    Route("GET", "/v1/customers/{}", retrieve),
    Route("POST", "/v1/customers/{}", update, UPDATE),
    Route("DELETE", "/v1/customers/{}", delete),
    Route("POST", "/v1/payment_methods", create_method, CREATE_METHOD),
    Route("GET", "/v1/payment_methods", listed_methods, LISTED_METHODS),
    Route("GET", "/v1/payment_methods/{}", retrieve_method),
    Route("POST", "/v1/payment_methods/{}/attach", attach, ATTACH),
    Route("POST", "/v1/payment_methods/{}/detach", detach),
]
