"""Bearer tokens: what is believed, and what is not."""

import base64
import hmac
import time
from typing import Any, cast
from uuid import UUID

import jwt
import orjson
import pytest

from app.config import load_settings
from app.database.client import Database
from app.errors import Problem, Refused
from app.http.auth.authenticator import Authenticator, require_scope
from app.http.auth.tokens import SharedSecret
from tests.unit.test_config import GOOD

TENANT = "11111111-1111-4111-8111-111111111111"
SECRET = GOOD["JWT_SECRET"]


class Tenants:
    """Stands for the tenants' table; counts how often it is asked."""

    def __init__(self, *active: str) -> None:
        self.active = {UUID(tenant) for tenant in active}
        self.asked = 0

    async def rows(self, function: str, *, tenant_id: UUID) -> list[dict[str, Any]]:
        """As Database.rows for tenant_check."""
        assert function == "tenant_check"
        self.asked += 1
        if tenant_id not in self.active:
            raise Refused("PY003", "the tenant is not registered or is disabled")
        return []


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims with changes; None takes one away."""
    now = int(time.time())
    good = {"sub": "u", "tenant_id": TENANT, "iat": now, "exp": now + 60, "scope": "payments:read"}
    return {name: value for name, value in (good | changes).items() if value is not None}


def bearer(**changes: Any) -> str:
    """An Authorization header."""
    return "Bearer " + jwt.encode(claims(**changes), SECRET, "HS256")


def authenticator(
    *, tenants: Tenants | None = None, environment: dict[str, str] | None = None
) -> Authenticator:
    """With the given environment beside the good one."""
    verifier = SharedSecret(load_settings(GOOD | (environment or {})))
    return Authenticator(verifier, cast(Database, tenants or Tenants(TENANT)))


async def refusal(header: str | None, environment: dict[str, str] | None = None) -> Problem:
    """The problem a header gives."""
    with pytest.raises(Problem) as caught:
        await authenticator(environment=environment).authenticate(
            [header] if header is not None else []
        )
    return caught.value


async def test_a_good_token_names_its_caller() -> None:
    """Tenant, subject and scopes come from the token."""
    caller = await authenticator().authenticate([bearer(scope="payments:read payments:write")])
    assert (str(caller.tenant_id), caller.subject) == (TENANT, "u")
    require_scope(caller, "payments:write")


@pytest.mark.parametrize("missing", ["sub", "tenant_id", "exp", "iat"])
async def test_required_claims(missing: str) -> None:
    """PyJWT alone would accept a token that never expires."""
    assert (await refusal(bearer(**{missing: None}))).code == "unauthenticated"


@pytest.mark.parametrize(
    "changes",
    [
        {"tenant_id": [TENANT]},
        {"tenant_id": "00000000-0000-0000-0000-000000000000"},
        {"tenant_id": TENANT.replace("-", "")},
        {"tenant_id": "11111111-1111-4111-8111-11111111111A"},
        {"tenant_id": f"urn:uuid:{TENANT}"},
        {"sub": ""},
        {"sub": "a\x00b"},
        {"sub": "x" * 256},
        {"scope": ["payments:read"]},
        {"exp": 1},
        {"exp": str(2**33)},
        {"iat": True},
        {"iat": 2**33},
        {"nbf": 2**33},
    ],
)
async def test_claims_of_the_wrong_shape(changes: dict[str, Any]) -> None:
    """Each is 401 and none reaches the database."""
    header = "Bearer " + jwt.api_jws.encode(orjson.dumps(claims(**changes)), SECRET, "HS256")
    assert (await refusal(header)).code == "unauthenticated"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Basic dTpw",
        "Bearer " + jwt.encode(claims(), "x" * 32, "HS256"),
        "Bearer " + jwt.encode(claims(), "x" * 64, "HS512"),
        "Bearer " + jwt.encode(claims(), "", "none"),
        "Bearer " + "a" * 9000,
    ],
)
async def test_what_is_no_token_of_ours(header: str | None) -> None:
    """Wrong key, other algorithm, no signature, no token."""
    problem = await refusal(header)
    assert (problem.status, problem.code) == (401, "unauthenticated")


def compact(header: str, payload: bytes) -> str:
    """A correctly signed token of any header and payload, spelt by hand."""
    signed = ".".join(encode(part) for part in (header.encode(), payload))
    return f"{signed}.{encode(hmac.digest(SECRET.encode(), signed.encode(), 'sha256'))}"


def encode(part: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


PLAIN = '{"alg":"HS256","typ":"JWT"}'


async def test_a_token_spelt_by_hand_is_good() -> None:
    """So that the refusals below are for their reasons."""
    token = compact(PLAIN, orjson.dumps(claims()))
    assert (await authenticator().authenticate([f"Bearer {token}"])).subject == "u"


@pytest.mark.parametrize(
    "header",
    [
        '{"alg":"HS256","crit":["exp"]}',
        '{"alg":"HS256","crit":["b64"],"b64":true}',
        '{"alg":"HS256","jku":"https://evil.example/keys"}',
        '{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}',
        '{"alg":"HS256","x5u":"https://evil.example/cert"}',
        '{"alg":"HS256","x5c":["AAAA"]}',
        '{"alg":"HS256","zip":"DEF"}',
        '{"alg":"HS256","kid":7}',
        '{"alg":"HS256","kid":"../../dev/null","typ":"JWE"}',
        '{"alg":"HS256","alg":"HS256"}',
        '{"alg":"none"}',
        '{"alg":"hs256"}',
        '{"typ":"JWT"}',
        '["HS256"]',
        "not json",
    ],
)
async def test_headers_that_say_too_much(header: str) -> None:
    """The signature is right, and yet."""
    token = compact(header, orjson.dumps(claims()))
    assert (await refusal(f"Bearer {token}")).code == "unauthenticated"


@pytest.mark.parametrize(
    "payload",
    [
        orjson.dumps(claims())[:-1] + b',"sub":"somebody else"}',
        orjson.dumps(claims())[:-1] + b',"tenant_id":"22222222-2222-4222-8222-222222222222"}',
        orjson.dumps(claims())[:-1] + b',"act":{"sub":"a","sub":"b"}}',
        orjson.dumps(claims())[:-1] + b',"x":NaN}',
        orjson.dumps(claims(exp=None))[:-1] + b',"exp":1e11}',
        orjson.dumps(claims(iat=None))[:-1] + b',"iat":1.5}',
        orjson.dumps(claims())[:-1] + b',"nbf":"1"}',
        orjson.dumps([claims()]),
        b"\xff" + orjson.dumps(claims()),
        b"[" * 3000,
        b"",
    ],
)
async def test_payloads_that_can_be_read_in_two_ways(payload: bytes) -> None:
    """Keys that come twice, numbers that are no whole seconds, what is no object."""
    assert (await refusal(f"Bearer {compact(PLAIN, payload)}")).code == "unauthenticated"


async def test_forms_that_are_not_the_compact_one() -> None:
    """Padding, whitespace, other alphabets, a fourth part, two headers."""
    token = compact(PLAIN, orjson.dumps(claims()))
    head, payload, signature = token.split(".")
    for other in (
        f"{head}=.{payload}.{signature}",
        f"{head}.{payload}.{signature}=",
        f"{head}.{payload}\n.{signature}",
        f"{head}.{payload}.{signature[:-1]}/",
        f"{token}.{signature}",
        f"{head}..{signature}",
        f"{token} {token}",
    ):
        assert (await refusal(f"Bearer {other}")).code == "unauthenticated", other
    with pytest.raises(Problem) as caught:
        await authenticator().authenticate([f"Bearer {token}", f"Bearer {token}"])
    assert caught.value.code == "unauthenticated"


async def test_the_longest_life_counts_when_configured() -> None:
    """From iat to exp; and a token that ends before it begins is refused always."""
    now = int(time.time())
    environment = {"JWT_MAX_LIFETIME_SECONDS": "60"}
    header = bearer(iat=now - 5, exp=now + 55)
    assert (await authenticator(environment=environment).authenticate([header])).subject == "u"
    for changes in ({"iat": now, "exp": now + 61}, {"iat": now - 3600, "exp": now + 30}):
        assert (await refusal(bearer(**changes), environment)).code == "unauthenticated"
    assert (await refusal(bearer(iat=now + 50, exp=now + 40))).code == "unauthenticated"


async def test_audience_and_issuer_count_when_configured() -> None:
    """And a token without them is then refused."""
    environment = {"JWT_AUDIENCE": "payments", "JWT_ISSUER": "https://id"}
    caller = await authenticator(environment=environment).authenticate(
        [bearer(aud="payments", iss="https://id")]
    )
    assert caller.subject == "u"
    for changes in ({}, {"aud": "payments"}, {"aud": "other", "iss": "https://id"}):
        assert (await refusal(bearer(**changes), environment)).code == "unauthenticated"


async def test_a_token_that_was_good_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it was verified and remembered."""
    gate, header = authenticator(), bearer()
    await gate.authenticate([header])
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Problem):
        await gate.authenticate([header])


async def test_an_unknown_tenant_is_refused_and_a_known_one_asked_for_once() -> None:
    """A positive answer is kept for two seconds, a refusal is not kept."""
    tenants = Tenants()
    gate, header = authenticator(tenants=tenants), bearer()
    for _ in range(2):
        with pytest.raises(Refused):
            await gate.authenticate([header])
    tenants.active.add(UUID(TENANT))
    await gate.authenticate([header])
    await gate.authenticate([header])
    assert tenants.asked == 3


async def test_a_missing_scope_is_403() -> None:
    """No scope contains another."""
    caller = await authenticator().authenticate([bearer(scope="payments")])
    with pytest.raises(Problem) as caught:
        require_scope(caller, "payments:read")
    assert caught.value.code == "insufficient_scope"
