"""Tokens: what a JWT must look like, and whose signature makes it believed.

One family of keys at a time: a shared secret (HS256), or public keys of a JWKS (jwks.py). Never
both, so that nobody signs with a public key as if it were a secret.
"""

import re
from collections.abc import Mapping
from typing import Any, Protocol

import jwt

from app.config import Settings
from app.http.input import strict_json

SHARED = "HS256"
SKEW_SECONDS = 60
"""A token may be issued by a clock this far ahead of ours. `exp` gets no grace."""

MAX_TOKEN_CHARS = 8192
TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
HEADER = frozenset({"alg", "typ", "kid", "cty"})
"""All a header may say. `crit`, `jku`, `jwk`, `x5u`, `x5c`, `b64`, `zip` would have us trust the
sender's keys or read the token in another way."""

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class TokenError(Exception):
    """The token must not be believed; the text says why, for us and not for the caller."""


class KeysUnavailableError(Exception):
    """No key has ever been had: whether to believe the token is not known."""


class Verifier(Protocol):
    """Checks a token's form, signature and registered claims."""

    generation: int
    """Rises whenever a key may have gone: what was believed before must be looked at again."""

    async def claims(self, token: str) -> Mapping[str, Any]:
        """The verified claims.

        Raises:
            TokenError: the token must not be believed.
            KeysUnavailableError: there is nothing yet to check it with.
        """

    async def run(self) -> None:
        """Keep the keys fresh until canceled."""


class SharedSecret:
    """Tokens signed with HS256 and one secret.

    Args:
        settings: the secret, and what the claims must name.
    """

    def __init__(self, settings: Settings) -> None:
        assert settings.jwt_secret is not None  # noqa: S101 -- load_settings demands it
        self._key = settings.jwt_secret.get_secret_value()
        self._rules = Rules(settings)
        self.generation = 0

    async def claims(self, token: str) -> Mapping[str, Any]:
        """The verified claims; see Verifier."""
        header(token)
        return self._rules.claims(token, self._key, SHARED)

    async def run(self) -> None:
        """Nothing changes; see Verifier."""


class Rules:
    """What the claims must say, whatever key signed them.

    Args:
        settings: issuer, audience and longest life, where configured.
    """

    def __init__(self, settings: Settings) -> None:
        self._audience = settings.jwt_audience
        self._issuer = settings.jwt_issuer
        self._lifetime = settings.jwt_max_lifetime_seconds
        required = ["sub", "tenant_id", "exp", "iat"]
        required += ["aud"] if self._audience else []
        required += ["iss"] if self._issuer else []
        self._options: Any = {
            "require": required,
            "verify_aud": self._audience is not None,
            "verify_exp": False,  # the caller checks it, without the grace that iat and nbf get
            "enforce_minimum_key_length": True,
        }

    def claims(self, token: str, key: Any, algorithm: str) -> Mapping[str, Any]:
        """The claims of a token signed with this key and this algorithm, and no other.

        Raises:
            TokenError: signature or claims are not as they must be.
        """
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=SKEW_SECONDS,
                options=self._options,
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise TokenError(str(error)) from None
        _json_object(token.split(".")[1])
        self._check_times(claims)
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        for name in ("exp", "iat", "nbf"):
            if name in claims and type(claims[name]) is not int:  # bool is an int
                raise TokenError(f"{name} is no whole number of seconds")
        life = claims["exp"] - claims["iat"]
        if life <= 0 or (self._lifetime and life > self._lifetime):
            raise TokenError("it lives too long, or not at all")


def header(token: str) -> Mapping[str, Any]:
    """The header of a token, not yet believed.

    Raises:
        TokenError: it is not the compact form, or its header says more than it may.
    """
    if len(token) > MAX_TOKEN_CHARS or not _FORM.fullmatch(token):
        raise TokenError("it is not a compact JWS")
    found = _json_object(token.partition(".")[0])
    if not found.keys() <= HEADER or not all(isinstance(value, str) for value in found.values()):
        raise TokenError("its header says what it must not")
    if found.get("typ", "JWT").lower() not in TYPES:
        raise TokenError("it is a token of another type")
    return found


def _json_object(part: str) -> dict[str, Any]:
    """One part of a token; no key comes twice, for readers differ about those."""
    try:
        value = strict_json.loads(jwt.utils.base64url_decode(part).decode())
    except (ValueError, RecursionError):
        raise TokenError("a part of it is not JSON") from None
    if not isinstance(value, dict):
        raise TokenError("a part of it is not an object")
    return value
