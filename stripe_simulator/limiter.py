"""The optional rate limiter: a token bucket for all calls and one for each endpoint."""

from __future__ import annotations

from stripe_simulator.errors import ApiError

REASONS = (
    "global-rate",
    "endpoint-rate",
    "global-concurrency",
    "endpoint-concurrency",
    "resource-specific",
)


class Bucket:
    """Tokens that refill at `rate` a second, at most one second's worth."""

    def __init__(self, rate: float, now: float) -> None:
        """Start full."""
        self.rate, self.tokens, self.at = rate, max(rate, 1.0), now

    def take(self, now: float) -> bool:
        """Take a token if there is one."""
        full = max(self.rate, 1.0)
        self.tokens = min(full, self.tokens + max(0.0, now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Limiter:
    """Refuses calls that come too fast, before anything else looks at them."""

    def __init__(self) -> None:
        """Start with full buckets."""
        self.buckets: dict[str, Bucket] = {}

    def check(self, endpoint: str, overall: float, each: float, now: float) -> None:
        """Raise 429 when the bucket of all calls or of this endpoint is empty."""
        if overall and not self._take("", overall, now):
            raise rate_limited("global-rate")
        if each and not self._take(endpoint, each, now):
            raise rate_limited("endpoint-rate")

    def _take(self, name: str, rate: float, now: float) -> bool:
        bucket = self.buckets.get(name)
        if bucket is None or bucket.rate != rate:
            bucket = self.buckets[name] = Bucket(rate, now)
        return bucket.take(now)


def rate_limited(reason: str) -> ApiError:
    """Answer 429 with the reason Stripe names in a header."""
    return ApiError(
        429,
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.",
        saved=False,
        code="rate_limit",
        headers={"Stripe-Rate-Limited-Reason": reason},
    )


def locked() -> ApiError:
    """Answer 429 for an object that another call holds; it carries no reason header."""
    return ApiError(
        429,
        "This object cannot be accessed right now because another API request or Stripe process "
        "is currently accessing it. If you see this error intermittently, retry the request. If "
        "you see this error frequently and are making multiple concurrent requests to a single "
        "object, make your requests serially or at a lower rate. For more details, see "
        "https://stripe.com/docs/rate-limits#object-lock-timeouts.",
        saved=False,
        code="lock_timeout",
    )
