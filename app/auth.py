"""Who is calling: bearer tokens (HS256), their tenant, their scopes.

The tenant comes from the token and from nowhere else. Key families other than a shared secret slot
in as another `Verifier`.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import jwt

from app.config import Settings
from app.db import Database
from app.errors import Problem

ALGORITHM = "HS256"
SKEW_SECONDS = 60
"""A token may be issued by a clock this far ahead of ours. `exp` gets no grace."""

MAX_SUBJECT_CHARS = 255
MAX_TOKEN_CHARS = 8192
TENANT_CACHE_SECONDS = 2.0
"""How long a disabled tenant may still be served."""

TENANT_CACHE_SIZE = 10_000
TOKEN_CACHE_SIZE = 1024
NIL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller.

    Attributes:
        tenant_id: whose data it may touch.
        subject: who it is, within the tenant's issuer.
        scopes: what it may do.
        expires_at: seconds since the epoch.
    """

    tenant_id: UUID
    subject: str
    scopes: frozenset[str]
    expires_at: int


class Verifier(Protocol):
    """Checks a token's signature and registered claims."""

    def claims(self, token: str) -> Mapping[str, Any]:
        """The verified claims.

        Raises:
            jwt.PyJWTError: when the token must not be believed.
        """


class SharedSecret:
    """Tokens signed with HS256 and one secret."""

    def __init__(self, settings: Settings) -> None:
        assert settings.jwt_secret is not None  # noqa: S101 -- load_settings demands it
        self._key = settings.jwt_secret.get_secret_value()
        self._audience = settings.jwt_audience
        self._issuer = settings.jwt_issuer
        required = ["sub", "tenant_id", "exp", "iat"]
        required += ["aud"] if self._audience else []
        required += ["iss"] if self._issuer else []
        self._options: Any = {
            "require": required,
            "verify_aud": self._audience is not None,
            "verify_exp": False,  # checked here, without the grace that iat and nbf get
        }

    def claims(self, token: str) -> Mapping[str, Any]:
        """The verified claims; see Verifier."""
        return jwt.decode(
            token,
            self._key,
            algorithms=[ALGORITHM],
            audience=self._audience,
            issuer=self._issuer,
            leeway=SKEW_SECONDS,
            options=self._options,
        )


class Authenticator:
    """From an Authorization header to a caller whose tenant is active.

    Args:
        verifier: checks signatures.
        database: asked whether a tenant is active.
    """

    def __init__(self, verifier: Verifier, database: Database) -> None:
        self._verifier = verifier
        self._database = database
        self._callers: dict[str, Caller] = {}
        self._admitted: dict[UUID, float] = {}

    async def authenticate(self, header: str | None) -> Caller:
        """The caller behind an Authorization header.

        Raises:
            Problem: unauthenticated or tenant_disabled.
            DatabaseError: the tenant could not be checked.
        """
        caller = self._caller(_bearer(header))
        if caller.expires_at <= time.time():
            raise Problem("unauthenticated", "The token has expired.")
        await self._admit(caller.tenant_id)
        return caller

    def _caller(self, token: str) -> Caller:
        known = self._callers.get(token)
        if known is not None:
            return known
        try:
            claims = self._verifier.claims(token)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Problem("unauthenticated", "The token does not verify.") from None
        caller = _caller_of(claims)
        if len(self._callers) >= TOKEN_CACHE_SIZE:
            self._callers.clear()
        self._callers[token] = caller
        return caller

    async def _admit(self, tenant_id: UUID) -> None:
        now = time.monotonic()
        if self._admitted.get(tenant_id, 0.0) > now:
            return
        self._admitted.pop(tenant_id, None)
        await self._database.rows("tenant_check", tenant_id=tenant_id)
        if len(self._admitted) >= TENANT_CACHE_SIZE:
            self._admitted.clear()
        self._admitted[tenant_id] = now + TENANT_CACHE_SECONDS


def require_scope(caller: Caller, scope: str) -> None:
    """Refuse a caller without a scope.

    Raises:
        Problem: insufficient_scope.
    """
    if scope not in caller.scopes:
        raise Problem("insufficient_scope", f"The token lacks the scope {scope}.")


def _bearer(header: str | None) -> str:
    if not header:
        raise Problem(
            "unauthenticated", "No bearer token was sent.", headers={"WWW-Authenticate": "Bearer"}
        )
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_CHARS:
        raise Problem("unauthenticated", "Authorization must be a bearer token.")
    return token.strip()


def _caller_of(claims: Mapping[str, Any]) -> Caller:
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise Problem("unauthenticated", "The claim scope must be a string.")
    _whole_seconds(claims, "iat")
    return Caller(
        tenant_id=_tenant(claims["tenant_id"]),
        subject=_subject(claims["sub"]),
        scopes=frozenset(scope.split()),
        expires_at=_whole_seconds(claims, "exp"),
    )


def _whole_seconds(claims: Mapping[str, Any], name: str) -> int:
    value = claims[name]
    if type(value) is not int:  # bool is an int, and a string must not pass
        raise Problem("unauthenticated", f"The claim {name} must be a whole number of seconds.")
    return value


def _subject(value: Any) -> str:
    if isinstance(value, str) and value.isprintable() and 0 < len(value) <= MAX_SUBJECT_CHARS:
        return value
    raise Problem("unauthenticated", "The claim sub must be a printable string.")


def _tenant(value: Any) -> UUID:
    try:
        tenant = UUID(value) if isinstance(value, str) else NIL
    except ValueError:
        tenant = NIL
    if tenant == NIL or str(tenant) != value:
        raise Problem("unauthenticated", "The claim tenant_id must be a canonical UUID.")
    return tenant
