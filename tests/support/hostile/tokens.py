"""OWASP API2, broken authentication: tokens that must not be believed."""

import base64
import json
import time
from typing import Any

import jwt

from tests.support.hostile.attack import SCOPES, Attack, Header, bearer, get
from tests.support.service import JWT_SECRET, TENANT, token

LIST = "/api/v1/payments"


def _claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"sub": "mallory", "tenant_id": TENANT, "scope": SCOPES, "iat": now, "exp": now + 86_400}
    return {name: value for name, value in (good | changes).items() if value is not None}


def part(value: Any) -> str:
    """A part of a token: bytes as they are, anything else as JSON."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(header: Any, claims: Any, secret: str = JWT_SECRET) -> str:
    """A token with a good HS256 signature over whatever it says."""
    content = f"{part(header)}.{part(claims)}"
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return f"{content}.{part(algorithm.sign(content.encode(), secret.encode()))}"


def _with_header(**more: Any) -> str:
    return signed({"alg": "HS256", "typ": "JWT"} | more, _claims())


def _with(**changes: Any) -> str:
    return signed({"alg": "HS256", "typ": "JWT"}, _claims(**changes))


def _refused(name: str, header: Header) -> Attack:
    return get(name, 401, "unauthenticated", LIST, headers={"Authorization": header})


_GOOD = token(scope=SCOPES, seconds=86_400)
_HEAD, _BODY, _SIGNATURE = _GOOD.split(".")
_TWICE = json.dumps(_claims())[:-1].encode() + f',"tenant_id":"{TENANT}"}}'.encode()

HEADERS = {
    "no header": None,
    "an empty header": "",
    "only the scheme": "Bearer",
    "another scheme": "Basic bWFsbG9yeTpwYXNz",
    "the token without a scheme": _GOOD,
    "two headers": [f"Bearer {_GOOD}", f"Bearer {_GOOD}"],
    "two tokens in one header": f"Bearer {_GOOD}, Bearer {_GOOD}",
    "something behind the token": f"Bearer {_GOOD} x",
    "bytes that are not UTF-8": b"Bearer \xff\xfe",
    "nine thousand characters": "Bearer " + "a" * 7000,
    "a token in quotes": f'Bearer "{_GOOD}"',
}

TOKENS = {
    "signed with another secret": jwt.encode(_claims(), "x" * 32, "HS256"),
    "signed with an empty secret": signed({"alg": "HS256"}, _claims(), ""),
    "alg none": jwt.encode(_claims(), "", "none"),
    "alg None": f"{part({'alg': 'None'})}.{part(_claims())}.",
    "alg none with a good signature": f"{part({'alg': 'none'})}.{_BODY}.{_SIGNATURE}",
    "HS512 with the same secret": signed({"alg": "HS512"}, _claims()),
    "alg RS256 signed by HMAC": _with_header(alg="RS256"),
    "alg as a number": _with_header(alg=256),
    "no alg": signed({"typ": "JWT"}, _claims()),
    "crit": _with_header(crit=["exp"]),
    "jku elsewhere": _with_header(jku="https://evil.example/keys"),
    "x5u elsewhere": _with_header(x5u="https://evil.example/cert"),
    "its own key": _with_header(jwk={"kty": "oct", "k": "eA"}),
    "b64 false": _with_header(b64=False),
    "kid that is a path": _with_header(kid=["../../dev/null"]),
    "a nested type": _with_header(typ="JWE"),
    "the header a list": signed(["HS256"], _claims()),
    "claims as a list": signed({"alg": "HS256"}, [TENANT]),
    "claims as text": signed({"alg": "HS256"}, "claims"),
    "claims that are not JSON": signed({"alg": "HS256"}, b"{"),
    "tenant_id twice": signed({"alg": "HS256"}, _TWICE),
    "NaN as exp": signed({"alg": "HS256"}, _claims(exp=float("nan"))),
    "two parts": f"{_HEAD}.{_BODY}",
    "four parts": f"{_GOOD}.{_SIGNATURE}",
    "an empty signature": f"{_HEAD}.{_BODY}.",
    "the signature cut": f"{_HEAD}.{_BODY}.{_SIGNATURE[:-4]}",
    "other claims under the signature": f"{_HEAD}.{part(_claims(sub='root'))}.{_SIGNATURE}",
    "no exp": _with(exp=None),
    "no iat": _with(iat=None),
    "no sub": _with(sub=None),
    "no tenant": _with(tenant_id=None),
    "expired a second ago": _with(exp=int(time.time()) - 1, iat=1),
    "exp as text": _with(exp="9999999999"),
    "exp as a fraction": _with(exp=9999999999.5),
    "exp as true": _with(exp=True),
    "exp below zero": _with(exp=-1),
    "issued tomorrow": _with(iat=int(time.time()) + 86_400, exp=int(time.time()) + 90_000),
    "not yet valid": _with(nbf=int(time.time()) + 86_400),
    "nil tenant": _with(tenant_id="00000000-0000-0000-0000-000000000000"),
    "tenant in capitals": _with(tenant_id="AAAAAAAA-1111-4111-8111-111111111111"),
    "tenant in braces": _with(tenant_id=f"{{{TENANT}}}"),
    "tenant as a list": _with(tenant_id=[TENANT]),
    "tenant with a quote": _with(tenant_id=f"{TENANT}' OR true --"),
    "a subject with a line break": _with(sub="a\nb"),
    "a subject that is a number": _with(sub=1),
    "an empty subject": _with(sub=""),
    "a subject of 300 characters": _with(sub="x" * 300),
    "scope as a list": _with(scope=["payments:read"]),
    "scope as a number": _with(scope=1),
}

ATTACKS = (
    *(_refused(name, header) for name, header in HEADERS.items()),
    *(_refused(name, f"Bearer {text}") for name, text in TOKENS.items()),
    get(
        "a tenant nobody registered",
        403,
        "tenant_disabled",
        LIST,
        headers=bearer(tenant="33333333-3333-4333-8333-333333333333"),
    ),
    get(
        "scopes with another white space",
        403,
        "insufficient_scope",
        LIST,
        headers={
            "Authorization": f"Bearer {_with(scope='internal' + chr(0xA0) + 'payments:read')}"
        },
    ),
    get(
        "a token in the query",
        401,
        "unauthenticated",
        f"{LIST}?access_token={_GOOD}",
        headers={"Authorization": None},
    ),
    get(
        "a token in a cookie",
        401,
        "unauthenticated",
        LIST,
        headers={"Authorization": None, "Cookie": f"token={_GOOD}"},
    ),
)
