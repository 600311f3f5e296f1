"""OWASP API4, API7, API8, API9: keys, paths, headers, versions, addresses, sizes, and raw HTTP."""

from tests.support.hostile.attack import GOOD, INTENTS, Attack, Header, get

V1 = "/api/v1"
KEYS: dict[str, Header] = {
    "empty": "",
    "with a space": "a b",
    "quotes around nothing": '""',
    "256 characters": "k" * 256,
    "not ASCII": "schlüssel",
    "bytes that are not UTF-8": b"\xff\xfe",
    "twice": ["a", "b"],
    "the same twice": ["a", "a"],
    "with a tab": "a\tb",
}
USED = {"Idempotency-Key": "used"}
PATHS = {
    "version 2": "/api/v2/payments",
    "version 0": "/api/v0/payments",
    "no version": "/api/payments",
    "capitals": "/API/V1/PAYMENTS",
    "a slash behind": f"{V1}/payments/",
    "two slashes": "/api//v1/payments",
    "an encoded slash": "/api%2Fv1%2Fpayments",
    "dots": f"{V1}/payments/../../../metrics",
    "encoded dots": f"{V1}/%2e%2e/%2e%2e/metrics",
    "a semicolon": f"{V1}/payments;jsessionid=1",
    "an admin page": "/admin",
    "the environment": "/.env",
    "git": "/.git/config",
    "debugging": "/debug/pprof",
    "swagger": "/swagger.json",
    "graphql": "/graphql",
    "the simulator": "/_sim/ledger",
    "a template as an id": f"{V1}/payments/%7B%7B7*7%7D%7D",
    "an internal route nobody made": "/internal/v1/tenants",
}
IDS = {
    "a number": "17",
    "SQL": "1%27%20OR%201=1--",
    "a UUID without dashes": "0192f1c4000040008000000000000000",
    "a UUID and NUL": "0192f1c4-0000-4000-8000-000000000000%00",
    "a UUID with a fullwidth digit": "%EF%BC%90192f1c4-0000-4000-8000-000000000000",
    "Stripe's own": "pi_3MtwBwLkdIwHu7ix28a3tqPa",
}
NAMES = {
    "NUL": "a%00b",
    "a line break": "a%0d%0aSet-Cookie:x=1",
    "turned text": "%E2%80%AEa",
    "201 characters": "x" * 201,
    "an escape": "%1b%5b31m",
    "bytes that are not UTF-8": "%ff",
    "a surrogate": "%ED%A0%80",
}


def _cancel(name: str, event: str) -> Attack:
    return Attack(name, 400, "invalid_path", f"{V1}/events/{event}/cancellation", {"reason": "x"})


def _raw(
    name: str, head: bytes, rest: bytes = b"", status: int = 400, code: str = "malformed_request"
) -> Attack:
    return Attack(
        name, status, code, raw=head + b"\r\nHost: a\r\nConnection: close\r\n" + rest + b"\r\n"
    )


POST = b"POST /api/v1/payments/intents HTTP/1.1"
GET = b"GET /health HTTP/1.1"

ATTACKS = (
    *(
        Attack(f"a key: {n}", 400, "idempotency_key_invalid", headers={"Idempotency-Key": value})
        for n, value in KEYS.items()
    ),
    Attack("no key", 400, "idempotency_key_required", headers={"Idempotency-Key": None}),
    Attack(
        "a used key with another amount",
        422,
        "idempotency_key_reused",
        body=GOOD | {"amount": 20_000},
        headers=USED,
        first=Attack("use it", 201, headers=USED),
    ),
    Attack(
        "a used key with another currency",
        422,
        "idempotency_key_reused",
        body=GOOD | {"currency": "eur"},
        headers=USED,
        first=Attack("use it", 201, headers=USED),
    ),
    Attack(
        "a used key for another payment's refund",
        422,
        "idempotency_key_reused",
        f"{V1}/refunds",
        {"paymentId": "<open>", "reason": "other"},
        headers=USED,
        first=Attack(
            "use it",
            201,
            path=f"{V1}/refunds",
            body={"paymentId": "<paid>", "reason": "other", "amount": 1},
            headers=USED,
        ),
    ),
    Attack(
        "a used key, quoted: the same answer, nothing done",
        201,
        headers={"Idempotency-Key": '"used"'},
        first=Attack("use it", 201, headers=USED),
    ),
    *(get(f"a path: {name}", 404, "not_found", path) for name, path in PATHS.items()),
    *(get(f"an id: {n}", 400, "invalid_path", f"{V1}/payments/{i}") for n, i in IDS.items()),
    *(_cancel(f"an event: {name}", event) for name, event in NAMES.items()),
    Attack("an empty event", 404, "not_found", f"{V1}/events//cancellation", {"reason": "x"}),
    Attack("TRACE", 405, "method_not_allowed", f"{V1}/payments", None, method="TRACE"),
    Attack(
        "OPTIONS",
        405,
        "method_not_allowed",
        f"{V1}/payments",
        None,
        method="OPTIONS",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    ),
    Attack("HEAD of a payment", 405, "", f"{V1}/payments/<paid>", None, method="HEAD"),
    Attack("a body with GET", 200, "", f"{V1}/payments/<paid>", GOOD, method="GET"),
    Attack("a query with POST", 422, "validation_failed", f"{INTENTS}?amount=1"),
    get(
        "a foreign Host",
        200,
        "",
        f"{V1}/payments?limit=1",
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    ),
    get(
        "a trace that is none",
        200,
        "",
        f"{V1}/payments?limit=1",
        headers={"traceparent": "00-" + "0" * 32 + "-x"},
    ),
    get(
        "a request id with a line break",
        200,
        "",
        f"{V1}/payments?limit=1",
        headers={"X-Request-Id": "a\tb"},
    ),
    get(
        "a cookie of 4,000 characters",
        200,
        "",
        f"{V1}/payments?limit=1",
        headers={"Cookie": "a" * 4_000},
    ),
    get("an absolute target", 404, "not_found", "http://169.254.169.254/latest/meta-data"),
    Attack("Expect something else", 417, "expectation_failed", headers={"Expect": "200-maybe"}),
    get("Expect something of nothing", 417, "expectation_failed", "/a", headers={"Expect": "x"}),
    _raw("another protocol", b"GET /health SPDY/1"),
    _raw("a method with brackets", b"G(T /health HTTP/1.1"),
    _raw("NUL in a header", GET, b"X: a\x00b\r\n"),
    _raw("a header without a colon", GET, b"X\r\n"),
    _raw("a header with a space before the colon", GET, b"X : a\r\n"),
    _raw("a folded header", GET, b"X: a\r\n b\r\n"),
    _raw("a header of 9,000 characters", GET, b"X: " + b"a" * 9_000 + b"\r\n"),
    _raw("a length that is no number", POST, b"Content-Length: x\r\n"),
    _raw("a length with a sign", POST, b"Content-Length: +5\r\n"),
    _raw("two lengths", POST, b"Content-Length: 5\r\nContent-Length: 6\r\n"),
    _raw(
        "smuggling: length and chunks", POST, b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
    ),
    _raw("smuggling: chunked, but not", POST, b"Transfer-Encoding: xchunked\r\n"),
    _raw("smuggling: chunked last but one", POST, b"Transfer-Encoding: chunked, identity\r\n"),
    _raw("two hosts", GET, b"Host: b\r\n"),
)
