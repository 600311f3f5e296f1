"""The demo's audit: a zero means something only if each kind of trouble would be found."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from local.demo.aftermath import Promised
from local.demo.audit import PLATFORM, AtStripe, Findings, Ours, compare
from local.demo.plan import WAYS, Order, orders
from local.demo.report import Summary, money

PAYEE = "acct_payee"


@dataclass
class World:
    """Both sides of one paid order, in agreement."""

    stripe: AtStripe
    ours: Ours
    orders: dict[str, Order]
    promised: Promised

    def findings(self) -> Findings:
        """What the audit says."""
        return compare(self.stripe, self.ours, self.orders, self.promised)


@pytest.fixture
def world() -> World:
    """One order paid by card and paid out, refunded in part, disputed, with a hold."""
    order = next(order for order in orders(1, 1) if order.way.ending == "paid")
    amount = order.amount
    moved = {
        (PLATFORM, "usd", "ch_1"): amount - 50,
        (PLATFORM, "usd", "tr_1"): -1000,
        (PAYEE, "usd", "tr_1"): 1000,
        (PLATFORM, "usd", "re_1"): -300,
        (PLATFORM, "usd", "trr_1"): 200,
        (PAYEE, "usd", "trr_1"): -200,
        (PLATFORM, "usd", "disputes of pi_1"): -1500,
    }
    metadata = {"operation_id": "op-1", "order_id": order.order_id, "tenant_id": "t"}
    intent = {
        "id": "pi_1",
        "status": "succeeded",
        "amount_received": amount,
        "metadata": metadata,
    }
    executed = {"idempotencyKey": "op-1:0", "replayed": False, "status": 200}
    stripe = AtStripe(
        intents=[intent],
        transfers=[{"id": "tr_1", "amount_reversed": 200, "metadata": {"operation_id": "op-2"}}],
        accounts=[{"id": PAYEE, "metadata": {"operation_id": "op-3"}}],
        refunds=[
            {
                "id": "re_1",
                "amount": 300,
                "status": "succeeded",
                "metadata": {"operation_id": "op-4"},
            }
        ],
        reversals=[{"id": "trr_1", "amount": 200, "metadata": {"operation_id": "op-5"}}],
        disputes=[{"id": "du_1", "amount": amount, "status": "won"}],
        money=dict(moved),
        events={(PLATFORM, "evt_1"): "payment_intent.succeeded"},
        executed=[executed],
        faults=[],
    )
    payment = {
        "id": "p-1",
        "intent": "pi_1",
        "status": "succeeded",
        "amount_captured": amount,
        "amount_refunded": 300,
        "currency": "usd",
    }
    ours = Ours(
        payments=[payment],
        transfers=[
            {
                "transfer": "tr_1",
                "status": "partially_reversed",
                "amount": 1000,
                "amount_reversed": 200,
            }
        ],
        refunds=[{"id": "r-1", "refund": "re_1", "amount": 300, "status": "succeeded"}],
        reversals=[{"id": "v-1", "reversal": "trr_1", "amount": 200, "status": "succeeded"}],
        disputes=[{"dispute": "du_1", "payment": "p-1", "amount": amount, "status": "won"}],
        escrows=[{"payment": "p-1", "held_amount": 70}],
        receivables=[],
        money=dict(moved),
        events={(PLATFORM, "evt_1"): {"state": "done", "reason": None}},
        unfinished=[],
        violations=[],
        totals={},
    )
    promised = Promised(Counter({"p-1": 300}), Counter({"p-1": 70}), {"p-1": "won"})
    return World(stripe, ours, {"p-1": order}, promised)


def test_agreement_is_clean(world: World) -> None:
    """Two sides that agree give no finding at all."""
    assert world.findings() == Findings()
    assert world.findings().clean


def _missing_posting(world: World) -> None:
    del world.ours.money[PAYEE, "usd", "tr_1"]


def _dispute_fee_not_booked(world: World) -> None:
    world.ours.money[PLATFORM, "usd", "disputes of pi_1"] += 1500


def _reversal_of_the_platform_only(world: World) -> None:
    del world.ours.money[PAYEE, "usd", "trr_1"]


def _swapped_amounts(world: World) -> None:
    # The sums per account agree; only row by row does it show.
    world.ours.money[PLATFORM, "usd", "ch_1"] += 7
    world.ours.money[PLATFORM, "usd", "tr_1"] -= 7


def _movement_of_nobody(world: World) -> None:
    world.stripe.money[PLATFORM, "eur", "tr_9"] = -5


@pytest.mark.parametrize(
    ("spoil", "unexplained"),
    [
        (_missing_posting, 1000),
        (_dispute_fee_not_booked, 1500),
        (_reversal_of_the_platform_only, 200),
        (_swapped_amounts, 14),
        (_movement_of_nobody, 5),
    ],
)
def test_money_that_differs_is_unexplained(
    world: World, spoil: Callable[[World], None], unexplained: int
) -> None:
    """Every minor unit that one side has and the other has not is counted."""
    spoil(world)
    assert world.findings().unexplained == unexplained


def _double_refund(world: World) -> None:
    _twice(world.stripe.refunds, id="re_2")
    _twice(world.ours.refunds, refund="re_2")


def _double_reversal(world: World) -> None:
    _twice(world.stripe.reversals, id="trr_2")
    _twice(world.ours.reversals, reversal="trr_2")


def _twice(items: list[dict[str, Any]], **changed: Any) -> None:
    items.append({**deepcopy(items[0]), **changed})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda w: _twice(w.stripe.transfers, id="tr_2"),
        lambda w: _twice(w.stripe.accounts, id="acct_2"),
        _double_refund,
        _double_reversal,
        lambda w: _twice(w.stripe.executed),
        lambda w: w.stripe.intents.append(
            {
                **deepcopy(w.stripe.intents[0]),
                "metadata": {**w.stripe.intents[0]["metadata"], "operation_id": "op-other"},
            }
        ),
    ],
    ids=["transfer", "account", "refund", "reversal", "executed key", "second intent of an order"],
)
def test_double_is_found(world: World, spoil: Callable[[World], None]) -> None:
    """One intention carried out twice counts once as a duplicate."""
    spoil(world)
    assert len(world.findings().duplicates) == 1


def test_replayed_answer_is_no_double(world: World) -> None:
    """Stripe answering again under the same key did nothing twice."""
    _twice(world.stripe.executed, replayed=True)
    assert world.findings().clean


@pytest.mark.parametrize(
    "spoil",
    [
        lambda w: w.ours.events.clear(),
        lambda w: w.ours.events.update({(PLATFORM, "evt_1"): {"state": "dead", "reason": "x"}}),
        lambda w: w.ours.unfinished.append({"kind": "transfer", "state": "dead"}),
        lambda w: w.ours.transfers[0].update(status="blocked"),
        lambda w: w.ours.transfers[0].update(amount_reversed=199),
        lambda w: w.ours.refunds.clear(),
        lambda w: w.ours.refunds[0].update(status="pending"),
        lambda w: w.ours.refunds.append({"id": "r-2", "refund": None, "status": "pending"}),
        lambda w: w.stripe.refunds.clear(),
        lambda w: w.ours.reversals.clear(),
        lambda w: w.ours.reversals[0].update(amount=201),
        lambda w: w.stripe.disputes.append({"id": "du_2", "amount": 5, "status": "lost"}),
        lambda w: w.stripe.disputes[0].update(status="lost"),
        lambda w: w.promised.refunded.update({"p-1": 1}),
        lambda w: w.ours.escrows.clear(),
        lambda w: w.promised.disputes.update({"p-1": "lost"}),
        lambda w: w.stripe.intents[0].update(amount_received=1),
        lambda w: w.stripe.intents[0].update(status="canceled"),
        lambda w: w.stripe.intents.clear(),
    ],
    ids=[
        *("event", "dead event", "operation", "transfer", "reversed amount"),
        *("refund", "refund's state", "refund not made", "refund of ours only"),
        *("reversal", "reversal's amount", "dispute", "dispute's state"),
        *("less refunded than agreed", "less held than agreed", "dispute's end"),
        *("amount", "state", "intent"),
    ],
)
def test_loss_is_found(world: World, spoil: Callable[[World], None]) -> None:
    """Whatever was accepted and did not reach its end counts as lost."""
    spoil(world)
    assert len(world.findings().lost) == 1


def test_payment_that_vanished_is_lost_for_all_who_knew_it(world: World) -> None:
    """Without our row Stripe's intent, the fan's order and its refund have nothing to lean on."""
    world.ours.payments.clear()
    assert len(world.findings().lost) == 3


def test_transfer_canceled_before_it_was_sent_is_not_lost(world: World) -> None:
    """A refund or a lost dispute came first: nothing is owed any more."""
    world.ours.transfers.append({"transfer": None, "status": "canceled", "amount_reversed": 0})
    assert world.findings().clean


def test_violation_is_told(world: World) -> None:
    """Each breach of an invariant is one violation, the simulator's own included."""
    world.ours.violations.append({"invariant": "M01"})
    world.stripe.faults.append("the ledger gained 1 usd out of nothing")
    assert len(world.findings().violations) == 2


def test_orders_follow_from_the_seed() -> None:
    """One seed, one story; every way to pay occurs in the first orders."""
    first = list(orders(40, 7))
    assert first == list(orders(40, 7))
    assert first != list(orders(40, 8))
    assert {order.way for order in first} == {way for way, _ in WAYS}
    assert len({order.subject for order in first}) == 40
    assert len({order.address for order in first}) == 40


def test_summary_line_is_that_of_the_contract() -> None:
    """The last line has the names and the order that scripts read."""
    line = Summary(200, 10, 8, 0, 0, 0, 0, 0, 0, 0, 12.34).line()
    assert line == (
        "demo: orders=200 captured=10 transferred=8 refunded=0 reversed=0 held=0 "
        "unexplained=0 violations=0 duplicates=0 lost=0 seconds=12.3"
    )


def test_money_is_shown_with_its_currency() -> None:
    """Minor units become units where the currency has decimals."""
    assert money(123456, "usd") == "1,234.56 usd"
    assert money(-5, "eur") == "-0.05 eur"
    assert money(1500, "jpy") == "1,500 jpy"
