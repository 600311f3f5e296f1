"""Signatures of other services (RFC 9421): the RFC's own vector, and every way to be refused."""

import base64
import datetime as dt
import hmac
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from http_message_signatures import HTTPMessageSigner, algorithms
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.config import SettingsError, load_settings
from app.errors import Problem
from app.http.auth.signatures import COVERED, MAX_SKEW_SECONDS, Message, Signatures, Signer, _Keys
from tests.unit.test_config import GOOD

SECRET = "s" * 32
OLD = "o" * 32
URL = "http://payments.internal/internal/v1/distributions"
BODY = b'{"a":1}'
TOKEN = "aaa.bbb.ccc"


def signatures(keys: str = f"orders:{SECRET},events/verify-only:{OLD},gone/retired:") -> Signatures:
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
        return signatures().verify(Message(method, url, headers), body).key_id
    except Problem as problem:
        return problem.code


def test_our_own_client_is_let_in() -> None:
    """Each request with a nonce of its own; with a body and without, with a query."""
    found = [signatures().verify(Message("POST", URL, signed()), BODY) for _ in range(2)]
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


RFC_BODY = b'{"hello": "world"}'
RFC_SHA256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
RFC_SHA512 = (
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+"
    "AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
)
RFC_FIELDS = {
    "Host": "example.com",
    "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "Content-Type": "application/json",
    "Content-Digest": RFC_SHA512,
    "Content-Length": "18",
}
RFC_LINES = {
    '"date"': "Tue, 20 Apr 2021 02:07:55 GMT",
    '"@method"': "POST",
    '"@path"': "/foo",
    '"@query"': "?param=Value&Pet=dog",
    '"@query-param";name="Pet"': "dog",
    '"@authority"': "example.com",
    '"content-type"': "application/json",
    '"content-digest"': RFC_SHA512,
    '"content-length"': "18",
}


def rfc_base(covered: str, key_id: str, **more: Any) -> bytes:
    """What is signed of the RFC's test-request, by the library that our service checks with."""
    signer = HTTPMessageSigner(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=_Keys({}))
    prepared = signer.prepare(
        Message("POST", "https://example.com/foo?param=Value&Pet=dog", dict(RFC_FIELDS)),
        key_id=key_id,
        created=dt.datetime.fromtimestamp(1618884473, tz=dt.UTC),
        include_alg=False,
        covered_component_ids=tuple(covered.split()),
        use_existing_digest=True,
        **more,
    )
    return prepared.signature_base


@pytest.mark.parametrize(
    ("covered", "key_id", "more"),
    [
        ("", "test-key-rsa-pss", {"nonce": "b3k2pp5k7z-50gnwp.yemd"}),
        (
            '"@authority" "content-digest" "@query-param";name="Pet"',
            "test-key-rsa-pss",
            {"tag": "header-example"},
        ),
        (
            " ".join(name for name in RFC_LINES if "param" not in name),
            "test-key-rsa-pss",
            {},
        ),
    ],
    ids=["B.2.1", "B.2.2", "B.2.3"],
)
def test_signature_bases_of_the_rfc(covered: str, key_id: str, more: dict[str, str]) -> None:
    """Which text is signed does not depend on the algorithm: the RFC's other requests give it."""
    extra = "".join(f';{name}="{value}"' for name, value in more.items())
    lines = [f"{name}: {RFC_LINES[name]}" for name in covered.split()]
    lines.append(f'"@signature-params": ({covered});created=1618884473;keyid="{key_id}"{extra}')
    assert rfc_base(covered, key_id, **more).decode() == "\n".join(lines)


def test_ed25519_vector_of_the_rfc() -> None:
    """RFC 9421, B.2.6: its signature is good for the base that we make, and for no other."""
    key = ed25519.Ed25519PublicKey.from_public_bytes(
        base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
    )
    signature = base64.b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )
    covered = '"date" "@method" "@path" "@authority" "content-type" "content-length"'
    base = rfc_base(covered, "test-key-ed25519")
    key.verify(signature, base)
    with pytest.raises(InvalidSignature):
        key.verify(signature, base.replace(b"POST", b"PUT"))


def test_the_rfcs_own_request_is_not_enough_for_us() -> None:
    """B.2.5 with the right key: too old, without nonce, and it covers neither body nor token."""
    signature = "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:"
    given = (
        'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"'
    )
    headers = CIMultiDict(RFC_FIELDS | {"Signature": signature, "Signature-Input": given})
    message = Message("POST", "https://example.com/foo?param=Value&Pet=dog", headers)
    with pytest.raises(Problem) as caught:
        signatures(f"test-shared-secret:{SECRET}").verify(message, RFC_BODY)
    assert caught.value.code == "signature_invalid"


@pytest.mark.parametrize(
    ("digest", "code"),
    [
        (RFC_SHA256, "orders"),
        (RFC_SHA512, "orders"),
        (f"{RFC_SHA256}, {RFC_SHA512}", "orders"),
        (RFC_SHA256.replace("X48", "Y48"), "signature_invalid"),
        (f"{RFC_SHA256.replace('X48', 'Y48')}, {RFC_SHA512}", "signature_invalid"),
        (f"{RFC_SHA256}, {RFC_SHA512.replace('WZD', 'XZD')}", "signature_invalid"),
        (RFC_SHA512.replace("sha-512", "sha-256"), "signature_invalid"),
        (RFC_SHA256.replace(":", ""), "signature_invalid"),
        ("unixsum=:AAAA:", "signature_invalid"),
    ],
)
def test_digests_of_the_rfc(digest: str, code: str) -> None:
    """RFC 9421 and 9530 give both digests of one body; every one that is there must be right."""
    message = Message("POST", URL, {"Authorization": f"Bearer {TOKEN}", "Content-Digest": digest})
    _sign(message, digest)
    assert check(CIMultiDict(message.headers), body=RFC_BODY) == code


def _sign(message: Message, digest: str) -> None:
    """Sign whatever digest is there, also a false one, as a caller with a good key could."""
    now = int(time.time())
    names = " ".join(f'"{name}"' for name in COVERED)
    given = f'({names});created={now};keyid="orders";alg="hmac-sha256";nonce="{"n" * 24}"'
    values = {
        "@method": message.method,
        "@authority": "payments.internal",
        "@target-uri": message.url,
        "content-digest": digest,
        "authorization": message.headers["Authorization"],
    }
    lines = [f'"{name}": {values[name]}' for name in COVERED]
    base = "\n".join([*lines, f'"@signature-params": {given}'])
    made = base64.b64encode(hmac.digest(SECRET.encode(), base.encode(), "sha256")).decode()
    message.headers |= {"Signature": f"sig1=:{made}:", "Signature-Input": f"sig1={given}"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"@method" ', '"@method";req '),
        ('"authorization"', '"authorization";bs'),
        ('"content-digest"', '"content-digest";sf'),
        ('"@method" ', '"@method" "@method" '),
        ('"@authority"', '"@Authority"'),
        ('alg="hmac-sha256"', 'alg="rsa-pss-sha512"'),
        ('alg="hmac-sha256"', 'alg="none"'),
        ("created=", "created=-"),
        ("created=", "creation="),
        ('keyid="orders"', "keyid=orders"),
        ('keyid="orders"', 'keyid="orders";keyid="events"'),
        ("nonce=", "nonces="),
        ("sig1=(", "sig1=(("),
        ("sig1=", "sig2="),
    ],
)
def test_another_signature_input_is_refused(old: str, new: str) -> None:
    """What a signature says about itself is signed with it."""
    headers = signed()
    assert old in headers["Signature-Input"]
    headers["Signature-Input"] = headers["Signature-Input"].replace(old, new, 1)
    assert check(headers) == "signature_invalid"


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
    retired = signatures(f"orders:{SECRET},events/retired:{OLD}")
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
