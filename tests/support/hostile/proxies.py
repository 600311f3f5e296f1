"""Headers of proxies: whom they make of a caller, and that no limit is escaped by them."""

from tests.support.hostile.attack import INTENTS, Attack, Header, bearer, get

LIST = "/api/v1/payments?limit=1"
PROXIED: dict[str, Header] = {"X-Forwarded-For": "203.0.113.9"}
"""What our own proxy says: the caller's address."""

HARMLESS = tuple(
    get(name, 200, "", LIST, headers={"X-Forwarded-For": value})
    for name, value in {
        "nothing": "",
        "commas": ",,,",
        "no address": "evil",
        "SQL": "1.1.1.1' OR true --",
        "a port beyond all ports": "1.1.1.1:999999",
        "half an IPv6 address": "[2001:db8::1",
        "a zone": "fe80::1%eth0",
        "an address of IPv4 in IPv6": "::ffff:1.1.1.1",
        "leading zeros": "010.001.001.001",
        "an address as a number": "2130706433",
        "a thousand hops": ", ".join(["1.1.1.1"] * 700),
        "two headers": ["1.1.1.1", "evil"],
        "bytes": b"\xff\xfe",
        "us": "127.0.0.1",
    }.items()
)

_DISGUISES: dict[str, dict[str, Header]] = {
    "nothing": {},
    "another address to the left": {"X-Forwarded-For": "1.1.1.1, 203.0.113.9"},
    "many addresses to the left": {"X-Forwarded-For": "1.1.1.1, 2.2.2.2, 3.3.3.3, 203.0.113.9"},
    "nonsense to the left": {"X-Forwarded-For": "evil, 203.0.113.9"},
    "our proxy to the right": {"X-Forwarded-For": "1.1.1.1, 203.0.113.9, 127.0.0.1"},
    "a port": {"X-Forwarded-For": "203.0.113.9:4711"},
    "its form in IPv6": {"X-Forwarded-For": "::ffff:203.0.113.9"},
    "a header of its own": {"X-Forwarded-For": ["1.1.1.1", "203.0.113.9"]},
    "X-Real-IP": {"X-Real-IP": "1.1.1.1"},
    "Forwarded": {"Forwarded": "for=1.1.1.1"},
    "True-Client-IP": {"True-Client-IP": "1.1.1.1"},
    "another Host": {"Host": "other.example"},
    "another token": bearer(tenant="22222222-2222-4222-8222-222222222222"),
    "no token": {"Authorization": None},
}

TOO_MANY = (
    *(
        get(f"one too many as {name}", 429, "rate_limited", LIST, headers=PROXIED | headers)
        for name, headers in _DISGUISES.items()
    ),
    # What wins over the address's limit, and so costs none.
    get("one too many, and no path", 400, "invalid_path", "/api/v1/payments/1", headers=PROXIED),
    Attack("and too large", 413, "payload_too_large", body=b" " * 65_537, headers=PROXIED),
    Attack(
        "and no JSON",
        415,
        "unsupported_media_type",
        headers=PROXIED | {"Content-Type": "text/plain"},
    ),
)

_PLACES: dict[str, dict[str, Header]] = {
    "the same place": PROXIED,
    "another address": {"X-Forwarded-For": "198.51.100.7"},
    "another token of the same user": PROXIED | bearer("payments:write"),
}

TOO_MANY_PAYMENTS = (
    *(
        Attack(f"a payment too many from {name}", 429, "rate_limited", INTENTS, headers=headers)
        for name, headers in _PLACES.items()
    ),
    Attack("a payment too many, not JSON", 429, "rate_limited", body=b"{", headers=PROXIED),
    Attack("a payment too many, no key", 429, "rate_limited", headers={"Idempotency-Key": None}),
    Attack(
        "a payment too many, without the scope",
        403,
        "insufficient_scope",
        headers=PROXIED | bearer("payments:read"),
    ),
)
