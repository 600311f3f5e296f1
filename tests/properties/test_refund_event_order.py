"""Events of refunds, disputes and holds, in any order and number, end the same.

What ends the same is what counts: states, who has how much, every balance. How often money moved
in between does depend on the order: who hears of a refund before it has paid out pays less at once.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice, permutations
from typing import Any

import pytest

from tests.properties.test_event_order import Fact, Story, Told, tell
from tests.support.database import Database
from tests.support.scenario import (
    HALVES,
    Json,
    Payment,
    Scenario,
    Scenarios,
    event,
    payment_of,
    share,
    succeeded,
)

AMOUNT = 10_000
DISPUTE_FEE = 1_500

END = {
    "payment": """
        SELECT status, amount_captured, amount_refunded, amount_refund_pending, amount_disputed
          FROM payments.payment_transactions WHERE tenant_id = %s AND id = %s""",
    "refunds": """
        SELECT amount, status, origin, accepted_at IS NOT NULL AS accepted
          FROM payments.payment_refunds
         WHERE tenant_id = %s AND payment_id = %s ORDER BY 1, 2, 3""",
    "disputes": """
        SELECT amount, status, sum(allocated_amount) OVER () AS allocated FROM payments.disputes
         WHERE tenant_id = %s AND payment_id = %s ORDER BY amount, status""",
    "given": """
        SELECT recipient_id, sum(amount) AS given FROM payments.clawback_shares
         WHERE tenant_id = %s AND payment_id = %s
         GROUP BY 1 HAVING sum(amount) <> 0 ORDER BY 1""",
    "escrows": """
        SELECT status, held_amount, released_amount, refunded_amount FROM payments.escrows
         WHERE tenant_id = %s AND payment_id = %s""",
    "paid": """
        SELECT recipient_id, sum(amount - amount_reversed) AS net FROM payments.stripe_transfers
         WHERE tenant_id = %s AND payment_id = %s AND paid_at IS NOT NULL
         GROUP BY 1 HAVING sum(amount - amount_reversed) <> 0 ORDER BY 1""",
    "unpaid": """
        SELECT t.recipient_id, sum(t.amount) AS amount, o.holds
          FROM payments.stripe_transfers AS t
          JOIN payments.stripe_operations AS o
            ON o.tenant_id = t.tenant_id AND o.subject_id = t.id AND o.kind = 'transfer'
         WHERE t.tenant_id = %s AND t.payment_id = %s AND t.status IN ('pending', 'blocked')
         GROUP BY 1, 3 ORDER BY 1""",
    "balances": """
        SELECT a.kind, a.recipient_id, sum(CASE a.id WHEN p.credit_account_id THEN p.amount
                                                     ELSE -p.amount END) AS balance
          FROM payments.ledger_postings AS p
          JOIN payments.ledger_accounts AS a
            ON a.tenant_id = p.tenant_id AND a.id IN (p.debit_account_id, p.credit_account_id)
         WHERE p.tenant_id = %s AND p.payment_id = %s
         GROUP BY 1, 2
        HAVING sum(CASE a.id WHEN p.credit_account_id THEN p.amount ELSE -p.amount END) <> 0
         ORDER BY 1, 2""",
    "unresolved": """
        SELECT kind, count(*) AS n FROM payments.stripe_operations
         WHERE tenant_id = %s AND payment_id = %s AND outcome IS NULL AND holds = '{}'
         GROUP BY 1 ORDER BY 1""",
}
ALL = "SELECT " + ", ".join(
    f"(SELECT coalesce(json_agg(f), '[]') FROM ({query}) AS f) AS {name}"
    for name, query in END.items()
)


@dataclass
class Money(Story):
    """A payment and everything that takes its money back."""

    refunds: dict[str, Json] = field(default_factory=dict)
    outcome: str = "succeeded"

    # ── facts ─────────────────────────────────────────────────────────────────────────────────

    def paid(self) -> Fact:
        """The payment's own success."""
        return self.intent_event("succeeded", "succeeded")

    def dashboard(self, kind: str, name: str, amount: int, status: str) -> Fact:
        """An event of a refund that we did not make."""
        return Told(event(kind, self._refund(name, amount, status)))

    def ours(self, kind: str, amount: int, status: str) -> Fact:
        """An event of the refund that we asked for."""
        return Told(event(kind, self._refund("ours", amount, status)))

    def ask_refund(self, amount: int, answered: str, outcome: str = "succeeded") -> Fact:
        """Ask for a refund; the fact is our record of Stripe's answer, with a status.

        A worker that takes the call over finds how it came out in the end.
        """
        self.outcome = outcome
        request = {"paymentId": str(self.payment.id), "amount": amount}
        operation = self.scenario.ask("refund_create", request)["operation"]
        self.refunds["ours"] = operation["request"]["params"]["metadata"]
        result = succeeded(self._refund("ours", amount, answered))

        def record() -> None:
            self.scenario.finish(operation, result)

        return record

    def dispute(self, kind: str, name: str, status: str, amount: int = AMOUNT, *moved: str) -> Fact:
        """An event of a dispute, with what had moved by then: out, back."""
        entries = {"out": (-amount, DISPUTE_FEE), "back": (amount, 0)}
        found = {
            "id": f"du_{name}_{self.payment.id.hex}",
            "object": "dispute",
            "payment_intent": self.payment.intent,
            "charge": self.payment.charge,
            "amount": amount,
            "currency": "usd",
            "status": status,
            "reason": "fraudulent",
            "balance_transactions": [
                {
                    "id": f"txn_{one}_{name}_{self.payment.id.hex}",
                    "type": "adjustment",
                    "amount": entries[one][0],
                    "fee": entries[one][1],
                    "currency": "usd",
                }
                for one in moved
            ],
            "evidence_details": {"due_by": 4_102_444_800, "submission_count": 0},
        }
        return Told(event(f"charge.dispute.{kind}", found))

    # ── Stripe ────────────────────────────────────────────────────────────────────────────────

    def answer(self, operation: Json) -> Json:
        """What Stripe answers to an operation, reversals included."""
        request = operation["request"]
        if operation["kind"] == "reversal":
            name = f"trr_{uuid.UUID(operation['id']).hex}"
            return {"id": name, "transfer": request["target"], **request["params"]}
        if operation["kind"] == "refund":
            return self._refund("ours", request["params"]["amount"], self.outcome)
        return super().answer(operation)

    def state(self) -> dict[str, Any]:
        """What must not depend on the order."""
        ids = [self.scenario.tenant, self.payment.id] * len(END)
        [rows] = self.scenario.read(ALL, *ids)
        return {name: [tuple(row.values()) for row in rows[name]] for name in END}

    def _refund(self, name: str, amount: int, status: str) -> Json:
        return {
            "id": f"re_{name}_{self.payment.id.hex}",
            "object": "refund",
            "payment_intent": self.payment.intent,
            "charge": self.payment.charge,
            "amount": amount,
            "currency": "usd",
            "status": status,
            "reason": "requested_by_customer",
            "failure_reason": "declined" if status == "failed" else None,
            "metadata": self.refunds.get(name, {}),
        }


@pytest.fixture
def scenario(database: Database) -> Iterator[Scenario]:
    """A tenant with three payees that can be paid."""
    with Scenarios(database) as scenarios:
        made = scenarios.new()
        for kind, name in (("venue", "v1"), ("artist", "a1"), ("seller", "s1")):
            made.account(kind, name)
        yield made


Make = Callable[[Scenario], tuple[Money, list[Fact]]]


def of(scenario: Scenario, payment: Payment) -> Money:
    """The story of a payment that succeeds."""
    return Money(scenario, payment, payment.object("succeeded"))


def unpaid(scenario: Scenario) -> Money:
    """A payment whose success is news to come."""
    return of(scenario, scenario.open_payment(AMOUNT, HALVES))


def paid_out(scenario: Scenario) -> Money:
    """A payment whose payees have their money."""
    story = of(scenario, scenario.settled_payment(AMOUNT, HALVES))
    story.settle_down([])
    return story


def held(scenario: Scenario) -> Money:
    """A resale: the seller's share is held; its success is news to come."""
    shares = [share("seller", "s1", basisPoints=6000), *HALVES[1:]]
    request: Json = {"amount": AMOUNT, "currency": "usd", "orderId": "resale", "splits": shares}
    request["escrow"] = {"recipientType": "seller", "recipientId": "s1"}
    payment = payment_of(scenario.ask("payments_create", request)["operation"])
    scenario.finish(payment.operation, succeeded(payment.object("requires_payment_method")))
    return of(scenario, payment)


# ── the sets of events ────────────────────────────────────────────────────────────────────────


def refund_pending_then_succeeded(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """A refund that takes its time."""
    story = paid_out(scenario)
    return story, [
        story.ask_refund(3_333, "pending"),
        story.ours("refund.created", 3_333, "pending"),
        story.ours("refund.updated", 3_333, "succeeded"),
        story.ours("charge.refund.updated", 3_333, "succeeded"),
    ]


def refund_then_failed(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """A refund that comes back weeks later."""
    story = paid_out(scenario)
    return story, [
        story.ask_refund(3_333, "succeeded", "failed"),
        story.ours("refund.created", 3_333, "succeeded"),
        story.ours("refund.updated", 3_333, "failed"),
        story.ours("refund.failed", 3_333, "failed"),
    ]


def refund_of_the_dashboard(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """A refund that somebody made at Stripe, before we knew that the payment had succeeded."""
    story = unpaid(scenario)
    return story, [
        story.paid(),
        story.dashboard("refund.created", "d", 4_001, "succeeded"),
        story.dashboard("refund.updated", "d", 4_001, "succeeded"),
        story.charge_event("refunded", amount_refunded=4_001),
    ]


def two_refunds_of_which_one_fails(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """Two made at Stripe; the first comes back."""
    story = paid_out(scenario)
    return story, [
        story.dashboard("refund.created", "d", 4_001, "succeeded"),
        story.dashboard("refund.failed", "d", 4_001, "failed"),
        story.dashboard("refund.created", "e", 3_334, "pending"),
        story.dashboard("refund.updated", "e", 3_334, "succeeded"),
    ]


def dispute_won(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """A dispute that comes before the payment's success and is won."""
    story = unpaid(scenario)
    return story, [
        story.paid(),
        story.dispute("created", "a", "needs_response", AMOUNT, "out"),
        story.dispute("funds_reinstated", "a", "won", AMOUNT, "out", "back"),
        story.dispute("closed", "a", "won", AMOUNT, "out", "back"),
    ]


def dispute_lost(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """One that is lost."""
    story = unpaid(scenario)
    return story, [
        story.paid(),
        story.dispute("created", "a", "needs_response", 7_001, "out"),
        story.dispute("updated", "a", "under_review", 7_001, "out"),
        story.dispute("closed", "a", "lost", 7_001, "out"),
    ]


def dispute_already_lost(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """One that is over when it is opened, and larger than the payment."""
    story = unpaid(scenario)
    return story, [
        story.paid(),
        story.dispute("created", "a", "lost", AMOUNT + 77, "out"),
        story.dispute("funds_withdrawn", "a", "lost", AMOUNT + 77, "out"),
        story.dispute("closed", "a", "lost", AMOUNT + 77, "out"),
    ]


def lost_and_won_on_appeal(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """One that is lost, argued once more, and won."""
    story = paid_out(scenario)
    return story, [
        story.dispute("created", "a", "needs_response", AMOUNT, "out"),
        story.dispute("closed", "a", "lost", AMOUNT, "out"),
        story.dispute("updated", "a", "appeal_needs_response", AMOUNT, "out"),
        story.dispute("closed", "a", "won", AMOUNT, "out", "back"),
    ]


def several_disputes(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """Two banks ask for more than was paid; one loses."""
    story = paid_out(scenario)
    return story, [
        story.dispute("created", "a", "needs_response", 6_000, "out"),
        story.dispute("closed", "a", "lost", 6_000, "out"),
        story.dispute("created", "b", "needs_response", 6_001, "out"),
        story.dispute("closed", "b", "won", 6_001, "out", "back"),
    ]


def two_losses(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """Two banks take more than was paid, beside a refund."""
    story = paid_out(scenario)
    return story, [
        story.dashboard("refund.created", "d", 1_234, "succeeded"),
        story.dispute("created", "a", "lost", 6_000, "out"),
        story.dispute("created", "b", "lost", 6_001, "out"),
    ]


def refund_and_dispute(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """A refund of ours is on its way when a bank takes all of it, and fails."""
    story = paid_out(scenario)
    return story, [
        story.ask_refund(3_333, "pending", "failed"),
        story.ours("refund.failed", 3_333, "failed"),
        story.dispute("created", "a", "needs_response", AMOUNT, "out"),
        story.dispute("closed", "a", "lost", AMOUNT, "out"),
    ]


def late_refund_and_dispute(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """A refund made at Stripe is heard of with a dispute that takes all."""
    story = unpaid(scenario)
    return story, [
        story.paid(),
        story.dashboard("refund.created", "d", 3_333, "succeeded"),
        story.dispute("created", "a", "needs_response", AMOUNT, "out"),
        story.dispute("closed", "a", "lost", AMOUNT, "out"),
    ]


def resale(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """Held money, part of it refunded at Stripe, frozen by a dispute that is won."""
    story = held(scenario)
    return story, [
        story.paid(),
        story.dashboard("refund.created", "d", 2_500, "succeeded"),
        story.dispute("created", "a", "needs_response", 1_000, "out"),
        story.dispute("closed", "a", "won", 1_000, "out", "back"),
    ]


def resale_refunded_in_vain(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """Held money, all of it refunded at Stripe, and the refund comes back."""
    story = held(scenario)
    return story, [
        story.paid(),
        story.dashboard("refund.created", "d", AMOUNT, "succeeded"),
        story.dashboard("refund.updated", "d", AMOUNT, "failed"),
        story.dashboard("refund.failed", "d", AMOUNT, "failed"),
    ]


def everything_at_once(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """Two refunds, one of which fails, and two disputes, one of which is won."""
    story = unpaid(scenario)
    return story, [
        story.paid(),
        story.dashboard("refund.created", "d", 2_001, "succeeded"),
        story.dashboard("refund.failed", "d", 2_001, "failed"),
        story.dashboard("refund.created", "e", 1_500, "succeeded"),
        story.dispute("created", "a", "lost", 9_000, "out"),
    ]


def everything_and_more(scenario: Scenario) -> tuple[Money, list[Fact]]:
    """The same with a dispute that is lost and won."""
    story, facts = everything_at_once(scenario)
    return story, [*facts, story.dispute("closed", "a", "won", 9_000, "out", "back")]


FOUR: list[Make] = [
    refund_pending_then_succeeded,
    refund_then_failed,
    refund_of_the_dashboard,
    two_refunds_of_which_one_fails,
    dispute_won,
    dispute_lost,
    dispute_already_lost,
    lost_and_won_on_appeal,
    several_disputes,
    two_losses,
    refund_and_dispute,
    late_refund_and_dispute,
    resale,
    resale_refunded_in_vain,
]


def end_of_every_order(scenario: Scenario, make: Make, *, every: int = 1) -> dict[str, Any]:
    """Tell the story in every order, or every so many, with duplicates: all end alike."""
    ends: list[dict[str, Any]] = []
    orders = islice(permutations(range(len(make(scenario)[1]))), None, None, every)
    for seed, order in enumerate(orders):
        story, facts = make(scenario)
        tell(story, [facts[n] for n in order], random.Random(seed))
        ends.append(story.state())
        assert ends[-1] == ends[0], (order, seed)
    assert scenario.violations() == []
    assert ends[0]["unresolved"] == []
    return ends[0]


def name_of(make: Make) -> str:
    """A test's id."""
    return getattr(make, "__name__", "")


@pytest.mark.parametrize("make", FOUR, ids=name_of)
def test_every_order_of_events_ends_the_same(scenario: Scenario, make: Make) -> None:
    """All permutations, some facts told twice: one state, one balance per account (M16, F30)."""
    end = end_of_every_order(scenario, make)
    assert end == EXPECTED[make] | {
        name: rows for name, rows in end.items() if name not in EXPECTED[make]
    }


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.full)])
def test_every_order_of_many_events_ends_the_same(scenario: Scenario, every: int) -> None:
    """Orders of a payment with everything in it, of 120: who has what follows from the facts."""
    end = end_of_every_order(scenario, everything_at_once, every=every)
    assert end["payment"] == [("succeeded", AMOUNT, 1_500, 0, 9_000)]
    assert end["disputes"] == [(9_000, "lost", 8_500)]
    assert end["paid"] == []


@pytest.mark.full
def test_every_order_of_six_events_ends_the_same(scenario: Scenario) -> None:
    """All 720 orders of the same with a win after the loss."""
    end = end_of_every_order(scenario, everything_and_more)
    assert end["payment"] == [("succeeded", AMOUNT, 1_500, 0, 0)]
    assert end["disputes"] == [(9_000, "won", 0)]
    assert end["paid"] == [("a1", 2_550), ("v1", 4_250)]


ALL_OF_IT = [("a1", 3_000), ("v1", 5_000)]
EXPECTED: dict[Make, dict[str, Any]] = {
    refund_pending_then_succeeded: {
        "payment": [("succeeded", AMOUNT, 3_333, 0, 0)],
        "paid": [("a1", 2_000), ("v1", 3_334)],
    },
    refund_then_failed: {"payment": [("succeeded", AMOUNT, 0, 0, 0)], "paid": ALL_OF_IT},
    refund_of_the_dashboard: {"payment": [("succeeded", AMOUNT, 4_001, 0, 0)]},
    two_refunds_of_which_one_fails: {"payment": [("succeeded", AMOUNT, 3_334, 0, 0)]},
    dispute_won: {"payment": [("succeeded", AMOUNT, 0, 0, 0)], "paid": ALL_OF_IT},
    dispute_lost: {
        "payment": [("succeeded", AMOUNT, 0, 0, 7_001)],
        "disputes": [(7_001, "lost", 7_001)],
    },
    dispute_already_lost: {"disputes": [(AMOUNT + 77, "lost", AMOUNT)], "paid": []},
    lost_and_won_on_appeal: {"disputes": [(AMOUNT, "won", 0)], "paid": ALL_OF_IT, "given": []},
    several_disputes: {"payment": [("succeeded", AMOUNT, 0, 0, 6_000)]},
    two_losses: {"payment": [("succeeded", AMOUNT, 1_234, 0, 12_001)], "paid": []},
    refund_and_dispute: {"disputes": [(AMOUNT, "lost", AMOUNT)], "paid": []},
    late_refund_and_dispute: {"disputes": [(AMOUNT, "lost", AMOUNT - 3_333)], "paid": []},
    resale: {"escrows": [("held", 4_500, 0, 1_500)], "paid": [("a1", 2_250)]},
    resale_refunded_in_vain: {"escrows": [("held", 6_000, 0, 0)], "paid": [("a1", 3_000)]},
}
