"""Metrics. One registry; both processes export every name."""

from collections import Counter as Counted
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

disable_created_metrics()  # type: ignore[no-untyped-call]
registry = CollectorRegistry()

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

payment_intent_created = Counter(
    "payment_intent_created_total", "Payment intents made at Stripe", registry=registry
)
payment_captured = Counter(
    "payment_captured_total", "Payments whose capture was settled", registry=registry
)
payment_failed = Counter("payment_failed_total", "Payment attempts that failed", registry=registry)
refund_processed = Counter(
    "refund_processed_total", "Refunds that reached an end", registry=registry
)
transfer_created = Counter("transfer_created_total", "Transfers made at Stripe", registry=registry)
webhook_processed = Counter(
    "webhook_processed_total", "Webhook events by where they ended", ["state"], registry=registry
)
for _state in ("done", "ignored", "waiting", "quarantined", "dead", "error"):
    webhook_processed.labels(_state)
operations = Counter(
    "stripe_operations_total",
    "Operations carried, by kind and outcome",
    ["kind", "outcome"],
    registry=registry,
)
request_seconds = Histogram(
    "http_request_seconds",
    "Time to answer",
    ["route", "method", "status"],
    buckets=SECONDS,
    registry=registry,
)
stripe_seconds = Histogram(
    "stripe_call_seconds",
    "Time of calls to Stripe",
    ["kind", "outcome"],
    buckets=SECONDS,
    registry=registry,
)
wakeup_seconds = Histogram(
    "worker_wakeup_seconds",
    "From a notification to the first claim it caused",
    ["queue"],
    buckets=SECONDS,
    registry=registry,
)
log_lines_dropped = Counter(
    "log_lines_dropped_total",
    "Log lines that nobody took in time",
    registry=registry,
)
in_flight = Gauge("worker_in_flight", "Items being worked on", ["queue"], registry=registry)


queue_depth = Gauge("queue_depth", "Rows that are not done", ["queue"], registry=registry)
queue_oldest_seconds = Gauge(
    "queue_oldest_seconds",
    "How long the longest waiting row has been due",
    ["queue"],
    registry=registry,
)
operations_outstanding = Gauge(
    "stripe_operations_open",
    "Operations whose effect is unknown, or that were given up",
    ["kind", "state"],
    registry=registry,
)
operations_open_amount = Gauge(
    "stripe_operations_open_minor_units",
    "The money they hold, in minor units",
    ["state", "currency"],
    registry=registry,
)

discrepancies_outstanding = Gauge(
    "discrepancies_outstanding",
    "What does not agree between Stripe and us",
    ["class"],
    registry=registry,
)
unexplained_minor_units = Gauge(
    "unexplained_minor_units",
    "Money that moved at Stripe and not with us, or the other way round; must be 0",
    ["currency"],
    registry=registry,
)


def _show(gauge: Gauge, values: Mapping[Any, int]) -> None:
    # A series that vanished cannot be told from a process that is gone: 0 is said, not left out.
    for family in gauge.collect():
        for sample in family.samples:
            gauge.labels(**sample.labels).set(0)
    for labels, value in values.items():
        gauge.labels(*labels).set(value)


def set_discrepancies(rows: Iterable[Mapping[str, Any]]) -> None:
    """Show what is open now; what is no longer open goes to zero."""
    counts: Counted[str] = Counted()
    amounts: Counted[str] = Counted()
    for row in rows:
        counts[row["class"]] += row["items"]
        if row["currency"]:
            amounts[row["currency"]] += row["unexplained"]
    _show(discrepancies_outstanding, {(name,): count for name, count in counts.items()})
    _show(unexplained_minor_units, {(currency,): amount for currency, amount in amounts.items()})


money_violations = Gauge(
    "money_violations",
    "Breaches of a money invariant that the worker's check knows of; must be 0",
    registry=registry,
)
refunds_waiting = Gauge(
    "refunds_waiting_for_funds",
    "Refunds that Stripe holds until the platform's balance covers them",
    ["currency"],
    registry=registry,
)
refunds_waiting_amount = Gauge(
    "refunds_waiting_for_funds_minor_units",
    "What these refunds come to, in minor units",
    ["currency"],
    registry=registry,
)


def set_refunds_waiting(counts: Mapping[str, int], amounts: Mapping[str, int]) -> None:
    """Show what waits now, by currency, over all tenants; what no longer waits goes to zero."""
    _show(refunds_waiting, {(currency,): count for currency, count in counts.items()})
    _show(refunds_waiting_amount, {(currency,): amounts[currency] for currency in counts})


def set_operations_open(rows: Iterable[Mapping[str, Any]]) -> None:
    """Show what is open now, over all tenants; what is no longer open goes to zero."""
    counts: Counted[tuple[str, str]] = Counted()
    amounts: Counted[tuple[str, str]] = Counted()
    for row in rows:
        counts[row["kind"], row["state"]] += row["operations"]
        amounts[row["state"], row["currency"]] += int(row["amount"])
    _show(operations_outstanding, counts)
    _show(operations_open_amount, amounts)


def count_operation(kind: str, outcome: str) -> None:
    """Count an operation that was carried and recorded."""
    operations.labels(kind, outcome).inc()
    if (kind, outcome) == ("intent", "succeeded"):
        payment_intent_created.inc()
    elif (kind, outcome) == ("intent", "failed"):
        payment_failed.inc()
    elif (kind, outcome) == ("transfer", "succeeded"):
        transfer_created.inc()
    elif (kind, outcome) == ("refund", "succeeded"):
        refund_processed.inc()


def count_event(event_type: str, state: str) -> None:
    """Count a webhook event that reached a state."""
    webhook_processed.labels(state).inc()
    if state != "done":
        return
    if event_type == "payment_intent.succeeded":
        payment_captured.inc()
    elif event_type == "payment_intent.payment_failed":
        payment_failed.inc()


async def show(_request: web.Request) -> web.Response:
    """GET /metrics."""
    return web.Response(
        body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"}
    )
