"""The only place that talks to Stripe: carry a prepared call, look for evidence.

Nothing here decides about money. An operation comes from SQL with its request frozen; what goes
back is one of four outcomes:

    succeeded  Stripe answered with the object
    failed     Stripe refused it, definitely
    unknown    it may have taken effect: timeout, reset, 5xx, unreadable answer, key in use
    not_sent   it cannot have taken effect: refused by a limiter or before it was run, or never sent
"""

import asyncio
import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Protocol
from urllib.parse import quote

import aiohttp

os.environ.setdefault("STRIPE_SUPPRESS_NOTICES", "true")

import orjson
import stripe

from app.config import Settings
from app.failpoints import failpoint
from app.observability import metrics
from app.observability.logs import get_logger
from app.observability.tracing import spans

log = get_logger("stripe")

Operation = Mapping[str, Any]
Result = dict[str, Any]

API_VERSION = stripe.api_version
"""Pinned with the SDK: what we send, and what webhooks must be sent in."""

CONNECT_TIMEOUT_SECONDS = 5.0
CONNECTION_LIMIT = 100
KEEPALIVE_SECONDS = 30.0
MAX_MESSAGE_CHARS = 500
_EMAIL = re.compile(r"\x00|[^\s@:'\"]+@[^\s@:'\"]+")
"""Stripe repeats a malformed address; ours is not to store it, log it or send it back."""


CIRCUIT_SECONDS = 15.0
"""How long nothing is sent after Stripe refused our key (F22)."""

READS_ONLY_SECONDS = 5.0
"""How long an operation waits that may not be sent before Stripe and we agree."""

REFUSED_KEY = frozenset({401, 403})
ACCOUNT_GONE = "account_invalid"
"""403 for one connected account, which has left us: a definite answer, and no word on our key."""

DEFINITE = frozenset({400, 402, 404})
NOT_EXECUTED_CODES = frozenset({"lock_timeout", "rate_limit"})

PATHS = {
    "intent": "/v1/payment_intents",
    "capture": "/v1/payment_intents/{}/capture",
    "cancel": "/v1/payment_intents/{}/cancel",
    "refund": "/v1/refunds",
    "transfer": "/v1/transfers",
    "reversal": "/v1/transfers/{}/reversals",
    "evidence": "/v1/disputes/{}",
    "account": "/v1/accounts",
    "account_link": "/v1/account_links",
}
"""Requests go through the SDK, answers as they came: its objects would cost a third of the call."""

EXPECTED_OBJECT = {
    "intent": "payment_intent",
    "capture": "payment_intent",
    "cancel": "payment_intent",
    "refund": "refund",
    "transfer": "transfer",
    "reversal": "transfer_reversal",
    "evidence": "dispute",
    "account": "account",
    "account_link": "account_link",
}

NEVER_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""The request cannot have reached Stripe."""


class LookError(Exception):
    """The look for evidence did not end: nothing is known, nothing must be sent.

    Attributes:
        result: what to hand to SQL instead.
    """

    def __init__(self, result: Result) -> None:
        super().__init__(result["code"] or result["type"])
        self.result = result


class _AnswerError(Exception):
    """Stripe's 2xx cannot be understood."""


class _TargetError(Exception):
    """The operation names nothing to act on: nothing was sent."""


class _HTTPClient(stripe.AIOHTTPClient):
    """The SDK's client, mended: errors while reading the body got out raw."""

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        args, options = self._get_request_args_kwargs(method, url, headers, post_data)
        try:
            async with self._session.request(*args, **options) as response:
                return await response.read(), response.status, response.headers
        except Exception as error:  # noqa: BLE001 -- whatever it was, the answer was not read
            self._fail(error)

    def _fail(self, error: Exception) -> NoReturn:
        self._handle_request_error(error)


class Clock(Protocol):
    """Seconds that never go back."""

    def __call__(self) -> float:
        """Now."""


class Gateway:
    """Stripe, for one process.

    Args:
        settings: key, address and timeouts.
        clock: monotonic seconds.
    """

    def __init__(self, settings: Settings, clock: Clock = time.monotonic) -> None:
        stripe.enable_telemetry = False
        self.reads_only = settings.reconcile_first
        """Look and read, but send nothing: after a restore, until Stripe and we agree."""
        self._clock = clock
        self._closed_until = 0.0
        self._base = settings.stripe_api_base
        self._backoff = settings.operation_backoff_seconds
        self._timeout = settings.stripe_timeout_seconds
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=CONNECTION_LIMIT, keepalive_timeout=KEEPALIVE_SECONDS
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        timeout = aiohttp.ClientTimeout(total=self._timeout, connect=CONNECT_TIMEOUT_SECONDS)
        self._client = stripe.StripeClient(
            settings.stripe_secret_key.get_secret_value(),
            base_addresses={"api": settings.stripe_api_base},
            max_network_retries=0,
            http_client=_HTTPClient(timeout=timeout, session=self._session),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def send(self, operation: Operation, deadline: float) -> Result:
        """Carry one prepared call to Stripe.

        Args:
            operation: the document from SQL.
            deadline: monotonic second by which the call must have ended, well inside its lease.

        Returns:
            The result document for requests_record. Never raises for anything Stripe does.
        """
        kind = operation["kind"]
        await failpoint("stripe.before_send", kind)
        started = self._clock()
        remaining = min(deadline - started, self._timeout)
        if remaining <= 0:
            return self.not_sent("deadline", "no time left before the lease ends")
        if self.reads_only and kind != "fetch":
            return self.not_sent("reads_only", "nothing is sent yet", READS_ONLY_SECONDS)
        if started < self._closed_until:
            return self.not_sent("circuit_open", "Stripe refuses our key", CIRCUIT_SECONDS)
        try:
            async with asyncio.timeout(remaining):
                answer = await self._call(operation)
            result = self._success(kind, answer)
        except Exception as error:  # noqa: BLE001 -- every outcome has a name
            result = self._failure(error)
        await failpoint("stripe.after_send", kind)
        metrics.stripe_seconds.labels(kind, result["outcome"]).observe(self._clock() - started)
        return result

    async def ping(self) -> str:
        """Ask for our balance, the cheapest question that proves key and connection.

        Returns:
            The Date header of the answer.

        Raises:
            LookError: Stripe refused or did not answer.
        """
        try:
            answer = await self._get("/v1/balance")
        except Exception as error:
            raise LookError(self._failure(error)) from error
        return str(answer.headers["Date"])

    async def look(self, operation: Operation) -> dict[str, Any] | None:
        """Look for what an earlier attempt may have left at Stripe.

        Args:
            operation: the document from SQL, with `evidence`.

        Returns:
            The object that proves it, or None.

        Raises:
            LookError: Stripe could not be asked.
        """
        evidence = operation["evidence"]
        await failpoint("stripe.before_look", operation["kind"])
        try:
            async with asyncio.timeout(self._timeout):
                return await self._find(evidence)
        except Exception as error:
            result = self._failure(error)
            if result["httpStatus"] == 404:  # noqa: PLR2004 -- HTTP
                return None
            raise LookError({**result, "outcome": "not_sent"}) from error

    async def page(
        self, resource: str, params: Mapping[str, Any], account: str | None = None
    ) -> dict[str, Any]:
        """Read one page of one of Stripe's lists.

        Args:
            resource: what is listed, such as `events`.
            params: Stripe's own.
            account: a connected account's list; the platform's when absent.

        Raises:
            LookError: Stripe could not be asked, or refuses to show it.
        """
        of_account = {"stripe_account": account} if account else {}
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._get(_path("/v1/{}", resource), **params, **of_account)
            return _document(answer)
        except Exception as error:
            # An account that has left us refuses for itself: that says nothing about our key.
            result = self._failure(error, judge_key=account is None)
            raise LookError({**result, "outcome": "not_sent"}) from error

    def adopted(self, found: dict[str, Any]) -> Result:
        """The result for an object that an earlier attempt made."""
        return {**self._result("succeeded"), "adopted": True, "object": found}

    def not_sent(self, code: str, message: str, retry_after: float | None = None) -> Result:
        """The result for a call that was not made."""
        return {
            **self._result("not_sent"),
            "code": code,
            "message": message,
            "retryAfter": retry_after,
        }

    async def _call(self, operation: Operation) -> stripe.StripeResponse:
        request = operation["request"]
        if operation["kind"] == "fetch":
            if request["target"] is None:
                return await self._get(_path("/v1/{}", request["resource"]), **request["params"])
            return await self._get(_path("/v1/{}/{}", request["resource"], request["target"]))
        path = PATHS[operation["kind"]]
        if "{}" in path:
            path = _path(path, request["target"])
        params = request.get("params") or {}
        key = operation["idempotencyKey"]
        return await self._request("post", path, idempotency_key=key, **params)

    async def _request(self, method: str, path: str, **params: Any) -> stripe.StripeResponse:
        with spans.call(method, self._base, path) as span:
            answer: stripe.StripeResponse = await self._client.raw_request_async(
                method, path, **params
            )
            span.set_attribute("http.response.status_code", answer.code)
            return answer

    async def _get(self, path: str, **params: Any) -> stripe.StripeResponse:
        return await self._request("get", path, **params)

    async def _find(self, evidence: Mapping[str, Any]) -> dict[str, Any] | None:
        if "retrieve" in evidence:
            path = _path("/v1/{}/{}", evidence["resource"], evidence["retrieve"])
            found = _document(await self._get(path))
            return found if accepts(evidence["accept"], found) else None
        path = _path("/v1/{}", evidence["resource"])
        if "parent" in evidence:
            path = _path(f"{path}/{{}}/{{}}", evidence["parent"], evidence["child"])
        params = dict(evidence["list"])
        while True:
            page = _document(await self._get(path, **params))
            for found in page["data"]:
                if accepts(evidence["accept"], found):
                    return dict(found)
            if not page["has_more"]:
                return None
            params["starting_after"] = page["data"][-1]["id"]

    def _success(self, kind: str, response: stripe.StripeResponse) -> Result:
        found = _document(response)
        expected = EXPECTED_OBJECT.get(kind)
        if expected and found.get("object") != expected:
            raise _AnswerError(f"expected a {expected}")
        return {
            **self._result("succeeded"),
            "httpStatus": response.code,
            "requestId": response.headers.get("Request-Id"),
            "replayed": _replayed(response.headers),
            "object": found,
        }

    def _failure(self, error: Exception, *, judge_key: bool = True) -> Result:
        result = self._result(outcome_of(error))
        result["message"] = f"{type(error).__name__}: {error}"[:MAX_MESSAGE_CHARS]
        if not isinstance(error, stripe.StripeError):
            result["code"] = "unreadable" if isinstance(error, _AnswerError) else "no_answer"
            return result
        result.update(_told_by(error))
        if judge_key and _refuses_key(error):
            self._closed_until = self._clock() + CIRCUIT_SECONDS
            log.error("stripe refuses our key", httpStatus=error.http_status)
        return result

    def _result(self, outcome: str) -> Result:
        return {
            "outcome": outcome,
            "httpStatus": None,
            "code": None,
            "declineCode": None,
            "type": None,
            "message": None,
            "requestId": None,
            "replayed": False,
            "adopted": False,
            "retryAfter": None,
            "object": None,
            "backoffSeconds": self._backoff,
        }


def outcome_of(error: Exception) -> str:
    """failed, unknown or not_sent: what an exception of the SDK says about the effect."""
    if isinstance(error, _TargetError) or isinstance(error.__cause__, NEVER_CONNECTED):
        return "not_sent"
    if not isinstance(error, stripe.StripeError) or isinstance(error, stripe.IdempotencyError):
        return "unknown"
    if _code(error) == ACCOUNT_GONE:
        return "failed"
    if _refuses_key(error) or error.http_status == 429 or _code(error) in NOT_EXECUTED_CODES:  # noqa: PLR2004 -- HTTP
        return "not_sent"
    if isinstance(error, (stripe.InvalidRequestError, stripe.CardError)) and error.error:
        return "failed" if error.http_status in DEFINITE else "unknown"
    return "unknown"


def accepts(accept: Mapping[str, Sequence[Any]], found: Mapping[str, Any]) -> bool:
    """Whether an object has, at every dotted path, one of the values that prove it is ours."""
    return all(_at(found, path) in values for path, values in accept.items())


def _at(found: Any, path: str) -> Any:
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _refuses_key(error: stripe.StripeError) -> bool:
    return error.http_status in REFUSED_KEY and _code(error) != ACCOUNT_GONE


def _code(error: stripe.StripeError) -> str | None:
    # e.code is filled for 400, 402 and 404 only.
    return error.error.code if error.error else error.code


def _told_by(error: stripe.StripeError) -> Result:
    detail = error.error
    return {
        "httpStatus": error.http_status,
        "code": _code(error) or ("no_answer" if error.http_status is None else None),
        "declineCode": detail.decline_code if detail else None,
        "type": detail.type if detail else None,
        "message": _EMAIL.sub("…", str(error.user_message or error))[:MAX_MESSAGE_CHARS],
        "requestId": error.request_id,
        "replayed": _replayed(error.headers or {}),
        "retryAfter": _retry_after(error.headers or {}),
    }


def _replayed(headers: Mapping[str, str]) -> bool:
    return bool(headers.get("Idempotent-Replayed") == "true")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None


def _path(template: str, *parts: str | None) -> str:
    # An empty id would turn reading one object into listing them all.
    if not all(parts):
        raise _TargetError("the operation names no target")
    return template.format(*(quote(part or "", safe="") for part in parts))


def _document(response: stripe.StripeResponse) -> dict[str, Any]:
    # Read strictly: what comes out is fit for jsonb.
    body = response.body
    if "\\u0000" in body:
        raise _AnswerError("contains NUL")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _AnswerError("is not JSON") from error
    if not isinstance(found, dict):
        raise _AnswerError("is not an object")
    return found
