"""Distributions, refunds and their failures in any order: every cent stays somebody's, once."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.database import Database
from tests.support.scenario import HALVES, Json, Payment, Scenario, Scenarios, event, succeeded

CAPTURED = 10_001
REFUSALS = {"PY021", "PY051", "PY052"}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["refund", "fail", "distribute v1", "distribute a1", "distribute p1"]),
        st.integers(1, 4000),
    ),
    min_size=2,
    max_size=7,
)
SHARES = """
    SELECT s.recipient_id, s.amount, coalesce(sum(g.amount), 0)::bigint AS given
      FROM payments.payment_splits AS s
      LEFT JOIN payments.clawback_shares AS g
        ON g.tenant_id = s.tenant_id AND g.payment_id = s.payment_id
       AND g.recipient_type = s.recipient_type AND g.recipient_id = s.recipient_id
     WHERE s.tenant_id = %s AND s.payment_id = %s
     GROUP BY s.recipient_id, s.amount
"""
KINDS = {"v1": "venue", "a1": "artist", "p1": "promoter"}


@pytest.fixture
def scenario(database: Database) -> Iterator[Scenario]:
    """A tenant with three payees."""
    with Scenarios(database) as scenarios:
        made = scenarios.new()
        for name, kind in KINDS.items():
            made.account(kind, name)
        yield made


class Story:
    """What happens to one payment."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._refunds: list[Json] = []
        self.payment: Payment = scenario.settled_payment(CAPTURED, HALVES)

    def step(self, what: str, amount: int) -> None:
        """One step; what is too much is refused and changes nothing."""
        before = self.shares()
        try:
            self._do(what, amount)
        except psycopg.Error as error:
            if error.sqlstate not in REFUSALS or self.shares() != before:
                raise
        assert self._scenario.violations() == []

    def _do(self, what: str, amount: int) -> None:
        verb, _, payee = what.partition(" ")
        if verb == "refund":
            self.refund(amount)
        elif verb == "fail":
            self.fail()
        else:
            before = self.shares()
            self.distribute(payee, amount)
            self.check_distribution(before, payee, amount)

    def refund(self, amount: int | None = None) -> None:
        """A refund that Stripe accepts; without an amount of all that remains."""
        request: Json = {"paymentId": str(self.payment.id)}
        request |= {"amount": amount} if amount else {}
        operation = self._scenario.ask("refund_create", request)["operation"]
        params = operation["request"]["params"]
        found = {
            "id": f"re_{operation['id']}",
            "object": "refund",
            "status": "succeeded",
            "charge": self.payment.charge,
            "currency": "usd",
            **params,
        }
        self._scenario.finish(operation, succeeded(found))
        self._refunds.append(found)

    def fail(self) -> None:
        """The bank sends the oldest refund back."""
        if self._refunds:
            found = self._refunds.pop(0) | {"status": "failed", "failure_reason": "declined"}
            self._scenario.apply(event("refund.failed", found))

    def distribute(self, payee: str, amount: int) -> None:
        """Part of the platform's share for a payee."""
        [order] = self._scenario.read(
            "SELECT order_id FROM payments.payment_transactions WHERE id = %s", self.payment.id
        )
        part = {
            "stripeAccountId": self._scenario.accounts[payee],
            "amount": amount,
            "recipientType": KINDS[payee],
            "recipientId": payee,
        }
        request = {
            "orderId": order["order_id"],
            "paymentIntentId": self.payment.intent,
            "chargeId": self.payment.charge,
            "totalAmount": CAPTURED,
            "transfers": [part],
        }
        self._scenario.ask("distribution_create", request)

    def shares(self) -> dict[str, tuple[int, int]]:
        """Recipient to its share and what it gave back."""
        rows = self._scenario.read(SHARES, self._scenario.tenant, self.payment.id)
        return {row["recipient_id"]: (row["amount"], row["given"]) for row in rows}

    def check_distribution(
        self, before: dict[str, tuple[int, int]], payee: str, amount: int
    ) -> None:
        """The payee has exactly so much more, the platform less; nobody gave anything back."""
        after = self.shares()
        had, gave = before.get(payee, (0, 0))
        assert after[payee] == (had + amount, gave)
        assert after["platform"] == (before["platform"][0] - amount, before["platform"][1])
        assert sum(share for share, _ in after.values()) == CAPTURED


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_any_order_ends_exactly(scenario: Scenario, steps: list[tuple[str, int]]) -> None:
    """No invariant breaks on the way, and all refunded everybody has given back all it got."""
    story = Story(scenario)
    for what, amount in steps:
        story.step(what, amount)
    if any(share > gave for share, gave in story.shares().values()):
        story.refund()
    assert all(share == gave for share, gave in story.shares().values())
    assert scenario.violations() == []
