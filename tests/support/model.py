"""Stripe as far as doubles go, in memory, on a clock of its own.

It keeps keys for 24 hours and then forgets them, applies some calls late, loses answers before or
after they took effect, saves 500s under their key, shows a new object in lists only after a while,
and turns calls away with 429. `send` and `find` answer as app/stripe/gateway.py would.
"""

import copy
import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]

KEY_SECONDS = 24 * 3600.0
STALE_SECONDS = 600.0
"""Longest time from a call to its object being in every list, late ones included."""

UNSAVED_CODE = "parameter_invalid"
"""A refusal by validation leaves the key as it was: an earlier call may still go through."""

DEFINITE_CODES = ("balance_insufficient", UNSAVED_CODE)


@dataclass(frozen=True)
class Chances:
    """How often what goes wrong; all zero is Stripe on a good day."""

    lost_before: float = 0.0
    lost_after: float = 0.0
    late: float = 0.0
    error_before: float = 0.0
    error_after: float = 0.0
    refused: float = 0.0
    turned_away: float = 0.0
    stale: float = 0.0
    blind: float = 0.0


GOOD = Chances()
BAD = Chances(
    lost_before=0.10,
    lost_after=0.22,
    late=0.10,
    error_before=0.04,
    error_after=0.06,
    refused=0.06,
    turned_away=0.08,
    stale=0.30,
    blind=0.05,
)


CONTRARY = replace(BAD, late=0.30, refused=0.30)
"""Late answers and refusals that Stripe does not remember: what a new key is dangerous with."""


@dataclass
class _Saved:
    at: float
    params: Json
    answer: Json


@dataclass
class _Made:
    found: Json
    created: float
    listed_from: float


@dataclass
class _Late:
    due: float
    operation: Json


class DoubleError(AssertionError):
    """Stripe was made to do something twice, or two things at once to one object."""


@dataclass
class Model:
    """One Stripe account.

    Attributes:
        random: decides every fault.
        now: seconds, moved by whoever runs the schedule.
        chances: how often what goes wrong.
    """

    random: random.Random
    now: float = 1_790_000_000.0
    chances: Chances = BAD
    _keys: dict[str, _Saved] = field(default_factory=dict)
    _made: dict[str, list[_Made]] = field(default_factory=lambda: defaultdict(list))
    _late: list[_Late] = field(default_factory=list)
    _open: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    calls: int = 0

    # ── what the gateway does ─────────────────────────────────────────────────────────────────

    def send(self, operation: Json, lock_key: str) -> Json:
        """Carry one operation; return the gateway's result.

        Raises:
            DoubleError: another call on the same object has no outcome yet.
        """
        self.calls += 1
        if self._chance(self.chances.turned_away):
            return _result("not_sent", status=429, code="rate_limit", retryAfter=1)
        self._open[lock_key].add(operation["id"])
        if len(self._open[lock_key]) > 1:
            raise DoubleError(f"two unresolved calls on {lock_key}: {self._open[lock_key]}")
        if self._chance(self.chances.lost_before):
            return _result("unknown", code="no_answer")
        if self._chance(self.chances.late):
            late = _Late(self.now + self.random.uniform(1, STALE_SECONDS / 2), operation)
            self._late.append(late)
            return _result("unknown", code="no_answer")
        answer = self._execute(operation)
        lost = answer["outcome"] != "unknown" and self._chance(self.chances.lost_after)
        return _result("unknown", code="no_answer") if lost else answer

    def find(self, evidence: Json) -> Json | None:
        """Look for evidence; return the object that proves the effect.

        Raises:
            ConnectionError: Stripe did not answer.
        """
        if self._chance(self.chances.blind):
            raise ConnectionError
        wanted = evidence["accept"]["metadata.operation_id"]
        for made in self._made[wanted[0]]:
            if self.now >= made.listed_from and _is_asked_for(made, evidence["list"]):
                return copy.deepcopy(made.found)
        return None

    def settled(self, operation_id: str, lock_key: str) -> None:
        """Take note that the outcome of an operation was recorded."""
        self._open[lock_key].discard(operation_id)

    # ── time and truth ────────────────────────────────────────────────────────────────────────

    def move_to(self, now: float) -> None:
        """Let time pass: late calls take effect when they arrive."""
        for late in sorted(self._late, key=lambda one: one.due):
            if late.due <= now:
                self._late.remove(late)
                self.now = max(self.now, late.due)
                self._execute(late.operation)
        self.now = now

    @property
    def quiet(self) -> bool:
        """Whether no call is still on its way."""
        return not self._late

    def made_by(self, operation_id: str) -> list[Json]:
        """The objects that an operation has made."""
        return [made.found for made in self._made[operation_id]]

    def check(self) -> None:
        """Assert that no operation has made two objects.

        Raises:
            DoubleError: one has.
        """
        for operation_id, made in self._made.items():
            if len(made) > 1:
                raise DoubleError(f"{operation_id} has made {[one.found['id'] for one in made]}")

    # ── inside ────────────────────────────────────────────────────────────────────────────────

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def _execute(self, operation: Json) -> Json:
        key, params = operation["idempotencyKey"], operation["request"]["params"]
        saved = self._keys.get(key)
        if saved is not None and self.now < saved.at + KEY_SECONDS:
            if saved.params != params:
                return _result("unknown", status=400, code="idempotency_error")
            return saved.answer | {"replayed": True}
        answer = self._first(operation)
        # An intent or account that came late would be an orphan, and no money.
        if answer["code"] != UNSAVED_CODE or operation["kind"] != "transfer":
            self._keys[key] = _Saved(self.now, copy.deepcopy(params), answer)
        return answer

    def _first(self, operation: Json) -> Json:
        if self._chance(self.chances.refused):
            code = self.random.choice(DEFINITE_CODES)
            return _result("failed", status=400, code=code, type="invalid_request_error")
        if self._chance(self.chances.error_before):
            return _result("unknown", status=500, code="api_error")
        found = self._make(operation)
        self.check()
        if self._chance(self.chances.error_after):
            return _result("unknown", status=500, code="api_error")
        return _result("succeeded", status=200) | {"object": found}

    def _make(self, operation: Json) -> Json:
        made = self._made[operation["id"]]
        prefix = {"transfer": "tr", "intent": "pi", "account": "acct"}[operation["kind"]]
        name = f"{operation['id'].replace('-', '')}{len(made) or ''}"
        found: Json = {**operation["request"]["params"], "id": f"{prefix}_{name}"}
        if operation["kind"] == "intent":
            found |= {"status": "succeeded", "latest_charge": f"ch_{name}", "livemode": False}
            found["amount_received"] = found["amount"]
        delay = self.random.uniform(0, STALE_SECONDS / 2)
        listed_from = self.now + (delay if self._chance(self.chances.stale) else 0)
        made.append(_Made(found, self.now, listed_from))
        return copy.deepcopy(found)


def _is_asked_for(made: _Made, wanted: Json) -> bool:
    group = wanted.get("transfer_group")
    if group is not None and made.found.get("transfer_group") != group:
        return False
    created = wanted.get("created", {})
    earliest, latest = created.get("gte", 0), created.get("lte", float("inf"))
    return bool(earliest <= int(made.created) <= latest)


def _result(outcome: str, status: int | None = None, code: str | None = None, **more: Any) -> Json:
    return {
        "outcome": outcome,
        "httpStatus": status,
        "code": code,
        "message": code,
        "replayed": False,
        "adopted": False,
        "backoffSeconds": 2,
        **more,
    }
