"""What spans cost a request when nobody wants them: all that creating a payment calls, in process.

The request, its two group commits, its call to Stripe, its log line. Unit: µs a request; the floor
is the limit to stay below.
"""

import timeit

from app.observability.tracing import NO_SPAN, answered, spans, traceparent
from bench.report import Measure
from bench.stack import Stack

REQUESTS = 20_000
ROUNDS = 7
LIMIT_US = 20.0
STRIPE = "https://api.stripe.com"


def run(_stack: Stack) -> list[Measure]:
    """The quickest round: what else the machine does is not ours."""
    assert spans.request("POST", "/api", None) is NO_SPAN
    seconds = min(timeit.repeat(_request, number=REQUESTS, repeat=ROUNDS))
    return [Measure("tracing_off", seconds / REQUESTS * 1e6, LIMIT_US, "us")]


def _request() -> None:
    with spans.request("POST", "/api/v1/payments/intents", None) as span:
        traceparent(span)
        for function in ("payments_create", "requests_record"):
            with spans.sql(function):
                pass
        with spans.call("post", STRIPE, "/v1/payment_intents") as call:
            call.set_attribute("http.response.status_code", 200)
        spans.current_id()
        answered(span, 201)
