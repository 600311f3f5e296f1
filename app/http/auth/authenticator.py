"""Who is calling: bearer tokens, their tenant, their scopes.

The tenant comes from the token and from nowhere else. What makes a token believed is in tokens.py.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.database.client import Database
from app.errors import Problem
from app.http.auth.tokens import KeysUnavailableError, TokenError, Verifier

MAX_SUBJECT_CHARS = 255
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
        self._generation = 0
        self._admitted: dict[UUID, float] = {}

    async def run(self) -> None:
        """Keep the verifier's keys fresh until canceled."""
        await self._verifier.run()

    async def authenticate(self, headers: Sequence[str]) -> Caller:
        """The caller behind the Authorization header.

        Args:
            headers: every Authorization header of the request.

        Raises:
            Problem: unauthenticated, or unavailable while there are no keys.
            DatabaseError: the tenant is not active, or could not be checked.
        """
        caller = await self._caller(_bearer(headers))
        if caller.expires_at <= time.time():
            raise Problem("unauthenticated", "The token has expired.")
        await self._admit(caller.tenant_id)
        return caller

    async def _caller(self, token: str) -> Caller:
        if self._generation != self._verifier.generation:
            self._generation = self._verifier.generation
            self._callers.clear()
        known = self._callers.get(token)
        if known is not None:
            return known
        generation = self._generation
        try:
            claims = await self._verifier.claims(token)
        except TokenError:
            raise Problem("unauthenticated", "The token does not verify.") from None
        except KeysUnavailableError:
            raise Problem("unavailable", "The keys of the token issuer cannot be had.") from None
        caller = _caller_of(claims)
        if generation != self._verifier.generation:
            return caller
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


def _bearer(headers: Sequence[str]) -> str:
    if not any(headers):
        raise Problem(
            "unauthenticated", "No bearer token was sent.", headers={"WWW-Authenticate": "Bearer"}
        )
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not token:
        raise Problem("unauthenticated", "Authorization must be a bearer token.")
    return token.strip()


def _caller_of(claims: Mapping[str, Any]) -> Caller:
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise Problem("unauthenticated", "The claim scope must be a string.")
    return Caller(
        tenant_id=_tenant(claims["tenant_id"]),
        subject=_subject(claims["sub"]),
        scopes=frozenset(scope.split(" ")),
        expires_at=claims["exp"],
    )


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
