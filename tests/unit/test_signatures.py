"""Signatures of other services (RFC 9421): the RFC's own vector, and every way to be refused."""

import base64
import datetime as dt
import hmac
import time
from collections.abc import Iterator
from typing import Any

import pytest
from http_message_signatures import HTTPMessageSigner, algorithms
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.auth.signatures import COVERED, MAX_SKEW_SECONDS, Message, Signatures, Signer, _Keys
from app.config import SettingsError, load_settings
from app.errors import Problem
from tests.unit.test_config import GOOD

SECRET = "s" * 32
OLD = "o" * 32
URL = "http://payments.internal/internal/v1/distributions"
BODY = b'{"a":1}'
TOKEN = "aaa.bbb.ccc"


def door(keys: str = f"orders:{SECRET},events/verify-only:{OLD},gone/retired:") -> Signatures:
    """What checks, with these keys."""
    return Signatures(load_settings(GOOD | {"INTERNAL_HMAC_KEYS": keys}).internal_hmac_keys)


def signed(
    method: str = "POST",
    url: str = URL,
    body: bytes = BODY,
    *,
    key: tuple[str, str] = ("orders", SECRET),
) -> CIMultiDict[str]:
    """The headers of a request as our own client makes them."""
    return CIMultiDict(Signer(*key).headers(method, url, body, TOKEN))


def by_hand(**changes: Any) -> CIMultiDict[str]:
    """As `signed`, with other parameters of the signature."""
    options: dict[str, Any] = {
        "key_id": "orders",
        "nonce": "n" * 24,
        "covered_component_ids": COVERED,
        "body": BODY,
    } | changes
    message = Message("POST", URL, {"Authorization": f"Bearer {TOKEN}"})
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.HMAC_SHA256, key_resolver=_Keys({"orders": SECRET})
    )
    signer.sign(message, **options)
    return CIMultiDict(message.headers)


def check(headers: Any, method: str = "POST", url: str = URL, body: bytes = BODY) -> str:
    """The code of the refusal, or the key that signed."""
    try:
        return door().verify(Message(method, url, headers), body).key_id
    except Problem as problem:
        return problem.code


def test_our_own_client_is_let_in() -> None:
    """Each request with a nonce of its own; with a body and without, with a query."""
    found = [door().verify(Message("POST", URL, signed()), BODY) for _ in range(2)]
    assert [one.key_id for one in found] == ["orders", "orders"]
    assert found[0].nonce != found[1].nonce
    url = f"{URL}/x?a=1&b=%20"
    assert check(signed("GET", url, b""), "GET", url, b"") == "orders"


def test_hmac_vector_of_the_rfc() -> None:
    """RFC 9421, B.2.5: this library and our key resolver give the RFC's signature."""
    key = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
    message = Message(
        "POST",
        "https://example.com/foo?param=Value&Pet=dog",
        {
            "Host": "example.com",
            "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "Content-Type": "application/json",
        },
    )
    base = (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n'
        '"@authority": example.com\n'
        '"content-type": application/json\n'
        '"@signature-params": ("date" "@authority" "content-type")'
        ';created=1618884473;keyid="test-shared-secret"'
    )
    expected = "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8="
    digest = hmac.digest(base64.b64decode(key), base.encode(), "sha256")
    assert base64.b64encode(digest).decode() == expected

    class Shared(_Keys):
        def resolve_private_key(self, key_id: str) -> bytes:
            assert key_id == "test-shared-secret"
            return base64.b64decode(key)

    signer = HTTPMessageSigner(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=Shared({}))
    prepared = signer.prepare(
        message,
        key_id="test-shared-secret",
        created=dt.datetime.fromtimestamp(1618884473, tz=dt.UTC),
        label="sig-b25",
        include_alg=False,
        covered_component_ids=("date", "@authority", "content-type"),
    )
    assert prepared.signature_base.decode() == base


def changed(name: str, value: str | None) -> CIMultiDict[str]:
    """Good headers, one changed or taken away."""
    headers = signed()
    headers.popall(name, None)
    if value is not None:
        headers[name] = value
    return headers


def refusals() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, expected code, and what is asked."""
    good = signed()
    yield "no signature", "signature_required", {"headers": changed("Signature", None)}
    yield "no input", "signature_required", {"headers": changed("Signature-Input", None)}
    yield "empty", "signature_required", {"headers": changed("Signature", "")}
    for name, value in (
        ("Signature", "sig1=:AAAA:"),
        ("Signature", "sig2=" + good["Signature"].partition("=")[2]),
        ("Signature", "sig1=AAAA"),
        ("Signature", "garbage"),
        ("Signature-Input", "sig1=()"),
        ("Signature-Input", "((((("),
        ("Signature-Input", good["Signature-Input"].replace("orders", "events")),
        ("Signature-Input", good["Signature-Input"] + ";x=1"),
        ("Signature", "sig1=:" + "A" * 3000 + ":"),
        ("Authorization", "Bearer somebody.elses.token"),
        ("Authorization", None),
        ("Content-Digest", None),
        ("Content-Digest", "sha-256=:AAAA:"),
        ("Content-Digest", "md5=:rL0Y20zC+Fzt72VPzMSk2A==:"),
    ):
        yield f"bad {name}", "signature_invalid", {"headers": changed(name, value)}
    yield "other body", "signature_invalid", {"headers": signed(), "body": b'{"a":2}'}
    yield "other method", "signature_invalid", {"headers": signed(), "method": "PUT"}
    yield "other path", "signature_invalid", {"headers": signed(), "url": URL + "/x"}
    yield "other query", "signature_invalid", {"headers": signed(), "url": URL + "?a=1"}
    other_host = {"headers": signed(), "url": URL.replace("payments", "evil")}
    yield "other authority", "signature_invalid", other_host
    other_scheme = {"headers": signed(), "url": URL.replace("http:", "https:")}
    yield "other scheme", "signature_invalid", other_scheme
    yield "unknown key", "signature_invalid", {"headers": signed(key=("nobody", SECRET))}
    yield "wrong secret", "signature_invalid", {"headers": signed(key=("orders", "x" * 32))}
    yield "retired key", "signature_invalid", {"headers": signed(key=("gone", SECRET))}
    yield "retired key, empty", "signature_invalid", {"headers": signed(key=("gone", ""))}
    for missing in COVERED:
        rest = tuple(name for name in COVERED if name != missing)
        body = None if missing == "content-digest" else BODY
        headers = by_hand(covered_component_ids=rest, body=body)
        yield f"{missing} not covered", "signature_invalid", {"headers": headers}
    yield "no nonce", "signature_invalid", {"headers": by_hand(nonce=None)}
    yield "short nonce", "signature_invalid", {"headers": by_hand(nonce="n" * 15)}
    yield "long nonce", "signature_invalid", {"headers": by_hand(nonce="n" * 256)}
    twice = signed()
    twice.add("Signature", signed()["Signature"].replace("sig1", "sig2"))
    yield "two signatures", "signature_invalid", {"headers": twice}


@pytest.mark.parametrize(
    ("name", "code", "asked"), list(refusals()), ids=lambda value: str(value)[:40]
)
def test_what_is_refused(name: str, code: str, asked: dict[str, Any]) -> None:
    """Each for one reason, and never an exception."""
    assert check(**asked) == code, name


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (0, "orders"),
        (MAX_SKEW_SECONDS - 60, "orders"),
        (MAX_SKEW_SECONDS + 1, "signature_invalid"),
        (1 - MAX_SKEW_SECONDS, "orders"),
        (-MAX_SKEW_SECONDS - 60, "signature_invalid"),
        (86_400, "signature_invalid"),
    ],
)
def test_signatures_age(age: int, code: str) -> None:
    """300 seconds to both sides; the library's own default is a day."""
    created = dt.datetime.fromtimestamp(time.time() - age, tz=dt.UTC)
    assert check(by_hand(created=created)) == code


def test_an_expiry_is_kept_to_the_second() -> None:
    """The skew is for clocks, not for what the caller itself limited."""
    gone = dt.datetime.fromtimestamp(time.time() - 2, tz=dt.UTC)
    assert check(by_hand(expires=gone)) == "signature_invalid"
    soon = dt.datetime.fromtimestamp(time.time() + 60, tz=dt.UTC)
    assert check(by_hand(expires=soon)) == "orders"


def test_a_rotation() -> None:
    """The new key signs, the old one verifies until it is retired."""
    assert check(signed(key=("events", OLD))) == "events"
    retired = door(f"orders:{SECRET},events/retired:{OLD}")
    with pytest.raises(Problem) as caught:
        retired.verify(Message("POST", URL, signed(key=("events", OLD))), BODY)
    assert caught.value.code == "signature_invalid"


@pytest.mark.parametrize(
    "keys",
    [
        "orders",
        "orders:short",
        f":{SECRET}",
        f"or ders:{SECRET}",
        f"orders/asleep:{SECRET}",
        f"orders/:{SECRET}",
        f"orders:{SECRET},orders/retired:",
        f"orders:{SECRET},",
        "orders/verify-only:",
    ],
)
def test_keys_that_cannot_be_used(keys: str) -> None:
    """One sentence that names the variable."""
    with pytest.raises(SettingsError) as caught:
        load_settings(GOOD | {"INTERNAL_HMAC_KEYS": keys})
    assert caught.value.faults[0].startswith("INTERNAL_HMAC_KEYS: ")


def test_a_secret_may_hold_a_colon_and_a_slash() -> None:
    """Only the first colon separates."""
    (key,) = load_settings(GOOD | {"INTERNAL_HMAC_KEYS": f"a:b/c:{SECRET}"}).internal_hmac_keys
    assert (key.key_id, key.state, key.secret.get_secret_value()) == (
        "a",
        "active",
        f"b/c:{SECRET}",
    )


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_header_raises(signature: str, given_input: str) -> None:
    """Whatever stands in the headers is a refusal."""
    headers = signed()
    headers["Signature"], headers["Signature-Input"] = signature, given_input
    assert check(headers) in {"signature_required", "signature_invalid"}
