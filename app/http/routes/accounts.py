"""Connected accounts: payees, and the links by which they join."""

from dataclasses import replace

from aiohttp import web

from app.http.answers import answer_document, ask
from app.http.endpoint import BY_STRIPE, Call, Endpoint
from app.http.input.transliteration import transliterate
from app.http.requests import AccountCreate, LinkCreate
from app.http.responses import Account

LOCATION = "/api/v1/connected-accounts/{id}"


async def create(call: Call) -> web.Response:
    """An account at Stripe and its first onboarding link."""
    # The lists are in Latin letters, as transliterated here: so is the name that is screened.
    name = call.document.get("businessName")
    screened = {"screeningName": transliterate(name)} if name else {}
    asked = replace(call, document=call.document | screened)
    return await ask(asked, "connected_account_create", LOCATION)


async def link(call: Call) -> web.Response:
    """A fresh onboarding link."""
    return await ask(call, "onboarding_link_create", LOCATION, account_id=call.ids["id"])


async def get(call: Call) -> web.Response:
    """One account."""
    return await answer_document(call, "connected_account_get", account_id=call.ids["id"])


ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/v1/connected-accounts",
        "accounts:write",
        create,
        body=AccountCreate,
        answer=Account,
        statuses=(201, 202),
        refuses=(*BY_STRIPE, "account_exists"),
    ),
    Endpoint("GET", "/api/v1/connected-accounts/{id}", "payments:read", get, answer=Account),
    Endpoint(
        "POST",
        "/api/v1/connected-accounts/{id}/onboarding-links",
        "accounts:write",
        link,
        body=LinkCreate,
        answer=Account,
        statuses=(201, 202),
        refuses=BY_STRIPE,
    ),
)
