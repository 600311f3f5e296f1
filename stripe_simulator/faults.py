"""Faults of the API: which calls they hit, and what goes wrong."""

from __future__ import annotations

import fnmatch
import random
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# before the call takes effect: it never does (except `late`, which does so afterwards)
BEFORE = frozenset(
    {
        "lost_before",
        "unavailable",
        "bad_gateway_before",
        "hang_before",
        "rate_limit",
        "lock_timeout",
        "key_in_use",
        "late",
        "error_500_before",
        "error_500_later",
        "unauthorized",
    }
)
# after it took effect
AFTER = frozenset(
    {
        "lost_after",
        "truncate",
        "hang_after",
        "bad_gateway_after",
        "error_500_after",
        "garbage",
    }
)
# neither: the call is answered properly
AROUND = frozenset({"latency", "latency_after", "stale_list"})
NAMES = BEFORE | AFTER | AROUND
RULE_KEYS = frozenset(
    {
        "fault",
        "match",
        "times",
        "seconds",
        "reason",
        "retry",
        "seed",
    }
)
MATCH_KEYS = frozenset(
    {
        "method",
        "path",
        "object",
        "account",
        "key",
        "nth",
        "every",
        "probability",
        "param",
    }
)


TEXTS = ("method", "path", "object", "account", "key")


def check_numbers(options: Json) -> None:
    """Refuse numbers that could never strike, or would break the call they meet."""
    for name in ("nth", "every", "times", "count"):
        value = options.get(name)
        if value is not None and (not isinstance(value, int) or value < 1):
            raise ValueError(f"{name} must be a whole number from 1 on")
    chance = options.get("probability", 1)
    if not isinstance(chance, (int, float)) or not 0 <= chance <= 1:
        raise ValueError("probability must be between 0 and 1")
    seconds = options.get("seconds", 0)
    span = seconds if isinstance(seconds, list) else [0, seconds]
    if len(span) != 2 or not all(isinstance(end, (int, float)) and end >= 0 for end in span):  # noqa: PLR2004
        raise ValueError("seconds must be a number or [low, high]")


@dataclass(slots=True)
class Hit:
    """A fault that strikes one call; `seconds` as its rule says."""

    name: str
    seconds: float = 0
    reason: str | None = None
    retry: bool | None = None


@dataclass(slots=True)
class Rule:
    """When a fault strikes: all parts of the match must hold."""

    id: str
    fault: str
    match: Json
    times: int | None
    seconds: float | list[float]
    reason: str | None
    retry: bool | None
    random: random.Random
    seen: int = 0
    struck: int = 0

    def strikes(self, call: Json) -> bool:
        """Count this call if it matches, and tell whether the fault hits it."""
        if self.times is not None and self.struck >= self.times:
            return False
        if not self._matches(call):
            return False
        self.seen += 1
        hit = self._chosen()
        self.struck += hit
        return hit

    def _matches(self, call: Json) -> bool:
        match = self.match
        if "method" in match and match["method"].upper() != call["method"]:
            return False
        if "path" in match and not fnmatch.fnmatchcase(call["path"], match["path"]):
            return False
        if "object" in match and match["object"] not in call["objects"]:
            return False
        if "param" in match and not _has(call["params"], match["param"]):
            return False
        return all(match.get(name, call[name]) == call[name] for name in ("account", "key"))

    def _chosen(self) -> bool:
        match = self.match
        if "nth" in match:
            return bool(self.seen == match["nth"])
        if "every" in match:
            return bool(self.seen % match["every"] == 0)
        if "probability" in match:
            return self.random.random() < float(match["probability"])
        return True

    def hit(self) -> Hit:
        """Return the fault as it strikes now."""
        seconds = self.seconds
        if isinstance(seconds, list):
            seconds = self.random.uniform(float(seconds[0]), float(seconds[1]))
        return Hit(self.fault, float(seconds), self.reason, self.retry)

    def render(self) -> Json:
        """Show the rule to the control API."""
        return {
            "id": self.id,
            "fault": self.fault,
            "match": self.match,
            "times": self.times,
            "seconds": self.seconds,
            "seen": self.seen,
            "struck": self.struck,
        }


def _has(params: Json, wanted: Json) -> bool:
    for name, value in wanted.items():
        node: Any = params
        for part in name.replace("]", "").split("["):
            node = node.get(part) if isinstance(node, dict) else None
        if node != value:
            return False
    return True


def read_order(text: str) -> Hit:
    """Read `late:90`, a fault and its seconds."""
    name, _, seconds = text.partition(":")
    if name not in NAMES:
        raise ValueError(f"metadata[sim] must be one of {sorted(NAMES)}, not {name!r}")
    return Hit(name, float(seconds or DEFAULT_SECONDS.get(name, 0)))


@dataclass(slots=True)
class Faults:
    """The rules in force, and which keys `metadata[sim]` has already struck."""

    seed: int
    rules: list[Rule] = field(default_factory=list)
    struck_keys: set[str] = field(default_factory=set)
    made: int = 0

    def add(self, body: Json) -> Rule:
        """Take a rule from the control API; raise ValueError with what is wrong with it."""
        if unknown := body.keys() - RULE_KEYS:
            raise ValueError(f"unknown fields: {sorted(unknown)}")
        match = body.get("match", {})
        if unknown := match.keys() - MATCH_KEYS:
            raise ValueError(f"unknown fields of match: {sorted(unknown)}")
        if body.get("fault") not in NAMES:
            raise ValueError(f"fault must be one of {sorted(NAMES)}")
        kinds = dict.fromkeys(TEXTS, str) | {"param": dict}
        if wrong := [n for n, kind in kinds.items() if not isinstance(match.get(n, kind()), kind)]:
            raise ValueError(f"{wrong} of match must be texts, param an object")
        check_numbers(body | match)
        self.made += 1
        rule = Rule(
            id=f"fault_{self.made}",
            fault=body["fault"],
            match=match,
            times=body.get("times"),
            seconds=body.get("seconds", DEFAULT_SECONDS.get(body["fault"], 0)),
            reason=body.get("reason"),
            retry=body.get("retry"),
            random=random.Random(f"{body.get('seed', self.seed)}:{self.made}"),  # noqa: S311
        )
        self.rules.append(rule)
        return rule

    def strike(self, call: Json, sim: str | None) -> list[Hit]:
        """Return the faults that hit this call: those of the rules, then `metadata[sim]`.

        Raises ValueError when `metadata[sim]` orders what does not exist.
        """
        ordered = None if sim is None else read_order(sim)
        hits = [rule.hit() for rule in self.rules if rule.strikes(call)]
        once = call["key"] or call["id"]
        if ordered is not None and once not in self.struck_keys:
            self.struck_keys.add(once)
            hits.append(ordered)
        return hits

    def remove(self, rule_id: str | None = None) -> int:
        """Remove one rule or all; return how many were removed."""
        kept = [rule for rule in self.rules if rule_id is not None and rule.id != rule_id]
        removed = len(self.rules) - len(kept)
        self.rules = kept
        return removed


DEFAULT_SECONDS: dict[str, float] = {
    "hang_before": 120,
    "hang_after": 120,
    "late": 90,
    "error_500_later": 60,
    "stale_list": 30,
    "latency": 0.05,
    "latency_after": 0.05,
}
