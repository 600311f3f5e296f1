"""Queues: every claim, fence and finish, with two sessions at once."""

import uuid
from functools import partial
from typing import Any

import orjson
import pytest
from psycopg.types.json import Jsonb

from tests.support.scenario import (
    HALVES,
    LEASE_SECONDS,
    Connection,
    Json,
    call,
    event,
    succeeded,
    transfer_object,
    unknown,
)
from tests.support.sessions import Sessions

FIRST_COME = pytest.mark.parametrize("first", ["event", "answer"])


def ids(operations: list[Json]) -> set[str]:
    """Their ids."""
    return {operation["id"] for operation in operations}


def state_of(sessions: Sessions, operation: Json) -> Json:
    """The operation's row."""
    return sessions.scenario.read(
        "SELECT * FROM payments.stripe_operations WHERE id = %s", uuid.UUID(operation["id"])
    )[0]


def twin_reads(sessions: Sessions) -> tuple[Json, Json]:
    """Two operations that share an object, both claimed: two reads of one account.

    The second is asked for after the first was claimed; before, one read would do for both.
    """
    scenario = sessions.scenario
    account = scenario.accounts["v1"]

    def claimed_read() -> Json:
        scenario.apply(event("account.updated", {"id": account}, account=account), "connect")
        [read] = scenario.lease()
        return read

    return claimed_read(), claimed_read()


# ── operations_claim_and_fence ────────────────────────────────────────────────────────────────


def test_two_claims_never_lease_the_same_operation(sessions: Sessions) -> None:
    """While one claim is not committed another takes other rows at once, up to its limit."""
    for _ in range(4):
        sessions.scenario.settled_payment(splits=HALVES)
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        first = sessions.scenario.claim(3, on=one)
        second = sessions.scenario.claim(3, on=other)
        assert len(ids(first)) == len(ids(second)) == 3
        assert ids(first).isdisjoint(ids(second))
    assert len(sessions.scenario.claim(100, on=other)) == 2


def test_many_claims_at_once_lease_each_operation_once(sessions: Sessions) -> None:
    """Six workers that claim in a loop share 40 operations without overlap or excess."""
    for _ in range(20):
        sessions.scenario.settled_payment(splits=HALVES)
    workers = [sessions.open() for _ in range(6)]

    def work(worker: Connection) -> list[list[str]]:
        batches = []
        while batch := sessions.scenario.claim(3, on=worker):
            batches.append([operation["id"] for operation in batch])
        return batches

    results = sessions.together([partial(work, worker) for worker in workers])
    batches = [batch for result in results for batch in result]  # type: ignore[union-attr]
    claimed = [operation for batch in batches for operation in batch]
    assert max(len(batch) for batch in batches) <= 3
    assert len(claimed) == len(set(claimed)) == 40


def test_an_expired_lease_is_taken_over_once(sessions: Sessions) -> None:
    """Of two workers that see a lease end, one gets it, under a higher epoch."""
    sessions.scenario.settled_payment(splits=HALVES[:1])
    dead = sessions.scenario.claim()
    sessions.scenario.owner.execute("SELECT ops.clock_advance(%s)", [LEASE_SECONDS + 1])
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        first = sessions.scenario.claim(on=one)
        assert sessions.scenario.claim(on=other) == []
    assert sessions.scenario.claim(on=other) == []
    assert [o["leaseEpoch"] for o in first] == [o["leaseEpoch"] + 1 for o in dead]


# ── operations_fence ──────────────────────────────────────────────────────────────────────────


def test_a_fence_waits_for_the_other_call_on_its_object_and_gives_way(sessions: Sessions) -> None:
    """The unresolved index lets one of two calls on an object pass; the other goes back (M20)."""
    one, other = twin_reads(sessions)
    first, second = sessions.open(), sessions.open()
    with sessions.held(first):
        assert sessions.scenario.fence([one], on=first) == [one]
        waiting = sessions.start(lambda: sessions.scenario.fence([other], on=second))
        sessions.await_blocked(second)
    assert waiting.result() == []
    row = state_of(sessions, other)
    assert (row["state"], row["first_sent_at"], row["leased_by"]) == ("ready", None, None)


def test_a_fence_passes_when_the_other_one_rolls_back(sessions: Sessions) -> None:
    """A fence that was never committed hinders nobody."""
    one, other = twin_reads(sessions)
    first, second = sessions.open(), sessions.open()
    with first.transaction(force_rollback=True):
        sessions.scenario.fence([one], on=first)
        waiting = sessions.start(lambda: sessions.scenario.fence([other], on=second))
        sessions.await_blocked(second)
    assert waiting.result() == [other]


def test_the_guilty_one_of_a_batch_goes_back_alone(sessions: Sessions) -> None:
    """One object that is taken does not keep the rest of a batch from being sent."""
    one, other = twin_reads(sessions)
    sessions.scenario.settled_payment(splits=HALVES)
    transfers = sessions.scenario.lease()
    sessions.scenario.fence([one])
    assert ids(sessions.scenario.fence([*transfers, other])) == ids(transfers)
    assert state_of(sessions, other)["state"] == "ready"


def test_a_fence_loses_against_a_takeover(sessions: Sessions) -> None:
    """The worker whose lease another is just taking over does not pass its fence (F61, M21)."""
    sessions.scenario.settled_payment(splits=HALVES[:1])
    [slow] = sessions.scenario.claim()
    sessions.scenario.owner.execute("SELECT ops.clock_advance(%s)", [LEASE_SECONDS + 1])
    first, second = sessions.open(), sessions.open()
    with sessions.held(second):
        [taken] = sessions.scenario.claim(on=second)
        # The row is locked: the slow worker's clock says that its lease is over, lock or not.
        assert sessions.scenario.fence([slow], on=first) == []
    assert sessions.scenario.fence([slow], on=first) == []
    assert sessions.scenario.fence([taken], on=second) == [taken]


def test_a_takeover_skips_an_operation_being_fenced(sessions: Sessions) -> None:
    """While a fence is not committed its row cannot be claimed; afterwards its lease is new."""
    sessions.scenario.settled_payment(splits=HALVES[:1])
    [slow] = sessions.scenario.claim()
    first, second = sessions.open(), sessions.open()
    with sessions.held(first):
        assert sessions.scenario.fence([slow], on=first) == [slow]
        sessions.scenario.owner.execute("SELECT ops.clock_advance(%s)", [LEASE_SECONDS - 5])
        assert sessions.scenario.claim(on=second) == []
    assert sessions.scenario.claim(on=second) == []


# ── results_record ─────────────────────────────────────────────────────────────────────────


def test_of_two_finishes_one_applies(sessions: Sessions) -> None:
    """The worker that was overtaken leaves its evidence and changes nothing (M21)."""
    sessions.scenario.settled_payment(splits=HALVES[:1])
    [slow] = sessions.scenario.claim()
    sessions.scenario.fence([slow])
    sessions.scenario.owner.execute("SELECT ops.clock_advance(%s)", [LEASE_SECONDS + 1])
    [quick] = sessions.scenario.claim()
    sessions.scenario.fence([quick])
    first, second = sessions.open(), sessions.open()

    def finish(worker: Connection, operation: Json, result: Json) -> bool:
        results = [{"operationId": operation["id"], "leaseEpoch": operation["leaseEpoch"]}]
        results[0]["result"] = result
        row = sessions.scenario.call("results_record", on=worker, results=Jsonb(results))[0]
        return bool(row["applied"])

    with sessions.held(first):
        assert finish(first, quick, succeeded(transfer_object(quick)))
        waiting = sessions.start(lambda: finish(second, slow, unknown()))
        sessions.await_blocked(second)
    assert waiting.result() is False
    assert state_of(sessions, quick)["state"] == "succeeded"
    kept = "SELECT applied, outcome FROM payments.stripe_operation_attempts WHERE operation_id = %s"
    attempts = sessions.scenario.read(f"{kept} ORDER BY applied", uuid.UUID(quick["id"]))
    assert [tuple(row.values()) for row in attempts] == [(False, "unknown"), (True, "succeeded")]
    assert sessions.scenario.violations() == []


def test_two_batches_of_finishes_do_not_deadlock(sessions: Sessions) -> None:
    """Batches that touch the same payments lock them in one order, whatever their operations."""
    scenario = sessions.scenario
    payments = [scenario.open_payment(splits=[]) for _ in range(12)]
    halves: list[list[Json]] = []
    for kind in ("requires_action", "payment_failed"):
        for payment in payments:
            told = payment.object("requires_payment_method")
            scenario.apply(event(f"payment_intent.{kind}", told))
        halves.append(sorted(scenario.lease(), key=lambda one: str(one["id"])))
        assert len(halves[-1]) == len(payments)
    truth = {payment.intent: payment.object("requires_action") for payment in payments}
    workers = [sessions.open(), sessions.open()]

    def finish(worker: Connection, half: list[Json]) -> int:
        results = [
            {
                "operationId": o["id"],
                "leaseEpoch": o["leaseEpoch"],
                "result": succeeded(truth[o["request"]["target"]]),
            }
            for o in half
        ]
        rows = scenario.call("results_record", on=worker, results=Jsonb(results))
        return sum(row["applied"] for row in rows)

    works = [partial(finish, w, half) for w, half in zip(workers, halves, strict=True)]
    assert sessions.together(works) == [12, 12]


# ── webhooks ──────────────────────────────────────────────────────────────────────────────────


def receive(sessions: Sessions, events: list[Json]) -> int:
    """Put events into the inbox; return how many were new."""
    stored = call(
        sessions.scenario.service,
        "inbox_receive",
        sources=["platform"] * len(events),
        event_ids=[one["id"] for one in events],
        event_types=[one["type"] for one in events],
        object_ids=[Jsonb([one["data"]["object"]["id"]]) for one in events],
        payloads=[orjson.dumps(one) for one in events],
    )
    return int(stored[0]["inbox_receive"])


def claim_webhooks(worker: Connection, limit: int) -> list[Json]:
    """Lease due events."""
    return call(worker, "inbox_claim", worker="w", limit=limit, lease_seconds=LEASE_SECONDS)


def finish_webhook(worker: Connection, row: Json, state: str) -> int:
    """End a leased event; return how many leases still held."""
    result: Json = {
        "source": row["source"],
        "eventId": row["event_id"],
        "leaseEpoch": row["lease_epoch"],
        "state": state,
        "reason": None,
    }
    return int(call(worker, "inbox_finish", results=Jsonb([result]))[0]["inbox_finish"])


def test_two_claims_never_lease_the_same_event(sessions: Sessions) -> None:
    """While one claim is not committed another takes other events, up to its limit."""
    payment = sessions.scenario.open_payment()
    found = payment.object("requires_payment_method")
    assert receive(sessions, [event("payment_intent.created", found) for _ in range(8)]) == 8
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        first = {row["event_id"] for row in claim_webhooks(one, 3)}
        second = {row["event_id"] for row in claim_webhooks(other, 3)}
        assert len(first) == len(second) == 3
        assert first.isdisjoint(second)
    assert len(claim_webhooks(other, 100)) == 2


def test_an_event_taken_over_is_finished_by_its_last_owner_only(sessions: Sessions) -> None:
    """A worker that slept through its lease cannot end an event that another holds (F38)."""
    payment = sessions.scenario.open_payment()
    receive(sessions, [event("payment_intent.created", payment.object("requires_payment_method"))])
    one, other = sessions.open(), sessions.open()
    [slow] = claim_webhooks(one, 10)
    sessions.scenario.owner.execute("SELECT ops.clock_advance(%s)", [LEASE_SECONDS + 1])
    [quick] = claim_webhooks(other, 10)
    assert finish_webhook(one, slow, "done") == 0
    assert sessions.scenario.read("SELECT state FROM payments.webhook_inbox") == [
        {"state": "received"}
    ]
    assert finish_webhook(other, quick, "done") == 1


def test_one_event_applied_by_two_sessions_counts_once(sessions: Sessions) -> None:
    """The second to apply an event waits, changes nothing, and is not told of an error (F29)."""
    payment = sessions.scenario.open_payment(splits=HALVES)
    told = event("payment_intent.succeeded", payment.object("succeeded"))
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        assert sessions.scenario.apply(told, on=one) == "done"
        waiting = sessions.start(lambda: sessions.scenario.apply(told, on=other))
        sessions.await_blocked(other)
    assert waiting.result() == "done"
    counted = sessions.scenario.read(
        "SELECT count(*) AS postings FROM payments.ledger_postings WHERE tenant_id = %s",
        sessions.scenario.tenant,
    )
    assert counted == [{"postings": 3}]
    assert sessions.scenario.violations() == []


@FIRST_COME
def test_answer_and_event_of_one_payment_settle_once(sessions: Sessions, first: str) -> None:
    """Stripe's answer and its webhook at the same moment: one settlement, whichever is first."""
    payment = sessions.scenario.open_payment(splits=HALVES)
    scenario = sessions.scenario
    failed = event("payment_intent.payment_failed", payment.object("requires_payment_method"))
    scenario.apply(failed)
    [read] = scenario.claim()
    scenario.fence([read])
    done = payment.object("succeeded")
    one, other = sessions.open(), sessions.open()

    def by_event(session: Connection) -> Any:
        return scenario.apply(event("payment_intent.succeeded", done), on=session)

    def by_answer(session: Connection) -> Any:
        result = {"operationId": read["id"], "leaseEpoch": read["leaseEpoch"]}
        result["result"] = succeeded(done)
        return scenario.call("results_record", on=session, results=Jsonb([result]))

    leads, follows = (by_event, by_answer) if first == "event" else (by_answer, by_event)
    with sessions.held(one):
        leads(one)
        waiting = sessions.start(lambda: follows(other))
        sessions.await_blocked(other)
    waiting.result()
    transfers = scenario.read("SELECT amount FROM payments.stripe_transfers ORDER BY amount")
    assert [row["amount"] for row in transfers] == [3000, 5000]
    assert scenario.violations() == []
