"""Events in any order and number end the same: every permutation of up to six, with duplicates."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, permutations
from typing import Any

import orjson
import pytest

from tests.support.database import Database
from tests.support.scenario import (
    HALVES,
    Json,
    Payment,
    Scenario,
    Scenarios,
    account_object,
    event,
    share,
    succeeded,
    transfer_object,
)


@dataclass(frozen=True)
class Told:
    """A fact that Stripe tells by webhook."""

    event: Json
    source: str = "platform"


Fact = Told | Callable[[], None]
"""An event, or something that we do."""

APPLY = """
    SELECT r.state
      FROM unnest(%s::text[], %s::text[], %s::bytea[]) WITH ORDINALITY AS e (source, id, body, n)
     CROSS JOIN LATERAL api.inbox_apply(%s, e.source, e.id, e.body) AS r
     ORDER BY e.n
"""
FACTS = {
    "payment": """
        SELECT status, amount_captured, failure_code, settled_at IS NOT NULL AS settled
          FROM payments.payment_transactions WHERE tenant_id = %s AND id = %s""",
    "intent": """
        SELECT stripe_status, latest_charge_id IS NOT NULL AS charged, provider_fee,
               balance_transaction_id IS NOT NULL AS read, capture_before, canceled_at
          FROM payments.payment_intents WHERE tenant_id = %s AND id = %s""",
    "splits": """
        SELECT recipient_type, recipient_id, amount FROM payments.payment_splits
         WHERE tenant_id = %s AND payment_id = %s ORDER BY position""",
    "transfers": """
        SELECT t.recipient_id, t.amount, t.status, o.state, o.holds
          FROM payments.stripe_transfers AS t
          JOIN payments.stripe_operations AS o
            ON o.tenant_id = t.tenant_id AND o.subject_id = t.id AND o.kind = 'transfer'
         WHERE t.tenant_id = %s AND t.payment_id = %s ORDER BY t.recipient_id""",
    "postings": """
        SELECT d.kind AS debit, c.kind AS credit, d.recipient_id AS debit_of,
               c.recipient_id AS credit_of, p.amount, p.cause_type
          FROM payments.ledger_postings AS p
          JOIN payments.ledger_accounts AS d
            ON d.tenant_id = p.tenant_id AND d.id = p.debit_account_id
          JOIN payments.ledger_accounts AS c
            ON c.tenant_id = p.tenant_id AND c.id = p.credit_account_id
         WHERE p.tenant_id = %s AND p.payment_id = %s ORDER BY 1, 2, 3, 4, 5""",
    "unresolved": """
        SELECT kind, state FROM payments.stripe_operations
         WHERE tenant_id = %s AND payment_id = %s AND outcome IS NULL ORDER BY 1, 2""",
}
# json, not jsonb: it keeps the columns in their order.
ALL_FACTS = "SELECT " + ", ".join(
    f"(SELECT coalesce(json_agg(f), '[]') FROM ({query}) AS f) AS {name}"
    for name, query in FACTS.items()
)
DUE = """
    SELECT FROM payments.stripe_operations
     WHERE tenant_id = %s AND state IN ('ready', 'leased', 'unknown') AND holds = '{}' LIMIT 1
"""
BALANCES = """
    SELECT a.kind, a.recipient_id, b.debit_total, b.credit_total
      FROM payments.ledger_balances AS b JOIN payments.ledger_accounts AS a ON a.id = b.id
     WHERE b.tenant_id = %s ORDER BY 1, 2
"""


@pytest.fixture
def scenario(database: Database) -> Iterator[Scenario]:
    """A tenant with a venue and an artist that can be paid, and a promoter that cannot yet."""
    with Scenarios(database) as scenarios:
        made = scenarios.new()
        made.account("venue", "v1")
        made.account("artist", "a1")
        yield made


@dataclass
class Story:
    """The facts of one payment, and what Stripe says when it is asked."""

    scenario: Scenario
    payment: Payment
    truth: Json
    fee: int = 320

    # ── facts ─────────────────────────────────────────────────────────────────────────────────

    def our_commit(self, status: str) -> Fact:
        """Our own record of the answer to the intent call: events may be ahead of it (F31)."""
        result = succeeded(self.payment.object(status))

        def do() -> None:
            self.scenario.finish(self.payment.operation, result)

        return do

    def intent_event(self, kind: str, status: str, **more: Any) -> Fact:
        """A payment_intent.* event with the intent as it was then."""
        return Told(event(f"payment_intent.{kind}", self.payment.object(status, **more)))

    def charge_event(self, kind: str, **more: Any) -> Fact:
        """A charge.* event."""
        charge = {
            "id": self.payment.charge,
            "object": "charge",
            "payment_intent": self.payment.intent,
            "amount": self.payment.amount,
            "currency": "usd",
            "captured": True,
            "balance_transaction": None,
            **more,
        }
        return Told(event(f"charge.{kind}", charge))

    def charge_updated(self) -> Fact:
        """The event that names the balance transaction."""
        return self.charge_event("updated", balance_transaction=f"txn_{self.payment.id.hex}")

    # ── what the worker does in between ───────────────────────────────────────────────────────

    def work(self) -> int:
        """Carry every due operation; Stripe answers with the truth of now."""
        claimed = self.scenario.claim()
        passed = self.scenario.fence(claimed)
        if passed:
            self.scenario.finish_all([(o, succeeded(self.answer(o))) for o in passed])
        return len(claimed)

    def answer(self, operation: Json) -> Json:
        """What Stripe answers to an operation."""
        if operation["kind"] == "transfer":
            return transfer_object(operation)
        target = operation["request"]["target"]
        if operation["request"]["resource"] == "balance_transactions":
            return {"id": target, "fee": self.fee, "currency": "usd"}
        if operation["request"]["resource"] == "accounts":
            return account_object(target, active=True)
        return self.truth

    def bring(self, facts: Sequence[Fact]) -> list[Fact]:
        """Bring facts in this order; return those that have to be brought again."""
        waiting: list[Fact] = []
        for told, group in groupby(facts, lambda fact: isinstance(fact, Told)):
            if told:
                waiting += self._apply([fact for fact in group if isinstance(fact, Told)])
            else:
                for fact in group:
                    assert not isinstance(fact, Told)
                    fact()
        return waiting

    def _apply(self, facts: list[Told]) -> list[Fact]:
        columns = [
            [fact.source for fact in facts],
            [fact.event["id"] for fact in facts],
            [orjson.dumps(fact.event) for fact in facts],
        ]
        query = APPLY.encode()
        states = self.scenario.service.execute(query, [*columns, self.scenario.tenant]).fetchall()
        again = {"waiting", "postponed"}
        return [fact for fact, (state,) in zip(facts, states, strict=True) if state in again]

    def settle_down(self, unfinished: Sequence[Fact]) -> None:
        """Bring what waits again and carry what is due, until neither is left."""
        while unfinished or self.work() or self.postponed():
            unfinished = self.bring(unfinished)

    def postponed(self) -> bool:
        """Whether a read gave way to another of the same object; if so its second is over."""
        left = self.scenario.read(DUE, self.scenario.tenant)
        if left:
            self.scenario.owner.execute("SELECT ops.clock_advance(2)")
        return bool(left)

    def state(self) -> dict[str, Any]:
        """Everything that must not depend on the order."""
        ids = [self.scenario.tenant, self.payment.id] * len(FACTS)
        [rows] = self.scenario.read(ALL_FACTS, *ids)
        return {name: [tuple(row.values()) for row in rows[name]] for name in FACTS}


def tell(story: Story, facts: Sequence[Fact], rng: random.Random) -> None:
    """Bring the facts in this order, some of them again, the worker running now and then."""
    told: list[Fact] = []
    waiting: list[Fact] = []
    pause = rng.randrange(len(facts))
    for number, fact in enumerate(facts):
        told.append(fact)
        seen = [one for one in facts[: number + 1] if isinstance(one, Told)]
        if seen and rng.random() < 0.5:
            told.append(rng.choice(seen))
        if number == pause:
            waiting += story.bring(told)
            told = []
            story.work()
    waiting += story.bring(told)
    rng.shuffle(waiting)
    story.settle_down(waiting)
    assert story.bring([fact for fact in facts if isinstance(fact, Told)]) == []
    story.settle_down([])


def check(
    scenario: Scenario,
    make: Callable[[], tuple[Story, list[Fact]]],
    orders: Sequence[Sequence[int]],
) -> dict[str, Any]:
    """Tell the story in every order; assert that all end the same; return that end."""
    ends: list[dict[str, Any]] = []
    for seed, order in enumerate(orders):
        story, facts = make()
        tell(story, [facts[n] for n in order], random.Random(seed))
        ends.append(story.state())
        assert ends[-1] == ends[0], (order, seed)
    scenario.roll_up()
    assert scenario.violations() == []
    balances = scenario.read(BALANCES, scenario.tenant)
    for row in balances:
        for column in ("debit_total", "credit_total"):
            assert row[column] % len(orders) == 0, row
    return ends[0]


def orders_of(count: int) -> list[tuple[int, ...]]:
    """Every permutation."""
    return list(permutations(range(count)))


# ── one payment ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "share", [0, *(pytest.param(n, marks=pytest.mark.full) for n in range(1, 7))]
)
def test_every_order_of_a_paid_orders_events_ends_the_same(scenario: Scenario, share: int) -> None:
    """All 720 orders of six events, some told twice: one state, one settlement (F29, F30, M16).

    A share is every seventh of them: each event comes at each place, before and after each other.
    """

    def make() -> tuple[Story, list[Fact]]:
        payment = scenario.open_payment(10_000, HALVES)
        story = Story(scenario, payment, payment.object("succeeded"))
        declined = {"last_payment_error": {"code": "card_declined", "message": "no"}}
        return story, [
            story.intent_event("created", "requires_payment_method"),
            story.intent_event("requires_action", "requires_action"),
            story.intent_event("payment_failed", "requires_payment_method", **declined),
            story.intent_event("succeeded", "succeeded"),
            story.charge_event("succeeded"),
            story.charge_updated(),
        ]

    end = check(scenario, make, orders_of(6)[share::7])
    assert end["payment"] == [("succeeded", 10_000, None, True)]
    assert end["intent"] == [("succeeded", True, 320, True, None, None)]
    assert [row[2] for row in end["splits"]] == [5000, 3000, 2000]
    assert [row[:4] for row in end["transfers"]] == [
        ("a1", 3000, "paid", "succeeded"),
        ("v1", 5000, "paid", "succeeded"),
    ]
    assert len(end["postings"]) == 6
    assert end["unresolved"] == []


def test_events_ahead_of_our_own_commit_wait_for_it(scenario: Scenario) -> None:
    """Webhooks that beat the answer of the very call they tell of end the same (F31)."""

    def make() -> tuple[Story, list[Fact]]:
        payment = scenario.payment(10_000, HALVES)
        story = Story(scenario, payment, payment.object("succeeded"))
        return story, [
            story.our_commit("requires_payment_method"),
            story.intent_event("created", "requires_payment_method"),
            story.intent_event("succeeded", "succeeded"),
            story.charge_event("succeeded"),
            story.charge_updated(),
        ]

    end = check(scenario, make, orders_of(5))
    assert end["payment"] == [("succeeded", 10_000, None, True)]
    assert len(end["postings"]) == 6


def test_every_order_of_a_captured_hold_ends_the_same(scenario: Scenario) -> None:
    """Manual capture of a part: authorised, captured, settled once in all 120 orders."""
    part = 7001

    def make() -> tuple[Story, list[Fact]]:
        payment = scenario.authorised_payment(10_000, HALVES)
        taken = {"amount_received": part}
        story = Story(scenario, payment, payment.object("succeeded", **taken))
        held = {"captured": False, "payment_method_details": {"card": {"capture_before": 1.79e9}}}
        details = held["payment_method_details"]
        return story, [
            story.intent_event("created", "requires_payment_method"),
            story.intent_event("amount_capturable_updated", "requires_capture"),
            story.charge_event("succeeded", **held),
            story.intent_event("succeeded", "succeeded", **taken),
            story.charge_event(
                "captured",
                payment_method_details=details,
                balance_transaction=f"txn_{payment.id.hex}",
            ),
        ]

    end = check(scenario, make, orders_of(5))
    assert end["payment"] == [("succeeded", part, None, True)]
    assert [row[2] for row in end["splits"]] == [3501, 2100, 1400]
    assert end["intent"][0][:4] == ("succeeded", True, 320, True)
    assert end["unresolved"] == []


def test_every_order_of_a_canceled_hold_ends_the_same(scenario: Scenario) -> None:
    """An authorisation that was let go stays canceled and moves no money in all 24 orders."""

    def make() -> tuple[Story, list[Fact]]:
        payment = scenario.authorised_payment(10_000, HALVES)
        gone = {"canceled_at": 1_790_000_100, "cancellation_reason": "automatic"}
        story = Story(scenario, payment, payment.object("canceled", **gone))
        return story, [
            story.intent_event("created", "requires_payment_method"),
            story.intent_event("requires_action", "requires_action"),
            story.intent_event("amount_capturable_updated", "requires_capture"),
            story.intent_event("canceled", "canceled", **gone),
        ]

    end = check(scenario, make, orders_of(4))
    assert end["payment"] == [("canceled", 0, None, False)]
    assert (end["transfers"], end["postings"], end["unresolved"]) == ([], [], [])


@pytest.mark.parametrize("told", ["all of it", "the decline only"])
def test_every_order_of_a_declined_card_ends_as_stripe_says(scenario: Scenario, told: str) -> None:
    """Declines lead back: whatever order the events take, the state is the one read (F33)."""
    declined = {"last_payment_error": {"code": "card_declined", "message": "no"}}

    def make() -> tuple[Story, list[Fact]]:
        payment = scenario.open_payment(10_000, HALVES)
        story = Story(scenario, payment, payment.object("requires_payment_method", **declined))
        between = [
            story.intent_event("requires_action", "requires_action"),
            story.intent_event("processing", "processing"),
        ]
        return story, [
            story.intent_event("created", "requires_payment_method"),
            story.intent_event("payment_failed", "requires_payment_method", **declined),
            *(between if told == "all of it" else []),
        ]

    end = check(scenario, make, orders_of(4 if told == "all of it" else 2))
    assert end["payment"] == [("requires_payment_method", 0, "card_declined", False)]
    assert (end["transfers"], end["postings"]) == ([], [])


# ── a payment and its payee ───────────────────────────────────────────────────────────────────


def test_activation_and_settlement_commute(scenario: Scenario) -> None:
    """account.updated before, between or after the events of a payment: the payee is paid."""

    def make() -> tuple[Story, list[Fact]]:
        scenario.counter += 1
        name = f"p{scenario.counter}"
        account = scenario.account("promoter", name, active=False)
        payment = scenario.open_payment(10_000, [*HALVES, share("promoter", name, amount=900)])
        story = Story(scenario, payment, payment.object("succeeded"))
        news = event("account.updated", {"id": account, "object": "account"}, account=account)
        more = event("capability.updated", {"id": "transfers"}, account=account)
        return story, [
            story.intent_event("succeeded", "succeeded"),
            Told(news, "connect"),
            Told(more, "connect"),
            story.charge_updated(),
        ]

    def state_without_names(self: Story) -> dict[str, Any]:
        return {key: [row[1:] for row in rows] for key, rows in Story.state(self).items()}

    ends = []
    for seed, order in enumerate(orders_of(4)):
        story, facts = make()
        tell(story, [facts[n] for n in order], random.Random(seed))
        ends.append(state_without_names(story))
        assert sorted(row[1] for row in ends[-1]["transfers"]) == ["paid"] * 3, order
    scenario.roll_up()
    assert scenario.violations() == []
