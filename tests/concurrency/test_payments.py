"""Locks of payments, rollups and rates, with two sessions at once."""

import time
import uuid
from collections import Counter
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.scenario import (
    HALVES,
    LEASE_SECONDS,
    SUBJECT,
    Connection,
    Json,
    account_object,
    call,
    event,
    payment_of,
    share,
    succeeded,
)
from tests.support.sessions import Sessions, sqlstate

IN_PROGRESS = "PY041"
WRONG_STATE = "PY030"
ACCOUNT_EXISTS = "PY031"

REFUNDED = {"id": "re_1", "object": "refund", "status": "succeeded", "currency": "usd"}
HOLD_TRANSFERS = """
    SELECT FROM payments.stripe_operations WHERE tenant_id = %s AND kind = 'transfer' FOR UPDATE
"""
BALANCES = """
    SELECT a.kind, coalesce(b.debit_total, 0) AS debit, coalesce(b.credit_total, 0) AS credit
      FROM payments.ledger_accounts AS a
      LEFT JOIN payments.ledger_balances AS b ON b.tenant_id = a.tenant_id AND b.id = a.id
     WHERE a.tenant_id = %s AND a.kind = 'provider_clearing'
"""


def cleared(sessions: Sessions) -> int:
    """What the roll-up says went into the clearing account."""
    return int(sessions.scenario.read(BALANCES, sessions.scenario.tenant)[0]["debit"])


def roll_up(sessions: Sessions, on: Connection | None = None) -> int:
    """Roll postings up; return how many there were."""
    return int(sessions.scenario.call("ledger_rollup", on=on)[0]["ledger_rollup"])


# ── ledger_rollup ───────────────────────────────────────────────────────────────────────────────


def test_a_late_commit_is_never_lost_by_the_rollup(sessions: Sessions) -> None:
    """A posting of an older transaction that commits after a rollup is in the next one (M12)."""
    scenario = sessions.scenario
    late, quick = scenario.payment(7000, HALVES), scenario.payment(100, HALVES)
    older = sessions.open()
    with sessions.held(older):
        scenario.finish(late.operation, succeeded(late.object("succeeded")), on=older)
        scenario.finish(quick.operation, succeeded(quick.object("succeeded")))
        roll_up(sessions)
        assert cleared(sessions) in {0, 100}
    scenario.roll_up()
    assert cleared(sessions) == 7100
    assert roll_up(sessions) == 0
    assert scenario.violations() == []


def test_a_posting_that_rolls_back_is_never_rolled_up(sessions: Sessions) -> None:
    """What was posted and rolled back leaves no trace in a balance."""
    scenario = sessions.scenario
    gone, kept = scenario.payment(7000, HALVES), scenario.payment(100, HALVES)
    older = sessions.open()
    with older.transaction(force_rollback=True):
        scenario.finish(gone.operation, succeeded(gone.object("succeeded")), on=older)
        scenario.finish(kept.operation, succeeded(kept.object("succeeded")))
        roll_up(sessions)
    scenario.roll_up()
    assert cleared(sessions) == 100


def test_two_rollups_at_once_count_a_posting_once(sessions: Sessions) -> None:
    """The second rollup waits for the first and finds nothing left."""
    sessions.scenario.settled_payment(1000, HALVES)
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        assert sessions.scenario.roll_up(on=one) == 3
        waiting = sessions.start(lambda: roll_up(sessions, other))
        sessions.await_blocked(other)
    assert waiting.result() == 0
    assert cleared(sessions) == 1000
    assert sessions.scenario.violations() == []


def test_rollups_among_settlements_lose_nothing(sessions: Sessions) -> None:
    """Two rollups beside four settlers: at the end the balance is the sum of all postings."""
    scenario = sessions.scenario
    payments = [scenario.payment(100 + n, HALVES) for n in range(24)]
    settlers, rollups = [sessions.open() for _ in range(4)], [sessions.open() for _ in range(2)]

    def settle(session: Connection, number: int) -> None:
        for payment in payments[number::4]:
            scenario.finish(payment.operation, succeeded(payment.object("succeeded")), on=session)

    def keep_rolling_up(session: Connection) -> None:
        for _ in range(20):
            roll_up(sessions, session)

    works = [partial(settle, session, n) for n, session in enumerate(settlers)]
    sessions.together([*works, *(partial(keep_rolling_up, session) for session in rollups)])
    scenario.roll_up()
    assert cleared(sessions) == sum(payment.amount for payment in payments)
    assert scenario.violations() == []


# ── settlement and the payee's account ────────────────────────────────────────────────────────


def transfer_states(sessions: Sessions) -> list[tuple[str, list[str]]]:
    """State of each transfer and what holds its operation."""
    query = """
        SELECT t.status, o.holds FROM payments.stripe_transfers AS t
          JOIN payments.stripe_operations AS o
            ON o.tenant_id = t.tenant_id AND o.subject_id = t.id AND o.kind = 'transfer'
         WHERE t.tenant_id = %s
    """
    rows = sessions.scenario.read(query, sessions.scenario.tenant)
    return [(row["status"], row["holds"]) for row in rows]


def activation(sessions: Sessions, name: str) -> Json:
    """A read of an account, claimed and fenced, about to bring the news that it can be paid."""
    scenario = sessions.scenario
    account = scenario.accounts[name]
    scenario.apply(event("account.updated", {"id": account}, account=account), "connect")
    [read] = scenario.claim()
    scenario.fence([read])
    return {
        "operationId": read["id"],
        "leaseEpoch": read["leaseEpoch"],
        "result": succeeded(account_object(account, active=True)),
    }


@pytest.mark.parametrize("first", ["settlement", "activation"])
def test_no_transfer_stays_blocked_when_its_payee_opens_meanwhile(
    sessions: Sessions, first: str
) -> None:
    """Settlement and activation at the same moment: in either order the transfer becomes due."""
    scenario = sessions.scenario
    scenario.account("promoter", "p1", active=False)
    payment = scenario.payment(1000, [share("promoter", "p1", basisPoints=9000)])
    news = activation(sessions, "p1")
    one, other = sessions.open(), sessions.open()

    def settle(session: Connection) -> Any:
        done = succeeded(payment.object("succeeded"))
        return scenario.finish(payment.operation, done, on=session)

    def activate(session: Connection) -> Any:
        return scenario.call("results_record", on=session, results=Jsonb([news]))

    leads, follows = (settle, activate) if first == "settlement" else (activate, settle)
    with sessions.held(one):
        leads(one)
        waiting = sessions.start(lambda: follows(other))
        sessions.await_blocked(other)
    waiting.result()
    assert transfer_states(sessions) == [("pending", [])]
    assert len(scenario.claim()) == 1
    assert scenario.violations() == []


def test_a_refund_and_the_opening_of_its_payee_never_block_each_other(sessions: Sessions) -> None:
    """Both lock the payee before its transfers: the second waits, and neither is a deadlock."""
    scenario = sessions.scenario
    scenario.account("promoter", "p1", active=False)
    payment = scenario.settled_payment(1000, [share("promoter", "p1", basisPoints=9000)])
    news = activation(sessions, "p1")
    asked = scenario.ask("refund_create", {"paymentId": str(payment.id), "amount": 100})
    refund = asked["operation"]
    one, other, holder = sessions.open(), sessions.open(), scenario.owner
    with holder.transaction():
        holder.execute(HOLD_TRANSFERS, [scenario.tenant])
        accepted = succeeded(refund["request"]["params"] | REFUNDED)
        first = sessions.start(lambda: scenario.finish(refund, accepted, on=one))
        sessions.await_blocked(one)
        second = sessions.start(
            lambda: scenario.call("results_record", on=other, results=Jsonb([news]))
        )
        sessions.await_blocked(one, other)
    assert first.result()["status"] == 201
    second.result()
    assert sorted(transfer_states(sessions)) == [("canceled", ["payee_blocked"]), ("pending", [])]
    assert scenario.violations() == []


def test_settlements_of_one_blocked_payee_do_not_wait_for_each_other(sessions: Sessions) -> None:
    """The lock on a closed account is shared: two settlements run side by side."""
    scenario = sessions.scenario
    scenario.account("promoter", "p1", active=False)
    shares = [share("promoter", "p1", basisPoints=9000)]
    payments = [scenario.payment(1000, shares) for _ in range(2)]
    one = sessions.open()
    with sessions.held(one):
        done = succeeded(payments[0].object("succeeded"))
        scenario.finish(payments[0].operation, done, on=one)
        other = succeeded(payments[1].object("succeeded"))
        assert scenario.finish(payments[1].operation, other)["status"] == 201
    assert transfer_states(sessions) == [("blocked", ["payee_blocked"])] * 2


# ── capture and cancel ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("first", ["payment_capture", "payment_cancel"])
def test_of_capture_and_cancel_the_first_wins(sessions: Sessions, first: str) -> None:
    """The second waits for the payment's lock, is refused, and leaves nothing behind (M20)."""
    scenario = sessions.scenario
    payment = scenario.authorised_payment(5000, HALVES)
    second = "payment_cancel" if first == "payment_capture" else "payment_capture"
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        answer = scenario.ask(first, {}, on=one, payment_id=payment.id)
        assert answer["operation"]["kind"] == first.removeprefix("payment_")
        waiting = sessions.start(lambda: scenario.ask(second, {}, on=other, payment_id=payment.id))
        sessions.await_blocked(other)
    with pytest.raises(psycopg.Error) as refused:
        waiting.result()
    assert refused.value.sqlstate == WRONG_STATE
    operations = scenario.read(
        "SELECT kind FROM payments.stripe_operations WHERE payment_id = %s AND outcome IS NULL",
        payment.id,
    )
    assert operations == [{"kind": first.removeprefix("payment_")}]
    keys = scenario.read(
        "SELECT route FROM payments.idempotency_keys WHERE route LIKE 'payments.c%%'"
    )
    assert Counter(row["route"] for row in keys)[f"payments.{second[8:]}"] == 0


def test_many_captures_and_cancels_at_once_make_one_call(sessions: Sessions) -> None:
    """Sixteen clients, each with a key of its own: one operation, fifteen refusals."""
    scenario = sessions.scenario
    payment = scenario.authorised_payment(5000, HALVES)
    works = [
        partial(scenario.ask, verb, {}, on=sessions.open(), payment_id=payment.id)
        for verb in ("payment_capture", "payment_cancel") * 8
    ]
    results = sessions.together(works)
    refused = Counter(sqlstate(result) for result in results)
    assert refused == {None: 1, WRONG_STATE: 15}


# ── idempotency ───────────────────────────────────────────────────────────────────────────────


def order(sessions: Sessions, session: Connection, key: str = "k") -> Json:
    """Create a payment."""
    request = {"amount": 5000, "currency": "usd", "orderId": "o1", "splits": HALVES}
    return sessions.scenario.ask("payments_create", request, key, on=session)


def test_64_clients_with_one_key_make_one_payment(sessions: Sessions) -> None:
    """A double click, 64 times: one carries the call, all others are told to wait (F82, M08)."""
    works = [partial(order, sessions, sessions.open()) for _ in range(64)]
    results = sessions.together(works)
    assert Counter(sqlstate(result) for result in results) == {None: 1, IN_PROGRESS: 63}
    [answer] = [result for result in results if not isinstance(result, psycopg.Error)]
    payment = payment_of(answer["operation"])
    tables = ("payment_transactions", "payment_intents", "idempotency_keys")
    for table in tables:
        where = "WHERE route = 'payments.create'" if table == "idempotency_keys" else ""
        counted = sessions.scenario.read(f"SELECT count(*) AS n FROM payments.{table} {where}")
        assert counted == [{"n": 1}], table
    found = succeeded(payment.object("requires_payment_method"))
    first = sessions.scenario.finish(payment.operation, found)
    replays = sessions.together([partial(order, sessions, sessions.open()) for _ in range(8)])
    for replay in replays:
        assert not isinstance(replay, psycopg.Error)
        assert (replay["body"], replay["replayed"]) == (first["body"], True)


def test_a_request_waits_for_the_commit_of_the_same_key(sessions: Sessions) -> None:
    """Until the first has committed nobody knows: the second waits, then it is in progress."""
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        order(sessions, one)
        waiting = sessions.start(lambda: order(sessions, other))
        sessions.await_blocked(other)
    with pytest.raises(psycopg.Error) as refused:
        waiting.result()
    assert refused.value.sqlstate == IN_PROGRESS


def test_a_request_takes_the_key_of_one_that_rolled_back(sessions: Sessions) -> None:
    """A first attempt that never committed does not count (F01)."""
    one, other = sessions.open(), sessions.open()
    with one.transaction(force_rollback=True):
        order(sessions, one)
        waiting = sessions.start(lambda: order(sessions, other))
        sessions.await_blocked(other)
    assert waiting.result()["operation"]["kind"] == "intent"


def test_in_progress_ends_with_the_lease(sessions: Sessions) -> None:
    """A request that died leaves no 409 for ever: then the state is told and the worker acts."""
    order(sessions, sessions.open())
    sessions.scenario.owner.execute("SELECT ops.clock_advance(%s)", [LEASE_SECONDS + 1])
    answer = order(sessions, sessions.open())
    assert (answer["status"], answer["operation"], answer["replayed"]) == (202, None, True)
    assert answer["body"]["status"] == "created"
    [operation] = sessions.scenario.claim()
    assert operation["kind"] == "intent"


def test_in_progress_covers_a_worker_that_took_over(sessions: Sessions) -> None:
    """While a worker completes the call of a dead request its client is told the state."""
    order(sessions, sessions.open())
    sessions.scenario.owner.execute("SELECT ops.clock_advance(%s)", [LEASE_SECONDS + 1])
    worker = sessions.open()
    with sessions.held(worker):
        [operation] = sessions.scenario.claim(on=worker)
        assert order(sessions, sessions.open())["status"] == 202
    payment = payment_of(operation)
    sessions.scenario.fence([operation])
    sessions.scenario.finish(operation, succeeded(payment.object("requires_payment_method")))
    assert order(sessions, sessions.open())["status"] == 201


# ── accounts, rules ───────────────────────────────────────────────────────────────────────────


def test_a_payee_gets_one_account(sessions: Sessions) -> None:
    """Twelve requests with twelve keys for one recipient: one opens it, eleven are refused."""
    request = {
        "recipientType": "seller",
        "recipientId": "s1",
        "email": "s@example.com",
        "country": "US",
    }
    works = [
        partial(sessions.scenario.ask, "connected_account_create", request, on=sessions.open())
        for _ in range(12)
    ]
    results = sessions.together(works)
    assert Counter(sqlstate(result) for result in results) == {None: 1, ACCOUNT_EXISTS: 11}


def test_the_second_account_of_a_payee_waits_and_is_refused(sessions: Sessions) -> None:
    """The loser's idempotency key is not used up: nothing of it is left."""
    request = {
        "recipientType": "seller",
        "recipientId": "s1",
        "email": "s@example.com",
        "country": "US",
    }
    one, other = sessions.open(), sessions.open()
    scenario = sessions.scenario
    with sessions.held(one):
        scenario.ask("connected_account_create", request, "mine", on=one)
        waiting = sessions.start(
            lambda: scenario.ask("connected_account_create", request, "theirs", on=other)
        )
        sessions.await_blocked(other)
    with pytest.raises(psycopg.Error) as refused:
        waiting.result()
    assert refused.value.sqlstate == ACCOUNT_EXISTS
    query = (
        "SELECT FROM payments.idempotency_keys WHERE subject = %s AND idempotency_key = 'theirs'"
    )
    assert scenario.read(query, SUBJECT) == []


def test_versions_of_a_split_rule_are_never_shared(sessions: Sessions) -> None:
    """Eight people who set the rule of a venue at once get the versions 1 to 8."""
    scenario = sessions.scenario
    people = [sessions.scenarios.connect(scenario.database.superuser_url) for _ in range(8)]

    def set_rule(person: Connection) -> int:
        query = "SELECT ops.split_rule_set(%s, 'venue', 'v1', %s)"
        row = person.execute(query, [scenario.tenant, Jsonb(HALVES)]).fetchone()
        assert row is not None
        return int(row[0])

    versions = sessions.together([partial(set_rule, person) for person in people])
    assert sorted(str(version) for version in versions) == [str(n) for n in range(1, 9)]


# ── rate_lease ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("inline", ["worker", "inline"])
def test_sessions_together_never_exceed_the_rate(sessions: Sessions, inline: str) -> None:
    """Four processes ask as fast as they can: burst plus rate, an inline second ahead at most."""
    rate, wanted = 200, 160
    account = uuid.uuid4().hex
    opened = [sessions.open() for _ in range(4)]
    granted: list[int] = []

    def ask(session: Connection) -> None:
        # The bucket must give what it has: all is had in the end, however slow we ask.
        while sum(granted) < wanted:
            row = call(
                session,
                "rate_lease",
                provider_account=account,
                rate=rate,
                wanted=7,
                inline=inline == "inline",
            )[0]
            granted.append(row["granted"])

    started = time.monotonic()
    sessions.together([partial(ask, session) for session in opened])
    elapsed = time.monotonic() - started
    ahead = rate if inline == "inline" else 0
    assert wanted <= sum(granted) <= rate / 4 + ahead + rate * elapsed
