"""Locks of refunds, escrows and disputes, with two sessions at once."""

import uuid
from collections import Counter
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.scenario import (
    HALVES,
    Connection,
    Json,
    Payment,
    event,
    payment_of,
    share,
    succeeded,
    transfer_object,
)
from tests.support.sessions import Sessions, sqlstate

WRONG_STATE, AMOUNT_INVALID = "PY030", "PY021"
EXCEEDS, NOT_REFUNDABLE = "PY051", "PY052"


def ask_refund(
    sessions: Sessions, payment: Payment, on: Connection, amount: int | None = None
) -> Json:
    """Ask for a refund; without an amount for all that remains."""
    request: Json = {"paymentId": str(payment.id)} | ({"amount": amount} if amount else {})
    return sessions.scenario.ask("refund_create", request, on=on)


def refund_object(operation: Json, status: str = "succeeded") -> Json:
    """The refund that a refund operation makes."""
    params = operation["request"]["params"]
    return {
        "id": f"re_{uuid.UUID(operation['id']).hex}",
        "object": "refund",
        "status": status,
        "currency": "usd",
        **params,
    }


def dispute_event(payment: Payment, status: str = "needs_response", amount: int = 0) -> Json:
    """News of a dispute about all of a payment, or a part."""
    found = {
        "id": f"du_{payment.id.hex}",
        "object": "dispute",
        "payment_intent": payment.intent,
        "charge": payment.charge,
        "amount": amount or payment.amount,
        "currency": "usd",
        "status": status,
        "balance_transactions": [],
        "evidence_details": {"due_by": 4_102_444_800, "submission_count": 0},
    }
    return event(f"charge.dispute.{'closed' if status == 'lost' else 'created'}", found)


def count(sessions: Sessions, query: str) -> int:
    """The number a query counts."""
    return int(sessions.scenario.read(query)[0]["n"])


def refused(found: Any) -> str | None:
    """The SQLSTATE with which a waiting session ended."""
    with pytest.raises(psycopg.Error) as error:
        found.result()
    return error.value.sqlstate


# ── refunds ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("amount", "ends"), [(6_000, EXCEEDS), (5_000, None)])
def test_the_second_refund_sees_what_the_first_has_reserved(
    sessions: Sessions, amount: int, ends: str | None
) -> None:
    """It waits for the payment, and gets what is left or nothing at all (M02)."""
    payment = sessions.scenario.settled_payment(10_000, HALVES)
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        ask_refund(sessions, payment, one, amount)
        waiting = sessions.start(lambda: ask_refund(sessions, payment, other, amount))
        sessions.await_blocked(other)
    if ends is None:
        assert waiting.result()["problem"] is None
    else:
        assert refused(waiting) == ends
    reserved = "SELECT sum(amount_refund_pending) AS n FROM payments.payment_transactions"
    assert count(sessions, reserved) == (10_000 if ends is None else amount)
    assert sessions.scenario.violations() == []


def test_sixteen_refunds_at_once_never_exceed_the_payment(sessions: Sessions) -> None:
    """Ten of a tenth each are reserved, six are refused."""
    payment = sessions.scenario.settled_payment(10_000, HALVES)
    works = [partial(ask_refund, sessions, payment, sessions.open(), 1_000) for _ in range(16)]
    found = Counter(sqlstate(result) for result in sessions.together(works))
    assert found == {None: 10, EXCEEDS: 6}
    assert sessions.scenario.violations() == []


@pytest.mark.parametrize("first", ["transfer", "refund"])
def test_a_transfer_that_arrives_while_its_refund_is_accepted_is_reversed(
    sessions: Sessions, first: str
) -> None:
    """Whichever is recorded first: the payee's part comes back, by one reversal (F10)."""
    scenario = sessions.scenario
    shares = [share("venue", "v1", basisPoints=10_000)]
    payment = scenario.settled_payment(10_000, shares)
    [sent] = scenario.fence(scenario.claim())
    operation = ask_refund(sessions, payment, sessions.open())["operation"]
    one, other = sessions.open(), sessions.open()

    def pay(session: Connection) -> None:
        result = {
            "operationId": sent["id"],
            "leaseEpoch": sent["leaseEpoch"],
            "result": succeeded(transfer_object(sent)),
        }
        scenario.call("results_record", on=session, results=Jsonb([result]))

    def accept(session: Connection) -> None:
        scenario.finish(operation, succeeded(refund_object(operation)), on=session)

    leads, follows = (pay, accept) if first == "transfer" else (accept, pay)
    with sessions.held(one):
        leads(one)
        waiting = sessions.start(lambda: follows(other))
        sessions.await_blocked(other)
    waiting.result()
    [reversal] = scenario.claim()
    assert (reversal["kind"], reversal["request"]["params"]["amount"]) == ("reversal", 10_000)
    assert scenario.violations() == []


def test_a_refund_that_fails_twice_at_once_pays_again_once(sessions: Sessions) -> None:
    """F27: refund.failed and its twin in two sessions: each payee is credited and paid once."""
    scenario = sessions.scenario
    payment = scenario.settled_payment(10_000, HALVES)
    operation = ask_refund(sessions, payment, sessions.open())["operation"]
    scenario.finish(operation, succeeded(refund_object(operation)))
    gone = refund_object(operation, "failed")
    works = [
        partial(scenario.apply, event(kind, gone), on=sessions.open())
        for kind in ("refund.failed", "refund.updated", "charge.refund.updated") * 4
    ]
    assert sessions.together(works) == ["done"] * 12
    query = "SELECT sum(amount) AS n FROM payments.stripe_transfers WHERE status <> 'canceled'"
    assert count(sessions, query) == 8_000
    assert scenario.violations() == []


# ── disputes ──────────────────────────────────────────────────────────────────────────────────


def test_no_refund_slips_past_a_dispute_that_opens(sessions: Sessions) -> None:
    """A refund waits for the dispute being recorded, and is refused (F28)."""
    payment = sessions.scenario.settled_payment(10_000, HALVES)
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        sessions.scenario.apply(dispute_event(payment), on=one)
        waiting = sessions.start(lambda: ask_refund(sessions, payment, other, 1))
        sessions.await_blocked(other)
    assert refused(waiting) == NOT_REFUNDABLE
    assert count(sessions, "SELECT count(*) AS n FROM payments.payment_refunds") == 0


def test_a_loss_leaves_what_a_refund_has_just_reserved(sessions: Sessions) -> None:
    """A loss waits for the refund being asked for; together they take the capture, no more."""
    scenario = sessions.scenario
    payment = scenario.settled_payment(10_000, HALVES)
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        operation = ask_refund(sessions, payment, one, 4_000)["operation"]
        waiting = sessions.start(lambda: scenario.apply(dispute_event(payment, "lost"), on=other))
        sessions.await_blocked(other)
    assert waiting.result() == "done"
    scenario.finish(operation, succeeded(refund_object(operation)))
    given = "SELECT sum(amount) AS n FROM payments.clawback_shares"
    assert count(sessions, given) == 10_000
    assert scenario.violations() == []


def test_a_loss_told_many_times_at_once_is_shared_out_once(sessions: Sessions) -> None:
    """Twelve sessions with news of the same loss."""
    scenario = sessions.scenario
    payment = scenario.settled_payment(10_000, HALVES)
    works = [
        partial(scenario.apply, dispute_event(payment, "lost", 5_000), on=sessions.open())
        for _ in range(12)
    ]
    assert sessions.together(works) == ["done"] * 12
    assert count(sessions, "SELECT sum(amount) AS n FROM payments.clawback_shares") == 5_000
    assert scenario.violations() == []


# ── escrows ───────────────────────────────────────────────────────────────────────────────────


def resale(sessions: Sessions, hold_until: str | None = None) -> tuple[Payment, uuid.UUID]:
    """A settled payment of 10000 whose artist's 3000 are held, and the escrow's id."""
    scenario = sessions.scenario
    escrow = {"recipientType": "artist", "recipientId": "a1"}
    request: Json = {"amount": 10_000, "currency": "usd", "orderId": "o", "splits": HALVES}
    request["escrow"] = escrow | ({"holdUntil": hold_until} if hold_until else {})
    payment = payment_of(scenario.ask("payments_create", request)["operation"])
    scenario.finish(payment.operation, succeeded(payment.object("succeeded")))
    return payment, scenario.read("SELECT id FROM payments.escrows")[0]["id"]


def release(sessions: Sessions, escrow: uuid.UUID, on: Connection, amount: int = 0) -> Json:
    """Release a hold, or a part of it."""
    request: Json = {"reason": "shown"} | ({"amount": amount} if amount else {})
    return sessions.scenario.ask("escrow_release", request, on=on, escrow_id=escrow)


RELEASED = """
    SELECT coalesce(sum(amount), 0) AS n FROM payments.stripe_transfers WHERE purpose = 'release'
"""


def test_a_hold_is_released_once(sessions: Sessions) -> None:
    """Two full releases: the second waits and finds the hold released (M28)."""
    _, escrow = resale(sessions)
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        release(sessions, escrow, one)
        waiting = sessions.start(lambda: release(sessions, escrow, other))
        sessions.await_blocked(other)
    assert refused(waiting) == WRONG_STATE
    assert count(sessions, RELEASED) == 3_000
    assert sessions.scenario.violations() == []


def test_partial_releases_at_once_never_exceed_the_hold(sessions: Sessions) -> None:
    """Twelve releases of 400 out of 3000: seven fit."""
    _, escrow = resale(sessions)
    works = [partial(release, sessions, escrow, sessions.open(), 400) for _ in range(12)]
    found = Counter(sqlstate(result) for result in sessions.together(works))
    assert found == {None: 7, AMOUNT_INVALID: 5}
    assert count(sessions, RELEASED) == 2_800
    assert sessions.scenario.violations() == []


def test_a_sale_called_off_is_not_released(sessions: Sessions) -> None:
    """A release waits for the call-off and is refused: the hold is the buyer's."""
    _, escrow = resale(sessions)
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        reason = {"reason": "no show"}
        sessions.scenario.ask("escrow_cancel", reason, on=one, escrow_id=escrow)
        waiting = sessions.start(lambda: release(sessions, escrow, other))
        sessions.await_blocked(other)
    assert refused(waiting) == WRONG_STATE
    assert count(sessions, RELEASED) == 0


@pytest.mark.parametrize("first", ["dispute", "release"])
def test_a_dispute_freezes_a_hold_before_or_after_its_release(
    sessions: Sessions, first: str
) -> None:
    """Frozen first: nothing is released. Released first: the transfer itself is held."""
    scenario = sessions.scenario
    payment, escrow = resale(sessions)
    one, other = sessions.open(), sessions.open()

    def freeze(session: Connection) -> Any:
        return scenario.apply(dispute_event(payment), on=session)

    def let_go(session: Connection) -> Any:
        return release(sessions, escrow, session)

    leads, follows = (freeze, let_go) if first == "dispute" else (let_go, freeze)
    with sessions.held(one):
        leads(one)
        waiting = sessions.start(lambda: follows(other))
        sessions.await_blocked(other)
    if first == "dispute":
        assert refused(waiting) == WRONG_STATE
    else:
        assert waiting.result() == "done"
    assert scenario.claim() == []
    assert scenario.violations() == []


def test_a_timed_release_and_one_by_hand_pay_once(sessions: Sessions) -> None:
    """The worker's release waits for the one by hand, and finds nothing left."""
    scenario = sessions.scenario
    soon = "SELECT payments.rfc3339(payments.clock() + interval '1 minute') AS at"
    _, escrow = resale(sessions, scenario.read(soon)[0]["at"])
    scenario.owner.execute("SELECT ops.clock_advance(120)")
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        release(sessions, escrow, one, 1_000)
        waiting = sessions.start(lambda: scenario.call("escrows_release_due", on=other, limit=10))
        sessions.await_blocked(other)
    waiting.result()
    assert count(sessions, RELEASED) == 3_000
    assert scenario.violations() == []


# ── a canceled event ─────────────────────────────────────────────────────────────────────────


def canceled(sessions: Sessions, orders: int) -> None:
    """An event with paid orders, called off."""
    scenario = sessions.scenario
    for number in range(orders):
        request = {"amount": 1_000, "currency": "usd", "orderId": f"o{number}", "eventId": "e1"}
        operation = scenario.ask("payments_create", request | {"splits": HALVES})["operation"]
        payment = payment_of(operation)
        scenario.finish(operation, succeeded(payment.object("succeeded")))
    scenario.ask("show_cancel", {"reason": "storm"}, show_id="e1")


def test_an_item_of_a_batch_is_taken_by_one_worker(sessions: Sessions) -> None:
    """The second worker skips the item at hand and takes the next."""
    canceled(sessions, 2)
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        [first] = sessions.scenario.call("refund_batch_advance", on=one)
        [second] = sessions.scenario.call("refund_batch_advance", on=other)
        assert sessions.scenario.call("refund_batch_advance", on=other) == []
    assert first["item_id"] != second["item_id"]
    assert count(sessions, "SELECT count(*) AS n FROM payments.payment_refunds") == 2


def test_workers_on_one_batch_refund_each_order_once(sessions: Sessions) -> None:
    """Eight workers at twelve orders until nothing is due: twelve refunds."""
    canceled(sessions, 12)

    def drain(session: Connection) -> int:
        done = 0
        while sessions.scenario.call("refund_batch_advance", on=session):
            done += 1
        return done

    done = sessions.together([partial(drain, sessions.open()) for _ in range(8)])
    assert sum(one for one in done if isinstance(one, int)) == 12
    query = "SELECT count(DISTINCT payment_id) AS n FROM payments.payment_refunds"
    assert count(sessions, query) == count(sessions, query.replace("DISTINCT payment_id", "*"))
    assert sessions.scenario.violations() == []


def test_a_refund_by_hand_and_one_of_the_batch_share_the_payment(sessions: Sessions) -> None:
    """The batch passes over a payment that is locked; later it refunds what the refund leaves."""
    canceled(sessions, 2)
    [row, _] = sessions.scenario.read("SELECT id FROM payments.payment_transactions")
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        request = {"paymentId": str(row["id"]), "amount": 300}
        sessions.scenario.ask("refund_create", request, on=one)
        assert len(sessions.scenario.call("refund_batch_advance", on=other)) == 1
        assert sessions.scenario.call("refund_batch_advance", on=other) == []
    assert len(sessions.scenario.call("refund_batch_advance", on=other)) == 1
    amounts = sessions.scenario.read("SELECT amount FROM payments.payment_refunds ORDER BY amount")
    assert [row["amount"] for row in amounts] == [300, 700, 1_000]
    assert sessions.scenario.violations() == []


# ── what a payee owes ─────────────────────────────────────────────────────────────────────────


def owing(sessions: Sessions) -> None:
    """The venue has spent what it was paid, so that a refund left it owing 5000."""
    scenario = sessions.scenario
    payment = scenario.settled_payment(10_000, HALVES)
    sent = scenario.fence(scenario.claim())
    scenario.finish_all([(o, succeeded(transfer_object(o))) for o in sent])
    operation = ask_refund(sessions, payment, scenario.service)["operation"]
    scenario.finish(operation, succeeded(refund_object(operation)))
    for reversal in scenario.fence(scenario.claim()):
        short = {"outcome": "failed", "code": "balance_insufficient", "message": "spent"}
        back = {
            "id": f"trr_{uuid.UUID(reversal['id']).hex}",
            "transfer": reversal["request"]["target"],
            **reversal["request"]["params"],
        }
        venue = back["amount"] == 5_000
        scenario.finish_all([(reversal, short if venue else succeeded(back))])


NETTED = "SELECT sum(amount_netted) AS n FROM payments.receivables"


def test_a_debt_is_kept_back_once(sessions: Sessions) -> None:
    """Two payments settle at once: the second waits for the debt, and keeps back the rest (M14)."""
    owing(sessions)
    scenario = sessions.scenario
    payments = [scenario.payment(6_000, HALVES), scenario.payment(6_000, HALVES)]
    one, other = sessions.open(), sessions.open()

    def settle(payment: Payment, session: Connection) -> None:
        scenario.finish(payment.operation, succeeded(payment.object("succeeded")), on=session)

    with sessions.held(one):
        settle(payments[0], one)
        waiting = sessions.start(lambda: settle(payments[1], other))
        sessions.await_blocked(other)
    waiting.result()
    assert count(sessions, NETTED) == 5_000
    transfers = scenario.read(
        "SELECT amount FROM payments.stripe_transfers WHERE recipient_id = 'v1' AND paid_at IS NULL"
    )
    assert [row["amount"] for row in transfers] == [1_000]
    assert scenario.violations() == []


def test_many_settlements_keep_a_debt_back_once(sessions: Sessions) -> None:
    """Eight settlements of a payee that owes 5000 keep back 5000 together."""
    owing(sessions)
    scenario = sessions.scenario
    payments = [scenario.payment(2_000, HALVES) for _ in range(8)]
    works = [
        partial(
            scenario.finish,
            payment.operation,
            succeeded(payment.object("succeeded")),
            on=sessions.open(),
        )
        for payment in payments
    ]
    assert {sqlstate(result) for result in sessions.together(works)} == {None}
    assert count(sessions, NETTED) == 5_000
    assert scenario.violations() == []
