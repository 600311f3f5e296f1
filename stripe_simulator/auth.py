"""Who asks: API keys, connected accounts, API versions."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import re
from typing import TYPE_CHECKING

from stripe_simulator.errors import forbidden, invalid, unauthenticated
from stripe_simulator.routes.accounts import no_access

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stripe_simulator.state import State

VERSION = re.compile(r"20\d\d-\d\d-\d\d(\.(acacia|basil|clover|dahlia|endive|preview|dashboard))?")
NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization "
    "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
    "https://stripe.com/docs/api#authentication for details, or we can help at "
    "https://support.stripe.com/."
)
NOT_PUBLIC = (
    "This API call cannot be made with a publishable API key. Please use a secret API key. You "
    "can find a list of your API keys at https://dashboard.stripe.com/account/apikeys."
)


def read_key(headers: Mapping[str, str]) -> str:
    """Return the API key of a Bearer or Basic authorization, or raise 401."""
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            pass
    raise unauthenticated(NO_KEY)


def check_key(world: State, key: str, method: str, path: str, *, public: bool) -> bool:
    """Accept a key for this endpoint; return whether it is only a publishable one."""
    if key == world.config.secret_key:
        return False
    if key == world.config.publishable_key:
        if not public:
            raise forbidden(NOT_PUBLIC, "secret_key_required")
        return True
    scopes = world.restricted.get(key)
    if scopes is None:
        raise unauthenticated(f"Invalid API Key provided: {hidden(key)}")
    if not any(fnmatch.fnmatchcase(f"{method} {path}", scope) for scope in scopes):
        raise forbidden(
            f"The provided key '{hidden(key)}' does not have the required permissions for this "
            f"endpoint on account '{world.platform}'. Having the permission for {method} {path} "
            "would allow this request to continue."
        )
    return False


def hidden(key: str) -> str:
    """Return a key as messages show it: the beginning, the end, stars between."""
    return f"{key[:8]}{'*' * max(len(key) - 12, 3)}{key[-4:]}"


def acting_account(world: State, headers: Mapping[str, str], key: str) -> str:
    """Return the account a call is for: the platform's, or the connected one it names."""
    named = headers.get("Stripe-Account") or headers.get("Stripe-Context")
    if not named or named == world.platform:
        return world.platform
    account = world.store.accounts.get(named)
    if account is None or account.deauthorized:
        raise no_access(key, named)
    return named


def version(headers: Mapping[str, str]) -> str | None:
    """Return the API version a call names, if Stripe knows such a one."""
    named = headers.get("Stripe-Version", "")
    return named if VERSION.fullmatch(named) else None


def check_version(headers: Mapping[str, str]) -> None:
    """Refuse a version Stripe does not know."""
    if "Stripe-Version" in headers and version(headers) is None:
        raise invalid(f"Invalid Stripe API version: {headers['Stripe-Version']}")
