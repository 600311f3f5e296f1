"""Alert rules and dashboard name metrics and runbooks that there are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.http.limits import limiter as limits
from app.observability import metrics

ROOT = Path(__file__).resolve().parent.parent.parent
RULES = yaml.safe_load((ROOT / "monitoring/alerts.yaml").read_text())["groups"][0]["rules"]
PANELS = json.loads((ROOT / "monitoring/dashboard.json").read_text())["panels"]
WORDS = {
    *("max", "sum", "rate", "by", "abs", "le", "histogram_quantile"),
    *("kind", "state", "currency", "class", "queue", "outcome", "route", "status"),
}


def exported() -> set[str]:
    """Every name that Prometheus would see, those of modules with their own counters too."""
    assert limits.refused in set(metrics.registry._collector_to_names)
    names = set()
    for family in metrics.registry.collect():
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
        names |= {family.name + end for end in suffixes.get(family.type, [""])}
    return names


def named(expression: str) -> set[str]:
    """The metrics of a PromQL expression."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]', "", expression)
    return set(re.findall(r"[a-z_]{2,}", bare)) - WORDS


def expressions() -> list[str]:
    """Of every alert and every panel."""
    shown = [target["expr"] for panel in PANELS for target in panel["targets"]]
    return [rule["expr"] for rule in RULES] + shown


@pytest.mark.parametrize("expression", expressions())
def test_every_metric_exists(expression: str) -> None:
    """A name that nobody exports would never fire and never show."""
    assert named(expression)
    assert named(expression) <= exported()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    """Severity, summary, and a runbook that exists."""
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    assert (ROOT / rule["annotations"]["runbook"]).is_file()


def test_counters_of_the_contract_are_told_from_the_start() -> None:
    """Also before the first event: no sample is no zero."""
    told = {sample.name for family in metrics.registry.collect() for sample in family.samples}
    assert told >= {
        *("payment_intent_created_total", "payment_captured_total", "payment_failed_total"),
        *("refund_processed_total", "transfer_created_total", "webhook_processed_total"),
        "money_violations",
    }


def test_what_is_settled_goes_to_zero() -> None:
    """A series stays and says 0."""
    found = {"class": "lost", "currency": "usd", "items": 1, "unexplained": 500}
    stuck = {"kind": "refund", "state": "dead", "currency": "usd", "operations": 1, "amount": 7}
    for rows, figures in (([found], [stuck]), ([], [])):
        metrics.set_discrepancies(rows)
        metrics.set_operations_open(figures)
    assert metrics.registry.get_sample_value("unexplained_minor_units", {"currency": "usd"}) == 0
    labels = {"kind": "refund", "state": "dead"}
    assert metrics.registry.get_sample_value("stripe_operations_open", labels) == 0


def test_what_must_be_zero_is_watched() -> None:
    """The gauges of which the contract says that they must be 0."""
    watched = set().union(*(named(rule["expr"]) for rule in RULES))
    assert {"money_violations", "unexplained_minor_units", "stripe_operations_open"} <= watched
