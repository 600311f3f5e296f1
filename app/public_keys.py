"""The public keys in a JWKS document (RFC 7517) that tokens may be signed with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import orjson

MIN_RSA_BITS = 2048
MAX_KID_CHARS = 255

ALGORITHMS = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
"""Kind and curve of a key to the one algorithm it is used with. The token has no say in it."""


class KeySetError(Exception):
    """The key set cannot be had or used; the text says why."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key.

    Attributes:
        key: as cryptography has it.
        algorithm: the only one it verifies.
    """

    key: Any
    algorithm: str


Keys = Mapping[str, Key]


def parse_keys(document: bytes) -> Keys:
    """The usable keys of a JWKS, by kid.

    Keys of other kinds and uses are passed over, as RFC 7517 asks.

    Raises:
        KeySetError: it is not a JWKS, names a key twice, or has no key for us.
    """
    try:
        entries = orjson.loads(document)["keys"]
        found = [(entry["kid"], _key(entry)) for entry in entries if _is_ours(entry)]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise KeySetError(f"is not a JWKS: {error!r}") from None
    except (jwt.PyJWTError, ValueError) as error:
        raise KeySetError(f"has a key that cannot be read: {error}") from None
    if len({kid for kid, _ in found}) != len(found):
        raise KeySetError("names a kid twice")
    if not found:
        raise KeySetError("has no RS256, ES256 or EdDSA key with a kid")
    return dict(found)


def _is_ours(entry: Mapping[str, Any]) -> bool:
    algorithm = _algorithm(entry)
    kid = entry.get("kid")
    return (
        algorithm is not None
        and entry.get("alg", algorithm) == algorithm
        and entry.get("use", "sig") == "sig"
        and "verify" in entry.get("key_ops", ["verify"])
        and isinstance(kid, str)
        and 0 < len(kid) <= MAX_KID_CHARS
    )


def _algorithm(entry: Mapping[str, Any]) -> str | None:
    return ALGORITHMS.get((str(entry.get("kty")), entry.get("crv")))


def _key(entry: Mapping[str, Any]) -> Key:
    if "d" in entry:
        raise ValueError("it is a private key")
    algorithm = _algorithm(entry)
    key = jwt.PyJWK(dict(entry), algorithm).key
    if algorithm == "RS256" and key.key_size < MIN_RSA_BITS:
        raise ValueError(f"RSA keys need {MIN_RSA_BITS} bits")
    return Key(key, str(algorithm))
