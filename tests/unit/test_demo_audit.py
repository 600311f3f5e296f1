"""The demo's audit: a zero means something only if each kind of trouble would be found."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from local.demo.aftermath import Expected
from local.demo.audit import PLATFORM, AtStripe, Findings, Ours, compare
from local.demo.plan import WAYS, orders
from local.demo.report import Summary, money
from local.demo.sale import Sale, Stranded

PAYEE = "acct_payee"
HAPPENED = 1_700_000_000


@dataclass
class World:
    """Both sides of one paid order, in agreement."""

    stripe: AtStripe
    ours: Ours
    sale: Sale
    expected: Expected

    def findings(self) -> Findings:
        """What the audit says."""
        return compare(self.stripe, self.ours, self.sale, self.expected)


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
        events={
            (PLATFORM, "evt_1"): {
                "id": "evt_1",
                "type": "payment_intent.succeeded",
                "account": PLATFORM,
                "created": HAPPENED,
                "data": {"object": {"id": "pi_1"}},
            }
        },
        executed=[executed],
        faults=[],
    )
    payment = {
        "id": "p-1",
        "order_id": order.order_id,
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
                "payment": "p-1",
                "status": "partially_reversed",
                "amount": 1000,
                "amount_reversed": 200,
            }
        ],
        refunds=[
            {
                "id": "r-1",
                "payment": "p-1",
                "refund": "re_1",
                "amount": 300,
                "status": "succeeded",
            }
        ],
        reversals=[
            {
                "id": "v-1",
                "payment": "p-1",
                "reversal": "trr_1",
                "amount": 200,
                "status": "succeeded",
            }
        ],
        disputes=[{"dispute": "du_1", "payment": "p-1", "amount": amount, "status": "won"}],
        escrows=[{"payment": "p-1", "held_amount": 70}],
        receivables=[],
        money=dict(moved),
        events={(PLATFORM, "evt_1"): {"state": "done", "reason": None}},
        fetched={PLATFORM: datetime.fromtimestamp(HAPPENED + 60, UTC)},
        unfinished=[],
        violations=[],
        totals={},
    )
    expected = Expected(Counter({"p-1": 300}), Counter({"p-1": 70}), {"p-1": "won"})
    return World(stripe, ours, Sale(orders={"p-1": order}), expected)


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
        lambda w: w.ours.unfinished.append(operation("dead")),
        lambda w: w.ours.transfers[0].update(status="blocked"),
        lambda w: w.ours.transfers[0].update(amount_reversed=199),
        lambda w: w.ours.refunds.clear(),
        lambda w: w.ours.refunds[0].update(status="pending"),
        lambda w: w.ours.refunds.append(
            {"id": "r-2", "payment": "p-1", "refund": None, "status": "pending"}
        ),
        lambda w: w.stripe.refunds.clear(),
        lambda w: w.ours.reversals.clear(),
        lambda w: w.ours.reversals[0].update(amount=201),
        lambda w: w.stripe.disputes.append({"id": "du_2", "amount": 5, "status": "lost"}),
        lambda w: w.stripe.disputes[0].update(status="lost"),
        lambda w: w.expected.refunded.update({"p-1": 1}),
        lambda w: w.ours.escrows.clear(),
        lambda w: w.expected.disputes.update({"p-1": "lost"}),
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
    """Whatever was accepted and did not reach its end counts as lost when nothing is under way."""
    spoil(world)
    assert len(world.findings().lost) == 1
    assert world.findings().unfinished == []


def operation(state: str, **more: Any) -> dict[str, Any]:
    """A transfer of ours in that state, as the audit reads it."""
    row = {"id": "op-9", "kind": "transfer", "state": state, "holds": [], "payment": "p-1"}
    return {**row, "last_error": None, **more}


def _behind(world: World) -> None:
    """Stripe has the money, we have not heard of it."""
    world.ours.payments[0].update(status="requires_payment_method", amount_captured=0)


def _waits_for_an_event(world: World) -> None:
    world.ours.events[PLATFORM, "evt_1"]["state"] = "received"


def _waits_for_the_list(world: World) -> None:
    world.ours.events.clear()
    world.ours.fetched.clear()


def _waits_for_an_operation(world: World) -> None:
    world.ours.unfinished.append(operation("ready"))


@pytest.mark.parametrize(
    ("wait", "awaited"),
    [
        (_waits_for_an_event, "event evt_1 (payment_intent.succeeded), received"),
        (
            _waits_for_the_list,
            "event evt_1 (payment_intent.succeeded), not yet looked for in Stripe's list",
        ),
        (_waits_for_an_operation, "operation transfer op-9 (ready)"),
    ],
)
def test_what_is_under_way_is_not_lost(
    world: World, wait: Callable[[World], None], awaited: str
) -> None:
    """A payment whose news is still to come is unfinished: order, object and what it waits for."""
    _behind(world)
    wait(world)
    (order,) = world.sale.orders.values()
    findings = world.findings()
    assert findings.lost == []
    stands = f"pi_1: Stripe succeeded {order.amount}, ours requires_payment_method 0"
    assert f"{order.order_id}: {stands}; waits for {awaited}" in findings.unfinished


def test_a_dead_operation_is_lost_though_another_goes_on(world: World) -> None:
    """What nothing will bring back is lost, whatever else is under way about the same order."""
    _waits_for_an_operation(world)
    world.ours.unfinished.append(operation("dead", id="op-8", last_error="no such account"))
    (order,) = world.sale.orders.values()
    assert world.findings().lost == [
        f"{order.order_id}: operation transfer op-8 is dead: no such account"
    ]
    assert len(world.findings().unfinished) == 1


def test_an_event_that_a_whole_look_did_not_find_is_lost(world: World) -> None:
    """A look that began before the event, or as it happened, does not say that it is gone."""
    world.ours.events.clear()
    world.ours.fetched[PLATFORM] = datetime.fromtimestamp(HAPPENED, UTC)
    assert (len(world.findings().lost), len(world.findings().unfinished)) == (0, 1)
    world.ours.fetched[PLATFORM] = datetime.fromtimestamp(HAPPENED + 2, UTC)
    assert (len(world.findings().lost), len(world.findings().unfinished)) == (1, 0)


def _strand(world: World, *, not_yet: bool) -> str:
    (order,) = world.sale.orders.values()
    world.expected.refunded.clear()
    world.sale.stranded[order.order_id] = Stranded(order, "waited", not_yet=not_yet)
    return f"{order.order_id}: {order.way.name}: waited, now"


def test_an_order_whose_news_came_late_is_not_lost(world: World) -> None:
    """Both sides agree by now: the order stopped half way, and nothing of it is missing."""
    told = _strand(world, not_yet=True)
    assert world.findings().lost == []
    assert world.findings().unfinished == [
        f"{told} succeeded; waits for somebody to go on: it came when nobody waited any more"
    ]


@pytest.mark.parametrize("not_yet", [True, False])
def test_a_stranded_order_with_an_event_to_come_is_not_lost(world: World, *, not_yet: bool) -> None:
    """However the fan was left standing, the event will tell how it ended."""
    _behind(world)
    _waits_for_an_event(world)
    told = _strand(world, not_yet=not_yet)
    assert world.findings().lost == []
    awaited = "event evt_1 (payment_intent.succeeded), received"
    assert f"{told} requires_payment_method; waits for {awaited}" in world.findings().unfinished


def test_an_order_that_was_refused_is_lost(world: World) -> None:
    """Nothing is under way, and it was not time that was lacking."""
    told = _strand(world, not_yet=False)
    assert world.findings().lost == [f"{told} succeeded"]


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
    line = Summary(200, 10, 8, 0, 0, 0, 0, 0, 0, 0, unfinished=0, seconds=12.34).line()
    assert line == (
        "demo: orders=200 captured=10 transferred=8 refunded=0 reversed=0 held=0 "
        "unexplained=0 violations=0 duplicates=0 lost=0 seconds=12.3"
    )


@pytest.mark.parametrize("field", ["unexplained", "violations", "lost", "unfinished"])
def test_all_is_well_only_when_nothing_was_found(field: str) -> None:
    """What is not finished when nothing moves any more is not well either."""
    summary = Summary(200, 10, 8, 0, 0, 0, 0, 0, 0, 0, unfinished=0)
    assert summary.clean
    assert not replace(summary, **{field: 1}).clean


def test_money_is_shown_with_its_currency() -> None:
    """Minor units become units where the currency has decimals."""
    assert money(123456, "usd") == "1,234.56 usd"
    assert money(-5, "eur") == "-0.05 eur"
    assert money(1500, "jpy") == "1,500 jpy"
