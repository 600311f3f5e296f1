"""Tokens signed with public keys: which are believed, and when the keys are asked for again."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from app import public_keys
from app.config import load_settings
from app.http.auth.jwks import UNKNOWN_KEY_SECONDS, KeySet
from app.http.auth.tokens import KeysUnavailableError, TokenError
from app.public_keys import KeySetError, parse_keys
from tests.unit.test_auth import claims
from tests.unit.test_config import GOOD

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
OTHER = ec.generate_private_key(ec.SECP256R1())
SIGNERS: dict[str, tuple[Any, str]] = {
    "rsa": (RSA, "RS256"),
    "ec": (EC, "ES256"),
    "ed": (ED, "EdDSA"),
}


def entry(key: Any, kid: str, **more: Any) -> dict[str, Any]:
    """A public key as an entry of a JWKS."""
    if isinstance(key, rsa.RSAPrivateKey):
        found = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        found = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        found = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    found.pop("key_ops", None)
    return found | {"kid": kid} | more


ALL = [entry(RSA, "rsa", alg="RS256", use="sig"), entry(EC, "ec"), entry(ED, "ed")]


def document(*entries: dict[str, Any]) -> bytes:
    """A JWKS."""
    return json.dumps({"keys": entries}).encode()


def sign(kid: str | None, signer: tuple[Any, str] | None = None, **changes: Any) -> str:
    """A token; signed by the key of that name unless told."""
    key, algorithm = signer or SIGNERS[str(kid)]
    return jwt.encode(claims(**changes), key, algorithm, headers={"kid": kid} if kid else {})


class Clock:
    """Monotonic seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class Issuer:
    """A token issuer whose answer can be changed; counts how often it is asked."""

    def __init__(self) -> None:
        self.body, self.status, self.asked = document(*ALL), 200, 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.url = ""

    async def answer(self, _request: web.Request) -> web.Response:
        """GET of the key set."""
        self.asked += 1
        await self.gate.wait()
        headers = {"Location": self.url} if self.status == 302 else {}
        return web.Response(body=self.body, status=self.status, headers=headers)

    def keys(self, clock: Clock | None = None, **environment: str) -> KeySet:
        """A verifier that asks this issuer."""
        wanted = {"APP_ENV": "test", "JWT_SECRET": "", "JWT_JWKS": self.url} | environment
        return KeySet(load_settings(GOOD | wanted), clock=clock or Clock())


@pytest_asyncio.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """One that listens."""
    made, app = Issuer(), web.Application()
    app.router.add_get("/keys", made.answer)
    async with TestServer(app) as server:
        made.url = str(server.make_url("/keys"))
        yield made


@pytest.mark.parametrize("kid", sorted(SIGNERS))
async def test_each_algorithm_is_believed(issuer: Issuer, kid: str) -> None:
    """RS256, ES256 and EdDSA; the first token fetches the keys."""
    assert (await issuer.keys().claims(sign(kid)))["sub"] == "u"
    assert issuer.asked == 1


@pytest.mark.parametrize(
    "token",
    [
        sign("ec", (OTHER, "ES256")),
        sign("rsa", (EC, "ES256")),
        sign("ec", (RSA, "RS256")),
        sign("rsa", (RSA, "RS512")),
        sign("rsa", (RSA, "PS256")),
        sign(None, (EC, "ES256")),
        jwt.encode(claims(), "", "none", headers={"kid": "ec"}),
        jwt.encode(
            claims(),
            EC.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint),
            "HS256",
            headers={"kid": "ec"},
        ),
        sign("ed", exp=1),
        sign("ed", iat=2**33),
        sign("ed", exp=None),
    ],
)
async def test_what_another_key_or_algorithm_signed_is_not(issuer: Issuer, token: str) -> None:
    """A key verifies one algorithm; the token cannot choose, least of all HS256 or none."""
    keys = issuer.keys()
    with pytest.raises(TokenError):
        await keys.claims(token)


async def test_a_rotation(issuer: Issuer) -> None:
    """A new key is fetched when it is met; a key that went is no longer believed."""
    clock = Clock()
    keys = issuer.keys(clock)
    await keys.claims(sign("ec"))
    before = keys.generation
    clock.now += UNKNOWN_KEY_SECONDS
    issuer.body = document(entry(OTHER, "new"))
    assert (await keys.claims(sign("new", (OTHER, "ES256"))))["sub"] == "u"
    assert keys.generation > before
    with pytest.raises(TokenError):
        await keys.claims(sign("ec"))


async def test_unknown_keys_cause_one_refresh_a_minute(issuer: Issuer) -> None:
    """However many come, and one after the other or together."""
    clock = Clock()
    keys = issuer.keys(clock)
    await keys.claims(sign("ec"))
    strange = [sign(f"k{n}", (OTHER, "ES256")) for n in range(20)]
    for token in strange:
        with pytest.raises(TokenError):
            await keys.claims(token)
    assert issuer.asked == 1
    clock.now += UNKNOWN_KEY_SECONDS
    issuer.gate.clear()
    waiting = [asyncio.create_task(keys.claims(token)) for token in strange]
    while issuer.asked < 2:
        await asyncio.sleep(0)
    assert (await keys.claims(sign("ed")))["sub"] == "u", "known keys wait for nobody"
    issuer.gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, TokenError) for result in results)
    assert issuer.asked == 2


async def test_the_last_good_set_stays_in_force(issuer: Issuer) -> None:
    """Whatever the issuer answers meanwhile."""
    keys = issuer.keys()
    assert await keys.refresh()
    for issuer.status, issuer.body in (
        (500, b""),
        (302, b""),
        (200, b"<html>"),
        (200, document()),
        (200, document(ALL[0], ALL[0])),
        (200, b" " * 300_000),
    ):
        assert not await keys.refresh()
        assert (await keys.claims(sign("rsa")))["sub"] == "u"
    assert keys.generation == 1


async def test_without_any_key_nobody_is_called_a_liar(issuer: Issuer) -> None:
    """Until a set was had: not known, which is 503 and not 401."""
    clock = Clock()
    keys = issuer.keys(clock)
    issuer.status = 503
    with pytest.raises(KeysUnavailableError):
        await keys.claims(sign("ec"))
    issuer.status = 200
    assert await keys.refresh()
    assert (await keys.claims(sign("ec")))["sub"] == "u"


async def test_a_file_is_read_again(tmp_path: Path) -> None:
    """A mounted secret that changes needs no restart."""
    path = tmp_path / "keys.json"
    path.write_bytes(document(ALL[1]))
    wanted = {"APP_ENV": "production", "JWT_SECRET": "", "JWT_JWKS": str(path)}
    keys = KeySet(load_settings(GOOD | wanted), clock=Clock())
    assert (await keys.claims(sign("ec")))["sub"] == "u"
    path.write_bytes(document(ALL[2]))
    assert await keys.refresh()
    assert (await keys.claims(sign("ed")))["sub"] == "u"
    path.unlink()
    assert not await keys.refresh()
    assert (await keys.claims(sign("ed")))["sub"] == "u"


def small_rsa() -> Any:
    """An RSA key that is too short."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 -- refused


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{}",
        b"[]",
        b'{"keys":{}}',
        b'{"keys":[1]}',
        document(),
        document({"kty": "oct", "kid": "a", "k": "AAAA"}),
        document(entry(EC, "a", use="enc")),
        document(entry(EC, "a", key_ops=["sign"])),
        document(entry(EC, "a", alg="ES512")),
        document(entry(ec.generate_private_key(ec.SECP384R1()), "a")),
        document(entry(small_rsa(), "a")),
        document(entry(EC, "")),
        document({name: value for name, value in entry(EC, "a").items() if name != "kid"}),
        document(entry(EC, "a") | {"x": "AAAA"}),
        document(entry(EC, "a", d="AAAA")),
        document(entry(EC, "a"), entry(ED, "a")),
    ],
)
def test_sets_that_cannot_be_used(bad: bytes) -> None:
    """No key for us, a short or private one, or the same name twice."""
    with pytest.raises(KeySetError):
        parse_keys(bad)


def test_keys_of_others_are_passed_over() -> None:
    """A set may hold keys for other uses beside ours (RFC 7517, 5)."""
    foreign = [{"kty": "oct", "kid": "s", "k": "AAAA"}, {"kty": "new"}, entry(EC, "e", use="enc")]
    assert parse_keys(document(*foreign, *ALL)).keys() == {"rsa", "ec", "ed"}
    assert set(public_keys.ALGORITHMS.values()) == {"RS256", "ES256", "EdDSA"}
