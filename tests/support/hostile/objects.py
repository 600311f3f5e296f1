"""OWASP API1, API3, API5: other people's objects, properties and functions."""

from typing import Any

from tests.support.hostile.attack import GOOD, INTENTS, SCOPES, Attack, bearer, get
from tests.support.service import OTHER_TENANT, TENANT

V1 = "/api/v1"
REASON = {"reason": "because"}

POSTS: dict[str, tuple[str, Any]] = {
    "capture": (f"{V1}/payments/<their_payment>/capture", {}),
    "cancel": (f"{V1}/payments/<their_payment>/cancel", {}),
    "refund": (f"{V1}/refunds", {"paymentId": "<their_payment>", "reason": "other"}),
    "release": (f"{V1}/escrows/<their_escrow>/release", REASON),
    "call off": (f"{V1}/escrows/<their_escrow>/cancel", REASON),
    "confirm": (f"{V1}/escrows/<their_escrow>/conditions/scanned", {"evidence": "x"}),
    "counter": (
        f"{V1}/disputes/<their_dispute>/evidence",
        {"evidence": {"product_description": "x"}},
    ),
    "onboard": (f"{V1}/connected-accounts/<their_account>/onboarding-links", {}),
}
GETS = {
    "payment": "payments/<their_payment>",
    "refund": "refunds/<their_refund>",
    "transfer": "transfers/<their_transfer>",
    "escrow": "escrows/<their_escrow>",
    "dispute": "disputes/<their_dispute>",
    "account": "connected-accounts/<their_account>",
    "batch": "refund-batches/<their_batch>",
}

OTHERS_OBJECTS = (
    *(get(f"read another tenant's {n}", 404, "not_found", f"{V1}/{p}") for n, p in GETS.items()),
    *(
        Attack(f"{name} what another tenant owns", 404, "not_found", path, body)
        for name, (path, body) in POSTS.items()
    ),
    get("a payment's id as a transfer's", 404, "not_found", f"{V1}/transfers/<paid>"),
    get("a transfer's id as a payment's", 404, "not_found", f"{V1}/payments/<transfer>"),
    get("an id nobody has", 404, "not_found", f"{V1}/payments/<unknown>"),
    get(
        "another tenant in a header",
        404,
        "not_found",
        f"{V1}/payments/<their_payment>",
        headers={"X-Tenant-Id": OTHER_TENANT, "Tenant": OTHER_TENANT},
    ),
    get(
        "another tenant in the query",
        422,
        "validation_failed",
        f"{V1}/payments?tenantId={OTHER_TENANT}",
    ),
    get(
        "another tenant's refunds by its payment",
        200,
        "",
        f"{V1}/refunds?paymentId=<their_payment>",
    ),
)

FORGED = {
    "tenantId": OTHER_TENANT,
    "tenant_id": TENANT,
    "id": "0192f1c4-0000-4000-8000-000000000000",
    "status": "succeeded",
    "amountCaptured": 10_000,
    "amountRefunded": 0,
    "stripePaymentIntentId": "pi_1",
    "clientSecret": "pi_1_secret_1",
    "risk": {"decision": "allow"},
    "createdAt": "2020-01-01T00:00:00Z",
    "transfers": [],
    "applicationFee": 0,
    "isAdmin": True,
    "__proto__": {"admin": True},
    "constructor": {"prototype": {}},
}

OTHERS_PROPERTIES = (
    *(
        Attack(f"the property {name}", 422, "validation_failed", body=GOOD | {name: value})
        for name, value in FORGED.items()
    ),
    Attack(
        "metadata that only we write",
        422,
        "validation_failed",
        body=GOOD | {"metadata": {"tenant_id": OTHER_TENANT}},
    ),
    Attack(
        "an operation id in metadata",
        422,
        "validation_failed",
        body=GOOD | {"metadata": {"operation_id": "<unknown>"}},
    ),
    Attack(
        "Stripe's own parameters in metadata",
        422,
        "validation_failed",
        body=GOOD | {"metadata": {"a][transfer_data][destination": "acct_1"}},
    ),
    Attack(
        "a share for the account of another tenant",
        422,
        "payee_not_found",
        body=GOOD
        | {"splits": [{"recipientType": "artist", "recipientId": "venue-1", "basisPoints": 1}]},
    ),
)

_ROUTES = {
    "payments:write": (INTENTS, GOOD),
    "refunds:write": (f"{V1}/refunds", {"paymentId": "<paid>", "reason": "other"}),
    "accounts:write": (
        f"{V1}/connected-accounts",
        {"recipientType": "artist", "recipientId": "a", "email": "a@b.example", "country": "US"},
    ),
    "escrow:write": (f"{V1}/escrows/<escrow>/release", REASON),
}


def _without(scope: str) -> str:
    return " ".join(one for one in SCOPES.split() if one != scope)


OTHERS_FUNCTIONS = (
    *(
        Attack(
            f"a token without {scope}",
            403,
            "insufficient_scope",
            path,
            body,
            headers=bearer(_without(scope)),
        )
        for scope, (path, body) in _ROUTES.items()
    ),
    Attack(
        "cancel an event without refunds:write",
        403,
        "insufficient_scope",
        f"{V1}/events/event-1/cancellation",
        REASON,
        headers=bearer(_without("refunds:write")),
    ),
    get(
        "read with only write scopes",
        403,
        "insufficient_scope",
        f"{V1}/payments/<paid>",
        headers=bearer(_without("payments:read")),
    ),
    Attack("scope *", 403, "insufficient_scope", headers=bearer("*")),
    Attack("scope in capitals", 403, "insufficient_scope", headers=bearer("PAYMENTS:WRITE")),
    Attack("scope admin", 403, "insufficient_scope", headers=bearer("admin root payments:*")),
    Attack(
        "scopes with commas", 403, "insufficient_scope", headers=bearer(SCOPES.replace(" ", ","))
    ),
    Attack(
        "method override",
        405,
        "method_not_allowed",
        f"{V1}/payments",
        headers={"X-HTTP-Method-Override": "GET"},
    ),
    get("metrics on the public port", 404, "not_found", "/metrics"),
    Attack("PUT a payment", 405, "method_not_allowed", f"{V1}/payments/<paid>", GOOD, method="PUT"),
    Attack(
        "PATCH a payment",
        405,
        "method_not_allowed",
        f"{V1}/payments/<paid>",
        {"amount": 1},
        method="PATCH",
    ),
    Attack(
        "DELETE a payment",
        405,
        "method_not_allowed",
        f"{V1}/payments/<paid>",
        None,
        method="DELETE",
    ),
    Attack(
        "GET where payments are made",
        405,
        "method_not_allowed",
        f"{V1}/payments/intents",
        None,
        method="GET",
    ),
    Attack("POST to a payment", 405, "method_not_allowed", f"{V1}/payments/<paid>", {"amount": 1}),
)

ATTACKS = (*OTHERS_OBJECTS, *OTHERS_PROPERTIES, *OTHERS_FUNCTIONS)
