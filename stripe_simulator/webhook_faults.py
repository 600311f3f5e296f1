"""Faults of webhook deliveries: which deliveries they hit, and what is done to them."""

from __future__ import annotations

import fnmatch
import random
from dataclasses import dataclass, field
from typing import Any

from stripe_simulator.faults import check_numbers

Json = dict[str, Any]

NAMES = frozenset(
    {
        "duplicate",
        "duplicate_new_id",
        "delay",
        "drop",
        "drop_forever",
        "stale",
        "two_signatures",
        "wrong_secret",
        "old_timestamp",
        "future_timestamp",
        "unknown_type",
        "other_version",
        "livemode",
        "misrouted",
        "big_body",
        "thin",
    }
)
RULE_KEYS = frozenset(
    {
        "probability",
        "every",
        "nth",
        "types",
        "endpoint",
        "times",
        "seconds",
        "count",
        "seed",
    }
)


@dataclass(slots=True)
class Rule:
    """When a delivery is tampered with."""

    fault: str
    options: Json
    random: random.Random
    seen: int = 0
    struck: int = 0

    def strikes(self, kind: str, endpoint: str) -> bool:
        """Count this delivery if it matches, and tell whether the fault hits it."""
        options = self.options
        if options.get("times") is not None and self.struck >= options["times"]:
            return False
        types = options.get("types") or ["*"]
        if not any(fnmatch.fnmatchcase(kind, pattern) for pattern in types):
            return False
        if options.get("endpoint") not in {None, endpoint}:
            return False
        self.seen += 1
        hit = self._chosen()
        self.struck += hit
        return hit

    def _chosen(self) -> bool:
        if "nth" in self.options:
            return bool(self.seen == self.options["nth"])
        if "every" in self.options:
            return bool(self.seen % self.options["every"] == 0)
        return self.random.random() < float(self.options.get("probability", 1))

    def count(self) -> int:
        """Return how often: extra copies of a duplicate, lost attempts of a drop."""
        return int(self.options.get("count", 1))

    def seconds(self) -> float:
        """Return the delay, drawn from a range if one was given."""
        seconds = self.options.get("seconds", 60)
        if isinstance(seconds, list):
            return self.random.uniform(float(seconds[0]), float(seconds[1]))
        return float(seconds)

    def render(self) -> Json:
        """Show the rule to the control API."""
        return {"fault": self.fault, **self.options, "seen": self.seen, "struck": self.struck}


@dataclass(slots=True)
class WebhookFaults:
    """The rules in force; `reorder` is how many due deliveries are shuffled together."""

    seed: int
    rules: list[Rule] = field(default_factory=list)
    reorder: int = 0
    random: random.Random = field(default_factory=random.Random)

    def add(self, fault: str, value: object) -> None:
        """Take a rule: a probability, true, or an object of options; ValueError if wrong."""
        if fault not in NAMES:
            raise ValueError(f"webhook fault must be one of {sorted(NAMES | {'reorder'})}")
        options: Json = dict(value) if isinstance(value, dict) else {}
        if unknown := options.keys() - RULE_KEYS:
            raise ValueError(f"unknown fields of {fault}: {sorted(unknown)}")
        if not isinstance(value, dict):
            options = {"probability": float(value)}  # type: ignore[arg-type]
        check_numbers(options)
        if isinstance(options.get("types"), str):
            options["types"] = [options["types"]]
        seed = f"{options.get('seed', self.seed)}:{len(self.rules)}"
        self.rules.append(Rule(fault, options, random.Random(seed)))  # noqa: S311 - repeatable

    def strike(self, kind: str, endpoint: str) -> list[Rule]:
        """Return the rules that hit a delivery of this event type to this endpoint."""
        return [rule for rule in self.rules if rule.strikes(kind, endpoint)]

    def clear(self) -> None:
        """Deliver properly again."""
        self.rules.clear()
        self.reorder = 0
