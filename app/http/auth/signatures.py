"""Requests of other services: HTTP message signatures (RFC 9421), hmac-sha256.

A signature covers method, authority, target URI, content digest and the bearer token, is 300 s old
at most, and is let in once: its nonce is remembered in PostgreSQL. `Signer` is for the callers.
"""

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from app.config import HmacKey
from app.errors import Problem
from app.observability.logs import get_logger

log = get_logger("signatures")

MAX_SKEW_SECONDS = 300
NONCE_SECONDS = 3 * MAX_SKEW_SECONDS
"""A signature from 300 s ahead is good for 600 s; the rest is for clocks that differ."""

COVERED = ("@method", "@authority", "@target-uri", "content-digest", "authorization")
LABEL = "sig1"
MIN_NONCE_CHARS, MAX_NONCE_CHARS = 16, 255
MAX_HEADER_CHARS = 2048


@dataclass
class Message:
    """A request as signatures see it.

    Attributes:
        method: in upper case.
        url: absolute.
        headers: all of them, as a mapping that may name one twice; a signer adds its own.
    """

    method: str
    url: str
    headers: Any = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that verified.

    Attributes:
        key_id: whose.
        nonce: to be used up.
    """

    key_id: str
    nonce: str


class Signer:
    """Signs requests to /internal/v1.

    Args:
        key_id: name of the key, as in INTERNAL_HMAC_KEYS.
        secret: the key.
    """

    def __init__(self, key_id: str, secret: str) -> None:
        self._key_id = key_id
        self._signer = HTTPMessageSigner(
            signature_algorithm=algorithms.HMAC_SHA256, key_resolver=_Keys({key_id: secret})
        )

    def headers(self, method: str, url: str, body: bytes, token: str) -> dict[str, str]:
        """Authorization, Content-Digest, Signature-Input and Signature of one request.

        Args:
            method: HTTP method.
            url: absolute, exactly as it will be sent.
            body: exactly as it will be sent; empty for a GET.
            token: bearer token.
        """
        message = Message(method.upper(), url, {"Authorization": f"Bearer {token}"})
        self._signer.sign(
            message,
            key_id=self._key_id,
            nonce=secrets.token_urlsafe(24),
            label=LABEL,
            covered_component_ids=COVERED,
            body=body,
        )
        return dict(message.headers)


class Signatures:
    """Checks signatures with the keys of the calling services.

    Args:
        keys: those that verify.
    """

    def __init__(self, keys: Sequence[HmacKey]) -> None:
        self._states = {key.key_id: key.state for key in keys}
        verifying = {k.key_id: k.secret.get_secret_value() for k in keys if k.state != "retired"}
        self._verifier = HTTPMessageVerifier(
            signature_algorithm=algorithms.HMAC_SHA256, key_resolver=_Keys(verifying)
        )
        # Both sides of now; the age itself is then the skew alone.
        self._verifier.max_clock_skew = timedelta(seconds=MAX_SKEW_SECONDS)

    def verify(self, message: Message, body: bytes) -> Signed:
        """The signature of a request; its nonce is still to be used up.

        Raises:
            Problem: signature_required, signature_invalid.
        """
        inputs = _values(message, "signature-input")
        signatures = _values(message, "signature")
        if not (inputs and signatures):
            raise Problem("signature_required")
        if max(len(inputs), len(signatures)) > MAX_HEADER_CHARS:
            raise Problem("signature_invalid")
        try:
            (found,) = self._verifier.verify(
                message, max_age=timedelta(0), require_components=COVERED, body=body
            )
            return self._signed(found.parameters)
        except (HTTPMessageSignaturesException, ValueError, TypeError, KeyError) as error:
            log.info("refused", reason=type(error).__name__, key=self._retired(inputs))
            raise Problem("signature_invalid") from None

    def _signed(self, parameters: Mapping[str, Any]) -> Signed:
        key_id, nonce = parameters["keyid"], parameters["nonce"]
        if not MIN_NONCE_CHARS <= len(nonce) <= MAX_NONCE_CHARS:
            raise ValueError("nonce")
        if parameters.get("expires", _now()) < _now():
            raise ValueError("expired")
        if self._states[key_id] == "verify-only":
            log.info("signed with a key that is being withdrawn", key=key_id)
        return Signed(key_id, nonce)

    def _retired(self, inputs: str) -> str | None:
        """The retired key that somebody still uses, for the log."""
        named = (k for k, state in self._states.items() if state == "retired")
        return next((k for k in named if f'keyid="{k}"' in inputs), None)


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = {key_id: secret.encode() for key_id, secret in keys.items()}

    def resolve_public_key(self, key_id: str) -> bytes:
        return self._keys[key_id]

    def resolve_private_key(self, key_id: str) -> bytes:
        return self._keys[key_id]


def _values(message: Message, header: str) -> str:
    pairs: Iterable[tuple[str, str]] = message.headers.items()
    return ", ".join(value for name, value in pairs if name.lower() == header)


def _now() -> int:
    return int(time.time())
