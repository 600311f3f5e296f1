"""/v1/payment_intents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stripe_simulator.errors import invalid
from stripe_simulator.events import emit
from stripe_simulator.metadata import merge_metadata
from stripe_simulator.money import MAXIMUM, THREE_DECIMAL, WHOLE_HUNDREDS, minimum, shown
from stripe_simulator.objects.payment_intent import PUBLIC, PaymentIntent
from stripe_simulator.operations import confirmation, holds
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, listing
from stripe_simulator.schema import schema

if TYPE_CHECKING:
    from stripe_simulator.routes.base import Shown

Json = dict[str, Any]

SHIPPING = "shipping:{address!:any carrier:str name!:str phone:str tracking_number:str}"
RADAR = "radar_options:{referrer:str? session:str}"
COMMON = (
    "allowed_payment_method_types:[str] hooks:any "
    "capture_method:automatic|automatic_async|manual payment_method:str "
    "payment_method_data:any payment_method_options:any"
)
CREATE = schema(
    COMMON,
    SHIPPING,
    RADAR,
    "amount!:int currency!:currency metadata:map amount_details:any payment_details:any "
    "application_fee_amount:int "
    "automatic_payment_methods:{allow_redirects:always|never enabled!:bool} "
    "confirm:bool confirmation_method:automatic|manual confirmation_token:str customer:str "
    "customer_account:str description:str error_on_requires_action:bool "
    "excluded_payment_method_types:[str] mandate:str mandate_data:any? off_session:off_session "
    "on_behalf_of:str payment_method_configuration:str receipt_email:str return_url:str "
    "setup_future_usage:off_session|on_session statement_descriptor:str "
    "statement_descriptor_suffix:str transfer_data:any transfer_group:str use_stripe_sdk:bool",
)
UPDATE = schema(
    COMMON,
    SHIPPING + "?",
    "amount:int currency:currency metadata:map? amount_details:any? payment_details:any? "
    "application_fee_amount:int? customer:str "
    "customer_account:str description:str? excluded_payment_method_types:[str]? "
    "payment_method_configuration:str receipt_email:str? "
    "setup_future_usage:off_session|on_session? statement_descriptor:str "
    "statement_descriptor_suffix:str transfer_data:any transfer_group:str",
)
CONFIRM = schema(
    COMMON,
    SHIPPING + "?",
    RADAR,
    "amount_details:any? payment_details:any? amount_to_confirm:int confirmation_token:str "
    "error_on_requires_action:bool "
    "excluded_payment_method_types:[str]? mandate:str mandate_data:any? off_session:off_session "
    "receipt_email:str? return_url:str setup_future_usage:off_session|on_session? "
    "use_stripe_sdk:bool client_secret:str",
)
CAPTURE = schema(
    "amount_details:any amount_to_capture:int application_fee_amount:int final_capture:bool "
    "hooks:any metadata:map? payment_details:any? statement_descriptor:str "
    "statement_descriptor_suffix:str transfer_data:any"
)
CANCEL = schema("cancellation_reason:abandoned|duplicate|fraudulent|requested_by_customer")
LISTED = schema(LIST, CREATED, "customer:str customer_account:str")
RETRIEVE = schema("client_secret:str")

STORED = (
    "allowed_payment_method_types",
    "automatic_payment_methods",
    "confirmation_method",
    "description",
    "excluded_payment_method_types",
    "on_behalf_of",
    "payment_method_options",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
NOT_SIMULATED = ("transfer_data", "application_fee_amount", "confirmation_token")
EXCLUSIVE = (
    "automatic_payment_methods",
    "excluded_payment_method_types",
    "payment_method_configuration",
)
CHANGEABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


def create(call: Call) -> Shown:
    """Create an intent, and confirm it when asked to."""
    world, params = call.world, call.params
    _check_amount(params["amount"], params["currency"])
    _check_combination(params)
    customer = call.find_optional(world.store.customers, "customer")
    given = confirmation.presented(world, call.account, params)
    if params.get("confirm") and given is None:
        raise invalid(confirmation.NO_METHOD, code="parameter_missing")
    intent = PaymentIntent(
        id=world.ids.make("pi_"),
        account=call.account,
        created=world.clock.seconds(),
        amount=params["amount"],
        currency=params["currency"],
        status="requires_payment_method",
        capture_method=params.get("capture_method", "automatic_async"),
        secret=world.ids.make(""),
        customer=customer.id if customer else None,
        metadata=merge_metadata({}, params),
        off_session=bool(params.get("off_session")),
    )
    for name in STORED:
        if name in params:
            setattr(intent, name, params[name])
    if not any(name in params for name in ("allowed_payment_method_types", *EXCLUSIVE)):
        intent.automatic_payment_methods = {"allow_redirects": "always", "enabled": True}
    if params.get("confirm"):
        confirmation.check(world, intent, params, given)
    return _store(call, intent, given)


def _store(
    call: Call, intent: PaymentIntent, given: confirmation.Presented | None
) -> PaymentIntent:
    world = call.world
    world.store.payment_intents.add(intent)
    if given is not None and not call.params.get("confirm"):
        confirmation.attach(world, intent, given)
        intent.status = "requires_confirmation"
    emit(world, "payment_intent.created", intent.render(world), intent.account)
    if call.params.get("confirm"):
        confirmation.confirm(world, intent, call.params, given)
    return intent


def _check_amount(amount: int, currency: str) -> None:
    if amount < minimum(currency):
        raise invalid(
            f"Amount must be at least {shown(minimum(currency), currency)} {currency}",
            "amount",
            "amount_too_small",
        )
    if amount > MAXIMUM:
        raise invalid(
            f"Amount must be no more than {shown(MAXIMUM, currency)} {currency}",
            "amount",
            "amount_too_large",
        )
    step = 100 if currency in WHOLE_HUNDREDS else 10 if currency in THREE_DECIMAL else 1
    if amount % step:
        raise invalid(
            f"Invalid amount: in {currency} it must be divisible by {step}",
            "amount",
            "invalid_charge_amount",
        )


def _refuse_unsimulated(params: Json) -> None:
    for name in NOT_SIMULATED:
        if params.get(name) is not None:
            raise invalid(
                f"The simulator does not simulate {name}; it refuses it rather than moving money "
                "wrongly.",
                name,
            )


def _check_combination(params: Json) -> None:
    _refuse_unsimulated(params)
    if "allowed_payment_method_types" in params:
        for name in EXCLUSIVE:
            if name in params:
                raise invalid(
                    f"You may only specify one of these parameters: allowed_payment_method_types, "
                    f"{name}.",
                    name,
                )
    if "payment_method" in params and "payment_method_data" in params:
        raise invalid(
            "You may only specify one of these parameters: payment_method, payment_method_data.",
            "payment_method_data",
        )
    if not params.get("confirm"):
        for name in ("off_session", "error_on_requires_action", "return_url"):
            if name in params:
                raise invalid(
                    f"The parameter `{name}` cannot be passed when creating a PaymentIntent "
                    "unless `confirm` is set to true.",
                    name,
                )


def retrieve(call: Call) -> Shown | Json:
    """Show one intent; a browser sees the public part."""
    return _public(call, call.find(call.world.store.payment_intents))


def _public(call: Call, intent: PaymentIntent) -> Shown | Json:
    if not call.public:
        return intent
    shown_ = intent.render(call.world)
    return {name: value for name, value in shown_.items() if name in PUBLIC}


def check_secret(call: Call) -> None:
    """Let a publishable key touch only the intent whose client secret it names."""
    secret = call.params.get("client_secret")
    intent = call.find(call.world.store.payment_intents)
    if secret is None:
        raise invalid(
            "Missing required param: client_secret.", "client_secret", "parameter_missing"
        )
    if secret != intent.client_secret:
        raise invalid(
            "The client_secret provided does not match any associated PaymentIntent on this "
            "account. Ensure the client_secret was copied correctly and that the PaymentIntent "
            "was created on this account.",
            "client_secret",
            "payment_intent_invalid_parameter",
        )


def update(call: Call) -> Shown:
    """Change an intent."""
    world, params = call.world, call.params
    intent = call.find(world.store.payment_intents)
    _check_combination({"confirm": True} | params)
    _check_update(call, intent)
    given = confirmation.presented(world, call.account, params)
    customer = call.find_optional(world.store.customers, "customer")
    intent.metadata = merge_metadata(intent.metadata, params)
    if customer is not None:
        intent.customer = customer.id
    for name in ("amount", "currency", "capture_method", *STORED):
        if name in params:
            setattr(intent, name, params[name])
    if given is not None:
        confirmation.attach(world, intent, given)
        intent.status = "requires_confirmation"
        intent.next_action, intent.last_payment_error = None, None
    return intent


def _check_update(call: Call, intent: PaymentIntent) -> None:
    frozen = [
        name
        for name in (
            "amount",
            "currency",
            "capture_method",
            "payment_method",
            "payment_method_data",
            "customer",
        )
        if name in call.params
    ]
    if frozen and intent.status not in CHANGEABLE:
        raise holds.unexpected(
            call.world,
            intent,
            f"This PaymentIntent's {frozen[0]} could not be updated because it has a status of "
            f"{intent.status}. You may only update the {frozen[0]} of a PaymentIntent with one "
            "of the following statuses: requires_payment_method, requires_confirmation, "
            "requires_action.",
        )
    if {"amount", "currency"} & call.params.keys():
        _check_amount(
            call.params.get("amount", intent.amount), call.params.get("currency", intent.currency)
        )


def confirm(call: Call) -> Shown | Json:
    """Confirm an intent."""
    world = call.world
    _refuse_unsimulated(call.params)
    intent = call.find(world.store.payment_intents)
    if call.params.get("payment_method") and call.params.get("payment_method_data"):
        raise invalid(
            "You may only specify one of these parameters: payment_method, payment_method_data.",
            "payment_method_data",
        )
    given = confirmation.presented(world, call.account, call.params)
    wanted = call.params.get("amount_to_confirm", intent.amount)
    if wanted != intent.amount:
        raise invalid(
            "The amount_to_confirm does not match the amount of the PaymentIntent.",
            "amount_to_confirm",
        )
    confirmation.check(world, intent, call.params, given)
    confirmation.confirm(world, intent, call.params, given)
    return _public(call, intent)


def capture(call: Call) -> Shown:
    """Capture a hold, once."""
    world = call.world
    _refuse_unsimulated(call.params)
    intent = call.find(world.store.payment_intents)
    amount = call.params.get("amount_to_capture")
    if amount is not None and amount < 1:
        raise invalid("Invalid positive integer", "amount_to_capture", "parameter_invalid_integer")
    if call.params.get("final_capture") is False:
        raise invalid("Multicapture is not enabled on this account.", "final_capture")
    holds.capture(world, intent, amount, merge_metadata(intent.metadata, call.params))
    return intent


def cancel(call: Call) -> Shown:
    """Cancel an intent."""
    intent = call.find(call.world.store.payment_intents)
    holds.cancel(call.world, intent, call.params.get("cancellation_reason"))
    return intent


def listed(call: Call) -> Json:
    """List intents."""
    customer = call.params.get("customer")
    return listing(
        call, call.world.store.payment_intents, lambda row: customer in {None, row.customer}
    )


BASE = "/v1/payment_intents"
ROUTES = [
    Route("POST", BASE, create, CREATE),
    Route("GET", BASE, listed, LISTED),
    Route("GET", f"{BASE}/{{}}", retrieve, RETRIEVE, public=True),
    Route("POST", f"{BASE}/{{}}", update, UPDATE),
    Route("POST", f"{BASE}/{{}}/confirm", confirm, CONFIRM, public=True),
    Route("POST", f"{BASE}/{{}}/capture", capture, CAPTURE),
    Route("POST", f"{BASE}/{{}}/cancel", cancel, CANCEL),
]
