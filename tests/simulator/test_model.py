"""Random calls in random order under random faults, against a small model of the truth.

`SIM_MODEL_SCHEDULES` sets how many schedules run (100 by default; `make test-full` runs 2,000).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_simulator import invariants
from stripe_simulator.api import Api, Incoming
from stripe_simulator.clock import Clock
from stripe_simulator.config import Config
from stripe_simulator.faults import AFTER, BEFORE
from stripe_simulator.http import form
from stripe_simulator.world import World

SCHEDULES = int(os.environ.get("SIM_MODEL_SCHEDULES", "100"))
STEPS = 40
CARDS = [
    "pm_card_visa",
    "pm_card_visa_chargeDeclined",
    "pm_card_createDispute",
    "pm_card_bypassPending",
    "pm_card_pendingRefund",
    "pm_card_refundFail",
    "pm_card_riskLevelElevated",
    "pm_usBankAccount_success",
    "pm_usBankAccount_insufficientFunds",
    "pm_card_createDisputeInquiry",
]
FAULTS = sorted((BEFORE | AFTER) - {"hang_before", "hang_after"})
NEVER = {
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
}


@dataclass
class Model:
    """A random caller and what it may believe: one answer per key, sums never over their source."""

    seed: int
    settle: str
    world: World = field(init=False)
    api: Api = field(init=False)
    answers: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    sent: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        config = Config(settle=self.settle, transfer_from_refunded_charge=True)
        self.world = World(config, self.seed, Clock(wall=False))
        self.api = Api(self.world)

    async def call(self, method: str, path: str, key: str, **params: object) -> Any:
        """One call; its answer must agree with every earlier answer for the same key."""
        text = urlencode({name: str(value) for name, value in params.items()})
        headers = {"Authorization": "Bearer sk_test_simulator", "Idempotency-Key": key}
        if method == "POST":
            self.sent[key] = (path, text)
        answer = await self.api.answer(Incoming(method, path, text, headers))
        assert not self.world.bugs, self.world.bugs
        if answer.status == 0 or (answer.cut and answer.cut.name != "latency"):
            return None
        if answer.headers.get("Idempotent-Replayed"):
            at, believed = self.answers.get(key, (0.0, b""))
            if self.world.clock.now() - at < self.world.config.key_seconds:
                assert answer.body == believed
        elif method == "POST" and answer.status in {200, 402, 500}:
            self.answers[key] = (self.world.clock.now(), answer.body)
        return json.loads(answer.body)

    def some(self, table: Any) -> str | None:
        """The id of any object of a table."""
        rows = [row.id for row in table.oldest() if row.account == self.world.platform]
        return self.random.choice(rows) if rows else None

    async def step(self, number: int) -> None:
        """Do something at random."""
        actions = [
            self.pay,
            self.pay,
            self.pay,
            self.capture,
            self.cancel,
            self.refund,
            self.refund,
            self.transfer,
            self.transfer,
            self.transfer,
            self.reverse,
            self.reverse,
            self.account,
            self.dispute,
            self.advance,
            self.fault,
            self.repeat,
            self.repeat,
            self.payout,
        ]
        await self.random.choice(actions)(f"key-{number}")

    async def pay(self, key: str) -> None:
        """Create and confirm an intent."""
        amount = self.random.choice([50, 999, 10_000, 123_456])
        params = NEVER | {
            "amount": amount,
            "currency": "usd",
            "confirm": "true",
            "payment_method": self.random.choice(CARDS),
        }
        if self.random.random() < 0.2:
            params["capture_method"] = self.random.choice(["manual", "automatic"])
        await self.call("POST", "/v1/payment_intents", key, **params)

    async def capture(self, key: str) -> None:
        """Capture something, perhaps too much."""
        intent = self.some(self.world.store.payment_intents)
        if intent:
            amount = self.random.choice([1, 50, 10_000])
            await self.call(
                "POST", f"/v1/payment_intents/{intent}/capture", key, amount_to_capture=amount
            )

    async def cancel(self, key: str) -> None:
        """Cancel something."""
        intent = self.some(self.world.store.payment_intents)
        if intent:
            await self.call("POST", f"/v1/payment_intents/{intent}/cancel", key)

    async def refund(self, key: str) -> None:
        """Refund a part, or everything."""
        intent = self.some(self.world.store.payment_intents)
        if intent:
            more = {"amount": self.random.choice([1, 500, 9_000])}
            await self.call(
                "POST",
                "/v1/refunds",
                key,
                payment_intent=intent,
                **(more if self.random.random() < 0.7 else {}),
            )

    async def account(self, key: str) -> None:
        """Create an account; mostly make it able to receive, sometimes take that away."""
        made = await self.call(
            "POST",
            "/v1/accounts",
            key,
            type="express",
            **{"capabilities[transfers][requested]": "true"},
        )
        if made and "id" in made:
            account = self.world.store.accounts[made["id"]]
            status = "active" if self.random.random() < 0.9 else "pending"
            account.capabilities["transfers"]["status"] = status

    def artist(self) -> str | None:
        """Any connected account."""
        rows = [row.id for row in self.world.store.accounts.oldest()]
        return self.random.choice(rows[1:]) if len(rows) > 1 else None

    async def transfer(self, key: str) -> None:
        """Transfer from a charge or from the balance."""
        artist, charge = self.artist(), self.some(self.world.store.charges)
        if artist:
            source = {"source_transaction": charge} if charge and self.random.random() < 0.8 else {}
            await self.call(
                "POST",
                "/v1/transfers",
                key,
                currency="usd",
                destination=artist,
                amount=self.random.choice([1, 400, 9_000]),
                **source,
            )

    async def reverse(self, key: str) -> None:
        """Reverse a part, or everything."""
        transfer = self.some(self.world.store.transfers)
        if transfer:
            more = {"amount": self.random.choice([1, 300])}
            await self.call(
                "POST",
                f"/v1/transfers/{transfer}/reversals",
                key,
                **(more if self.random.random() < 0.7 else {}),
            )

    async def payout(self, key: str) -> None:
        """Pay the platform out."""
        await self.call("POST", "/v1/payouts", key, amount=500, currency="usd")

    async def dispute(self, key: str) -> None:
        """Answer or accept a dispute."""
        row = self.some(self.world.store.disputes)
        if row and self.random.random() < 0.5:
            await self.call("POST", f"/v1/disputes/{row}/close", key)
        elif row:
            text = self.random.choice(["winning_evidence", "losing_evidence", "else"])
            await self.call(
                "POST",
                f"/v1/disputes/{row}",
                key,
                **{"evidence[uncategorized_text]": text, "submit": "true"},
            )

    async def advance(self, _key: str) -> None:
        """Let time pass."""
        self.world.advance(self.random.choice([1, 3_600, 86_400, 5 * 86_400]))

    async def fault(self, _key: str) -> None:
        """Order a fault for the next call."""
        self.world.faults.add({"fault": self.random.choice(FAULTS), "times": 1, "seconds": 30})

    async def repeat(self, _key: str) -> None:
        """Repeat an earlier call with its key, as a caller who heard nothing does."""
        if self.sent:
            key = self.random.choice(sorted(self.sent))
            path, text = self.sent[key]
            params = dict(form.flatten(form.decode(text)))
            await self.call("POST", path, key, **params)


def executions(world: World) -> Counter[tuple[str, str]]:
    """How often each key took effect within one life of the key."""
    times: dict[tuple[str, str], list[float]] = {}
    for record in world.journal.records:
        if record.key and record.executed:
            times.setdefault((record.account or "", record.key), []).append(record.at)
    return Counter(
        {
            name: sum(
                later - earlier < world.config.key_seconds
                for earlier, later in itertools.pairwise(at)
            )
            for name, at in times.items()
        }
    )


def check_events(world: World) -> None:
    """Every fact has its event: the multiset is complete, and nothing happened twice."""
    seen = Counter(event.type for event in world.store.events.oldest())
    store = world.store
    charges = [row for row in store.charges.oldest() if row.source_transfer is None]
    assert seen["payment_intent.created"] == len(store.payment_intents)
    assert seen["charge.succeeded"] == sum(row.status == "succeeded" for row in charges)
    assert seen["charge.failed"] == sum(row.status == "failed" for row in charges)
    assert seen["transfer.created"] == seen["payment.created"] == len(store.transfers)
    assert seen["transfer.reversed"] == len(store.reversals)
    assert seen["refund.created"] == sum(
        row.source_transfer_reversal is None for row in store.refunds.oldest()
    )
    assert seen["refund.failed"] == sum(row.status == "failed" for row in store.refunds.oldest())
    assert seen["charge.dispute.created"] == len(store.disputes)
    assert seen["payout.created"] == len(store.payouts)
    captured = sum(row.amount_captured > 0 for row in charges)
    assert seen["payment_intent.succeeded"] == captured


async def schedule(seed: int, settle: str) -> None:
    """One schedule: 40 random steps, then a month, then every check."""
    model = Model(seed, settle)
    for number in range(STEPS):
        await model.step(number)
    model.world.advance(31 * 86_400)
    assert model.world.bugs == []
    assert invariants.audit(model.world) == []
    assert set(model.world.ledger.sums().values()) <= {0}
    late = {
        (row.account or "", row.key)
        for row in model.world.journal.records
        if row.fault and ("late" in row.fault or "500_later" in row.fault)
    }
    twice = {name for name, count in executions(model.world).items() if count} - late
    assert twice == set()
    check_events(model.world)


@settings(
    max_examples=SCHEDULES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
@given(seed=st.integers(0, 2**32), settle=st.sampled_from(["now", "standard"]))
def test_random_schedules_keep_every_promise(seed: int, settle: str) -> None:
    """Ledger zero, no sum over its source, no key executed twice, no event missing or double."""
    asyncio.run(schedule(seed, settle))
