"""Fuzzing every parser of ours: what it does not understand it refuses, by name."""

import asyncio
import json
import time
from contextlib import suppress
from ipaddress import ip_network
from typing import Any

import orjson
import pytest
import stripe
from aiohttp.test_utils import make_mocked_request
from hypothesis import example, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.config import HmacKey, load_settings
from app.database.inbox import describe
from app.errors import Problem
from app.http.auth.authenticator import _bearer, _caller_of
from app.http.auth.signatures import Message, Signatures, Signer
from app.http.auth.tokens import SharedSecret, TokenError, header
from app.http.endpoint import idempotency_key
from app.http.input.body import parse_json, validate, wire
from app.http.input.client_address import client_address, subscriber
from app.http.input.free_text import check_texts, holds_card_number
from app.http.problems import response_of
from app.http.routes import ENDPOINTS
from app.stripe.webhook_signature import verify_signature
from tests.support.hostile.tokens import part, signed
from tests.support.service import PLATFORM_SECRET
from tests.unit.test_config import GOOD

fuzz = settings(max_examples=100, deadline=None, database=None, print_blob=True)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


def refusal(problem: Problem, *codes: str) -> None:
    """Assert that a problem is one of these, and can be told."""
    assert problem.code in codes
    assert response_of(problem, "/").body


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────

json_like = st.one_of(
    st.binary(max_size=200),
    documents.map(json.dumps).map(str.encode),
    documents.map(lambda d: json.dumps(d, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    st.text('{}[]":,\\u0d8Ee+-.1 \x00', max_size=60).map(str.encode),
)


@fuzz
@given(json_like)
@example(b'{"a":"\\ud800\\u0000"}')
@example(b"[" * 100_000)
def test_the_json_guard(raw: bytes) -> None:
    """What passes can be stored and sent; everything else is a problem of a known code."""
    try:
        value = parse_json(raw)
    except Problem as problem:
        refusal(problem, "invalid_json", "card_data_not_allowed", "validation_failed")
        return
    text = json.dumps(value)
    assert "\\u0000" not in json.dumps(value, ensure_ascii=False)
    assert not any(0xD800 <= ord(c) < 0xE000 for c in json.dumps(value, ensure_ascii=False))
    assert json.loads(text) == value or "NaN" in text


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.body], ids=lambda e: e.path)
def test_the_models(endpoint: Any) -> None:
    """Whatever JSON says, a model takes it or says validation_failed; what it takes is bytes."""
    fields = list(endpoint.body.model_json_schema(by_alias=True)["properties"]) or ["a"]

    @settings(fuzz, max_examples=25)
    @given(documents | st.dictionaries(st.sampled_from(fields), documents, max_size=6))
    def check(value: Any) -> None:
        try:
            orjson.dumps(wire(validate(endpoint.body, value)))
        except Problem as problem:
            refusal(problem, "validation_failed")

    check()


@fuzz
@given(documents)
def test_the_check_of_texts(value: Any) -> None:
    """Ends for every document, also for keys and text that JSON could not say."""
    with suppress(Problem):
        check_texts(value)


@fuzz
@given(st.integers(0, 10**15 - 1), st.lists(st.text(" -./_\u00a0\u2013", max_size=2), max_size=16))
def test_a_card_number_is_found_however_it_is_written(number: int, separators: list[str]) -> None:
    """Sixteen digits that begin with 4 and satisfy Luhn, with anything between them."""
    start = f"4{number:015d}"[:15]
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(start)]
    check = -sum(d // 10 + d % 10 for d in doubled) % 10
    digits = start + str(check)
    gaps = [*separators, *[""] * 16]
    assert holds_card_number("".join(digit + gaps[i] for i, digit in enumerate(digits)))


# ── headers ───────────────────────────────────────────────────────────────────────────────────

stripe_like = st.text("tv01=,ab 9-é٣", max_size=80) | st.text(max_size=80)


@fuzz
@given(stripe_like | st.none(), st.binary(max_size=50))
@example("t=" + "9" * 4000 + ",v1=a", b"")
@example("t=٣,v1=a", b"")
@example("t=²,v1=a", b"")
def test_stripes_signature(given_header: str | None, body: bytes) -> None:
    """Anything is just not a signature."""
    assert verify_signature(given_header, body, [PLATFORM_SECRET], time.time()) is False


@fuzz
@given(st.data())
def test_a_signature_of_stripe_that_was_touched(data: st.DataObject) -> None:
    """One character changed anywhere in time or digest, and it does not verify."""
    now = int(time.time())
    good = stripe.WebhookSignature.generate_signature_header("{}", PLATFORM_SECRET, now)
    assert verify_signature(good, b"{}", [PLATFORM_SECRET], now)
    place = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=", "))
    if good[place] != other:
        bad = good[:place] + other + good[place + 1 :]
        assert not verify_signature(bad, b"{}", [PLATFORM_SECRET], now)


@fuzz
@given(st.lists(st.text(st.characters(codec="latin-1", exclude_characters="\r\n")), max_size=3))
@example(['"'])
@example(['"\\'])
def test_the_idempotency_key(values: list[str]) -> None:
    """Visible ASCII, or one of two problems."""
    headers = CIMultiDict([("Idempotency-Key", value) for value in values])
    request = make_mocked_request("POST", "/", headers=headers)
    try:
        key = idempotency_key(request)
    except Problem as problem:
        refusal(problem, "idempotency_key_required", "idempotency_key_invalid")
    else:
        assert 0 < len(key) <= 255
        assert all("!" <= character <= "~" for character in key)


@fuzz
@given(st.text(max_size=40) | st.none(), st.lists(st.text("0123456789abf.:[], %", max_size=60)))
def test_the_forwarded_header(peer: str | None, forwarded: list[str]) -> None:
    """An address or none, and always somebody to count."""
    trusted = (ip_network("10.0.0.0/8"), ip_network("::/1"), ip_network("127.0.0.1/32"))
    for who in (peer, "127.0.0.1", "10.0.0.1"):
        assert subscriber(client_address(who, forwarded, trusted))


KEYS = (HmacKey("orders", load_settings(GOOD).stripe_secret_key),)
URL = "https://payments.example/internal/v1/distributions"
SIGNER = Signer("orders", KEYS[0].secret.get_secret_value())
SIGNED_HEADERS = ("Authorization", "Content-Digest", "Signature", "Signature-Input")
OF_SIGNATURES = ("signature_required", "signature_invalid")


@fuzz
@given(st.sampled_from(SIGNED_HEADERS), st.text(max_size=80))
@example("Signature-Input", 'sig1=("@method" "@query-param";name="a");keyid="orders"')
@example("Signature-Input", "sig1=();created=99999999999999999999")
@example("Signature-Input", 'sig1=("content-digest";sf);created=1;nonce=1')
@example("Signature", "sig1=:AAAA:, sig1=:BBBB:")
@example("Content-Digest", "sha-256=1")
@example("Content-Digest", "md5=:AAAA:")
def test_the_message_signature(name: str, value: str) -> None:
    """Any header replaced by anything: required or invalid, never another exception."""
    signed = SIGNER.headers("POST", URL, b"{}", "a.b.c")
    assert name in signed
    Signatures(KEYS).verify(Message("POST", URL, signed), b"{}")
    with pytest.raises(Problem) as caught:
        Signatures(KEYS).verify(Message("POST", URL, signed | {name: value}), b"{}")
    refusal(caught.value, *OF_SIGNATURES)


# ── tokens ────────────────────────────────────────────────────────────────────────────────────

VERIFIER = SharedSecret(load_settings(GOOD))
token_like = st.one_of(
    st.text(max_size=200),
    st.text("eyJ0.-_=", max_size=100),
    st.tuples(documents, documents).map(lambda two: f"{part(two[0])}.{part(two[1])}.AAAA"),
    st.tuples(st.binary(), st.binary()).map(lambda two: f"{part(two[0])}.{part(two[1])}.AAAA"),
)


@fuzz
@given(token_like)
def test_a_token_that_nobody_signed(token: str) -> None:
    """Neither its form nor its parts bring out another exception."""
    with suppress(TokenError):
        header(token)
    with pytest.raises(TokenError):
        asyncio.run(VERIFIER.claims(token))
    with suppress(Problem):
        _bearer([f"Bearer {token}"])


CLAIMS = ("sub", "tenant_id", "exp", "iat", "nbf", "scope", "aud", "iss", "jti", "crit")
claims = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("sub", "tenant_id", "exp", "iat", "nbf", "scope", "aud", "iss", "jti", "crit"), documents
    ),
)


@fuzz
@given(st.fixed_dictionaries({"alg": st.just("HS256")}, optional={"kid": documents}), claims)
def test_a_token_that_our_issuer_signed(head: Any, body: Any) -> None:
    """Whatever its claims are: believed with a tenant and a subject, or refused."""
    token = signed(head, body, GOOD["JWT_SECRET"])
    try:
        caller = _caller_of(asyncio.run(VERIFIER.claims(token)))
    except TokenError:
        return
    except Problem as problem:
        refusal(problem, "unauthenticated")
        return
    assert caller.subject
    assert caller.tenant_id.int


# ── events ────────────────────────────────────────────────────────────────────────────────────


events = documents.map(lambda d: json.dumps({"id": "evt_1", "data": {"object": d}}).encode())


@fuzz
@given(json_like | events)
def test_what_an_event_is_described_as(body: bytes) -> None:
    """An id, a type and object ids that the database can take, whatever Stripe sent."""
    delivery = describe("platform", body)
    assert 0 < len(delivery.event_id) <= 255
    for text in (delivery.event_id, delivery.event_type, *delivery.object_ids):
        assert "\x00" not in text
        text.encode()
