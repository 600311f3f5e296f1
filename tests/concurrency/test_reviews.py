"""Reviews, with two sessions at once: decided, canceled, disputed, paid out, screened meanwhile."""

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
    succeeded,
)
from tests.support.sessions import Sessions, outcome, sqlstate

WRONG_STATE, NOT_REFUNDABLE = "PY030", "PY052"
APPROVE, REJECT = "approved", "rejected"
REFUSAL = {"outcome": "failed", "httpStatus": 400, "code": "balance_insufficient"}
UNREAD = {"outcome": "not_sent", "httpStatus": 429, "code": "rate_limit"}

SIDES = pytest.mark.parametrize("first", ["review", "other"])


# ── bringing a payment or payee into review ───────────────────────────────────────────────────


def suspicious_payment(sessions: Sessions) -> Payment:
    """An automatic payment that our rules want looked at: authorised, not captured."""
    scenario = sessions.scenario
    owner = scenario.owner
    owner.execute("SELECT ops.fraud_list_set(%s, 'block', 'customer', 'shady')", [scenario.tenant])
    owner.execute("SELECT ops.fraud_rule_set(%s, 'blocklist', p_weight => 60)", [scenario.tenant])
    request = {
        "amount": 10_000,
        "currency": "usd",
        "orderId": "o1",
        "customerId": "shady",
        "splits": HALVES,
    }
    payment = payment_of(scenario.ask("payments_create", request)["operation"])
    scenario.finish(payment.operation, succeeded(payment.object("requires_capture")))
    return payment


def opened(payment: Payment) -> Json:
    """The news that Stripe looks into a payment."""
    found = {
        "id": f"prv_{payment.id.hex}",
        "object": "review",
        "payment_intent": payment.intent,
        "charge": payment.charge,
        "open": True,
        "reason": "rule",
    }
    return event("review.opened", found)


def settled_in_review(sessions: Sessions) -> Payment:
    """A captured payment that Stripe looks into; its transfers are held."""
    payment = sessions.scenario.settled_payment(10_000, HALVES)
    assert sessions.scenario.apply(opened(payment)) == "done"
    return payment


def disable_payee(sessions: Sessions, session: Connection) -> None:
    """Have a person look at the venue."""
    session.execute(
        "SELECT ops.payee_disable(%s, 'venue', 'v1', 'bank account in doubt')",
        [sessions.scenario.tenant],
    )


def review_of(sessions: Sessions) -> uuid.UUID:
    """The newest review of the tenant."""
    query = "SELECT id FROM payments.reviews WHERE tenant_id = %s ORDER BY created_at DESC LIMIT 1"
    found: uuid.UUID = sessions.scenario.read(query, sessions.scenario.tenant)[0]["id"]
    return found


def statuses(sessions: Sessions) -> list[str]:
    """Status of each review, sorted."""
    query = "SELECT status FROM payments.reviews WHERE tenant_id = %s ORDER BY 1"
    return [row["status"] for row in sessions.scenario.read(query, sessions.scenario.tenant)]


def decide(
    sessions: Sessions, decision: str, on: Connection, review: uuid.UUID, key: str | None = None
) -> Json:
    """A person's decision through the API."""
    return sessions.scenario.ask(
        "review_decide", {"note": "looked"}, key, on=on, review_id=review, decision=decision
    )


def operator(sessions: Sessions) -> Connection:
    """Another person's connection to `ops`."""
    return sessions.scenarios.connect(sessions.scenario.database.superuser_url)


def unresolved(sessions: Sessions) -> list[tuple[str, list[str]]]:
    """Kind and holds of each operation that is not over."""
    query = (
        "SELECT kind, holds FROM payments.stripe_operations"
        " WHERE tenant_id = %s AND outcome IS NULL ORDER BY kind, holds"
    )
    rows = sessions.scenario.read(query, sessions.scenario.tenant)
    return [(row["kind"], row["holds"]) for row in rows]


def kinds(sessions: Sessions) -> Counter[str]:
    """How many operations of each kind are not over."""
    return Counter(kind for kind, _ in unresolved(sessions))


def calm(sessions: Sessions) -> None:
    """No money rule is broken."""
    assert sessions.scenario.violations() == []


# ── two people ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "second", "captured"),
    [
        (APPROVE, APPROVE, True),
        (APPROVE, REJECT, True),
        (REJECT, APPROVE, True),
        (APPROVE, REJECT, False),
        (REJECT, APPROVE, False),
    ],
)
def test_of_two_decisions_the_first_is_carried_out(
    sessions: Sessions,
    first: str,
    second: str,
    captured: bool,  # noqa: FBT001
) -> None:
    """The second waits for the payment, is refused, and leaves nothing: no call, no key."""
    if captured:
        settled_in_review(sessions)
    else:
        suspicious_payment(sessions)
    review = review_of(sessions)
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        assert decide(sessions, first, one, review)["status"] == 200
        waiting = sessions.start(
            lambda: outcome(lambda: decide(sessions, second, other, review, "second"))
        )
        sessions.await_blocked(other)
    assert sqlstate(waiting.result()) == WRONG_STATE
    assert statuses(sessions) == [first]
    expected = {
        (APPROVE, True): [("transfer", []), ("transfer", [])],
        (REJECT, True): [("refund", []), ("transfer", ["review"]), ("transfer", ["review"])],
        (APPROVE, False): [("capture", [])],
        (REJECT, False): [("cancel", [])],
    }
    assert unresolved(sessions) == expected[first, captured]
    kept = "SELECT FROM payments.idempotency_keys WHERE idempotency_key = 'second'"
    assert sessions.scenario.read(kept) == []
    calm(sessions)


def test_many_decisions_at_once_are_one(sessions: Sessions) -> None:
    """Eight approvals and eight rejections, each with its own key: one counts."""
    settled_in_review(sessions)
    review = review_of(sessions)
    works = [
        partial(decide, sessions, decision, sessions.open(), review)
        for decision in (APPROVE, REJECT) * 8
    ]
    results = sessions.together(works)
    assert Counter(sqlstate(result) for result in results) == {None: 1, WRONG_STATE: 15}
    assert kinds(sessions)["refund"] == statuses(sessions).count(REJECT)
    calm(sessions)


def test_one_decision_sent_twice_is_answered_twice(sessions: Sessions) -> None:
    """The same key at the same moment: the second waits and gets the first one's answer."""
    settled_in_review(sessions)
    review = review_of(sessions)
    one, other = sessions.open(), sessions.open()
    with sessions.held(one):
        told = decide(sessions, REJECT, one, review, "k")
        waiting = sessions.start(lambda: decide(sessions, REJECT, other, review, "k"))
        sessions.await_blocked(other)
    again = waiting.result()
    assert (again["body"], again["replayed"]) == (told["body"], True)
    assert kinds(sessions)["refund"] == 1


def test_a_person_at_the_api_and_one_in_ops_decide_once(sessions: Sessions) -> None:
    """ops.review_reject waits for the API's approval, and is refused."""
    suspicious_payment(sessions)
    review = review_of(sessions)
    one, person = sessions.open(), operator(sessions)

    def reject() -> Any:
        query = "SELECT ops.review_reject(%s, %s, 'stolen card')"
        return person.execute(query, [sessions.scenario.tenant, review]).fetchone()

    with sessions.held(one):
        decide(sessions, APPROVE, one, review)
        waiting = sessions.start(lambda: outcome(reject))
        sessions.await_blocked(person)
    assert sqlstate(waiting.result()) == WRONG_STATE
    assert kinds(sessions) == {"capture": 1}


# ── the customer ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("decision", [APPROVE, REJECT])
@SIDES
def test_a_decision_and_the_customers_cancel_make_one_call_at_a_time(
    sessions: Sessions, first: str, decision: str
) -> None:
    """Behind a decision the cancel is refused; behind a cancel the decision's call waits for it."""
    payment = suspicious_payment(sessions)
    review = review_of(sessions)
    scenario = sessions.scenario
    one, other = sessions.open(), sessions.open()

    def cancel(session: Connection) -> Json:
        return scenario.ask("payment_cancel", {}, on=session, payment_id=payment.id)

    def judge(session: Connection) -> Json:
        return decide(sessions, decision, session, review)

    leads, follows = (judge, cancel) if first == "review" else (cancel, judge)
    with sessions.held(one):
        told = leads(one)
        waiting = sessions.start(lambda: outcome(lambda: follows(other)))
        sessions.await_blocked(other)
    if first == "review":
        assert sqlstate(waiting.result()) == WRONG_STATE
        assert kinds(sessions) == {"capture" if decision == APPROVE else "cancel": 1}
    else:
        assert sqlstate(waiting.result()) is None
        assert scenario.claim() == [], "one call on the payment at a time"
        scenario.finish(told["operation"], succeeded(payment.object("canceled")))
        gone = {"outcome": "failed", "httpStatus": 400, "code": "payment_intent_unexpected_state"}
        scenario.owner.execute("SELECT ops.clock_advance(2)")
        late = scenario.fence(scenario.claim())
        scenario.finish_all([(operation, gone) for operation in late])
        [row] = scenario.read("SELECT status FROM payments.payment_transactions")
        assert row == {"status": "canceled"}
        assert unresolved(sessions) == []
    calm(sessions)


@SIDES
def test_a_payment_that_ends_meanwhile_has_nothing_to_decide(
    sessions: Sessions, first: str
) -> None:
    """Stripe lets the hold lapse at the moment of the approval: the first to lock the payment."""
    payment = suspicious_payment(sessions)
    review = review_of(sessions)
    lapsed = event("payment_intent.canceled", payment.object("canceled"))
    one, other = sessions.open(), sessions.open()

    def judge(session: Connection) -> Any:
        return decide(sessions, APPROVE, session, review)

    def lapse(session: Connection) -> Any:
        return sessions.scenario.apply(lapsed, on=session)

    leads, follows = (judge, lapse) if first == "review" else (lapse, judge)
    with sessions.held(one):
        leads(one)
        waiting = sessions.start(lambda: outcome(lambda: follows(other)))
        sessions.await_blocked(other)
    refused = sqlstate(waiting.result()) == WRONG_STATE
    assert refused == (first == "other")
    assert statuses(sessions) == [APPROVE if first == "review" else "canceled"]
    assert kinds(sessions)["capture"] == (first == "review")
    calm(sessions)


# ── the bank ──────────────────────────────────────────────────────────────────────────────────


def dispute(payment: Payment) -> Json:
    """The news of a chargeback."""
    found = {
        "id": f"du_{payment.id.hex}",
        "object": "dispute",
        "payment_intent": payment.intent,
        "charge": payment.charge,
        "amount": payment.amount,
        "currency": "usd",
        "status": "needs_response",
        "balance_transactions": [],
        "evidence_details": {"due_by": 4_102_444_800, "submission_count": 0},
    }
    return event("charge.dispute.created", found)


@pytest.mark.parametrize("kind", ["fraud", "aml"])
@SIDES
def test_a_rejection_and_a_dispute_take_the_money_once(
    sessions: Sessions, first: str, kind: str
) -> None:
    """A refund reserved first stays; a dispute first, and the rejection is refused."""
    scenario = sessions.scenario
    if kind == "aml":
        scenario.owner.execute(
            "SELECT ops.aml_limit_set(%s, 'usd', p_day => 100)", [scenario.tenant]
        )
        request = {"amount": 10_000, "currency": "usd", "orderId": "o1", "customerId": "c1"}
        payment = payment_of(
            scenario.ask("payments_create", {**request, "splits": HALVES})["operation"]
        )
        scenario.finish(payment.operation, succeeded(payment.object("requires_capture")))
        charged = event("payment_intent.succeeded", payment.object("succeeded"))
        assert scenario.apply(charged) == "done"
    else:
        payment = settled_in_review(sessions)
    review = review_of(sessions)
    one, other = sessions.open(), sessions.open()

    def judge(session: Connection) -> Any:
        return decide(sessions, REJECT, session, review)

    def complain(session: Connection) -> Any:
        return scenario.apply(dispute(payment), on=session)

    leads, follows = (judge, complain) if first == "review" else (complain, judge)
    with sessions.held(one):
        leads(one)
        waiting = sessions.start(lambda: outcome(lambda: follows(other)))
        sessions.await_blocked(other)
    if first == "review":
        assert waiting.result() == "done"
        assert statuses(sessions) == [REJECT]
        assert kinds(sessions)["refund"] == 1
    else:
        refused = {"fraud": WRONG_STATE, "aml": NOT_REFUNDABLE}[kind]
        assert sqlstate(waiting.result()) == refused
        assert statuses(sessions) == ["canceled" if kind == "fraud" else "open"]
        assert kinds(sessions)["refund"] == 0
    assert all("dispute" in holds for what, holds in unresolved(sessions) if what == "transfer")
    calm(sessions)


# ── paying out ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["payment", "payee"])
@SIDES
def test_what_is_planned_while_a_review_opens_is_held(
    sessions: Sessions, first: str, kind: str
) -> None:
    """Settlement plans transfers, a review holds them: in either order they are held."""
    scenario = sessions.scenario
    payment = scenario.open_payment(splits=HALVES[:1])
    paid = event("payment_intent.succeeded", payment.object("succeeded"))
    service, person = sessions.open(), operator(sessions)

    def settle() -> Any:
        return scenario.apply(paid, on=service)

    def look() -> Any:
        if kind == "payee":
            return disable_payee(sessions, person)
        return scenario.apply(opened(payment), on=person)

    one, other = (person, service) if first == "review" else (service, person)
    leads, follows = (look, settle) if first == "review" else (settle, look)
    with sessions.held(one):
        leads()
        waiting = sessions.start(follows)
        sessions.await_blocked(other)
    waiting.result()
    hold = "review" if kind == "payment" else "payee_review"
    assert unresolved(sessions) == [("transfer", [hold])]
    assert scenario.claim() == []
    calm(sessions)


def hold(sessions: Sessions, reason: str, payment: Payment, on: Connection) -> None:
    """Have a payment, its payee or the bank hold what was not paid out."""
    if reason == "payee_review":
        disable_payee(sessions, on)
    else:
        news = opened(payment) if reason == "review" else dispute(payment)
        assert sessions.scenario.apply(news, on=on) == "done"


HOLDS = pytest.mark.parametrize("reason", ["review", "dispute", "payee_review"])


@HOLDS
def test_a_transfer_leased_and_not_sent_is_taken_back(sessions: Sessions, reason: str) -> None:
    """Its worker does not pass the fence any more, and nobody claims it while it is held."""
    scenario = sessions.scenario
    payment = scenario.settled_payment(10_000, HALVES[:1])
    [leased] = scenario.lease()
    hold(sessions, reason, payment, operator(sessions))
    assert scenario.fence([leased]) == []
    assert unresolved(sessions) == [("transfer", [reason])]
    assert scenario.claim() == []
    calm(sessions)


@HOLDS
def test_a_fence_before_a_hold_is_a_transfer_that_was_sent(sessions: Sessions, reason: str) -> None:
    """The hold waits for the fence: what is on its way cannot be called back."""
    scenario = sessions.scenario
    payment = scenario.settled_payment(10_000, HALVES[:1])
    [leased] = scenario.lease()
    worker, person = sessions.open(), operator(sessions)
    with sessions.held(worker):
        assert scenario.fence([leased], on=worker) == [leased]
        waiting = sessions.start(lambda: hold(sessions, reason, payment, person))
        sessions.await_blocked(person)
    waiting.result()
    assert unresolved(sessions) == [("transfer", [])]


@HOLDS
@pytest.mark.parametrize(
    ("first", "result"), [("hold", REFUSAL), ("answer", UNREAD)], ids=["hold-refused", "unread"]
)
def test_a_transfer_that_comes_back_unpaid_is_held(
    sessions: Sessions, reason: str, first: str, result: Json
) -> None:
    """Stripe turned it away while the hold began: in either order it is not sent again."""
    scenario = sessions.scenario
    payment = scenario.settled_payment(10_000, HALVES[:1])
    [sent] = scenario.fence(scenario.claim())
    worker, person = sessions.open(), operator(sessions)

    def answer() -> Any:
        told = {"operationId": sent["id"], "leaseEpoch": sent["leaseEpoch"], "result": result}
        return scenario.call("results_record", on=worker, results=Jsonb([told]))

    def begin() -> None:
        hold(sessions, reason, payment, person)

    one, other = (person, worker) if first == "hold" else (worker, person)
    leads, follows = (begin, answer) if first == "hold" else (answer, begin)
    with sessions.held(one):
        leads()
        waiting = sessions.start(follows)
        sessions.await_blocked(other)
    waiting.result()
    assert unresolved(sessions) == [("transfer", [reason])]
    scenario.owner.execute("SELECT ops.clock_advance(86400)")
    assert scenario.claim() == []
    calm(sessions)


@pytest.mark.parametrize("reason", ["dispute", "payee_review"])
def test_a_failed_transfer_revived_by_hand_is_held(sessions: Sessions, reason: str) -> None:
    """What an operator retries is not paid out past a review or a dispute."""
    scenario = sessions.scenario
    payment = scenario.settled_payment(10_000, HALVES[:1])
    for _ in range(5):
        scenario.owner.execute("SELECT ops.clock_advance(90000)")
        [sent] = scenario.fence(scenario.claim())
        scenario.finish_all([(sent, {"outcome": "failed", "httpStatus": 400, "code": "odd"})])
    person = operator(sessions)
    retrier = operator(sessions)
    with sessions.held(person):
        hold(sessions, reason, payment, person)
        query = "SELECT ops.operation_retry(%s, %s)"
        values = [scenario.tenant, uuid.UUID(sent["id"])]
        waiting = sessions.start(lambda: retrier.execute(query.encode(), values))
        sessions.await_blocked(retrier)
    waiting.result()
    assert unresolved(sessions) == [("transfer", [reason])]
    assert scenario.claim() == []
    calm(sessions)


# ── screening ─────────────────────────────────────────────────────────────────────────────────


def listed(entry: str) -> list[Json]:
    """A list with one name, the venue's."""
    name = {"name": "SMITH, John", "transliterated": "SMITH, John"}
    return [{"entryId": entry, "place": 0, "listedAs": "sanction", "note": "", **name}]


def publish(sessions: Sessions, entry: str) -> None:
    """Put a list with one name in force."""
    owner = sessions.scenario.owner
    [version] = owner.execute(
        "SELECT ops.sanctions_begin('ofac', %s)", [entry.encode()]
    ).fetchone() or (None,)
    owner.execute("SELECT ops.sanctions_add(%s, %s)", [version, Jsonb(listed(entry))])
    owner.execute("SELECT ops.sanctions_activate(%s)", [version])


def screen(sessions: Sessions, session: Connection) -> dict[str, int]:
    """Screen all payees; return how many came out how."""
    query = "SELECT decision, accounts FROM ops.accounts_screen(%s)"
    return dict(session.execute(query, [sessions.scenario.tenant]).fetchall())


def name_venue(sessions: Sessions) -> None:
    """Give the venue a name, and it something to be paid."""
    sessions.scenario.owner.execute(
        "UPDATE payments.connected_accounts SET business_name = 'John Smith'"
        " WHERE tenant_id = %s AND recipient_id = 'v1'",
        [sessions.scenario.tenant],
    )
    sessions.scenario.settled_payment(10_000, HALVES[:1])


@SIDES
def test_an_approval_does_not_outrun_a_new_screening(sessions: Sessions, first: str) -> None:
    """Another list names the payee while the first review is approved: it stays held."""
    name_venue(sessions)
    publish(sessions, "1")
    assert screen(sessions, sessions.scenario.owner) == {"review": 1}
    review = review_of(sessions)
    publish(sessions, "2")
    service, person = sessions.open(), operator(sessions)

    def judge() -> Any:
        return decide(sessions, APPROVE, service, review)

    def look() -> Any:
        return screen(sessions, person)

    one, other = (service, person) if first == "review" else (person, service)
    leads, follows = (judge, look) if first == "review" else (look, judge)
    with sessions.held(one):
        leads()
        waiting = sessions.start(follows)
        sessions.await_blocked(other)
    waiting.result()
    assert statuses(sessions) == [APPROVE, "open"]
    assert unresolved(sessions) == [("transfer", ["payee_review"])]
    calm(sessions)


def test_two_screenings_of_a_payee_ask_once(sessions: Sessions) -> None:
    """The second waits for the payee, and finds that somebody is looking already."""
    name_venue(sessions)
    publish(sessions, "1")
    one, other = operator(sessions), operator(sessions)
    with sessions.held(one):
        assert screen(sessions, one) == {"review": 1}
        waiting = sessions.start(lambda: screen(sessions, other))
        sessions.await_blocked(other)
    assert waiting.result() == {"clear": 1}
    assert statuses(sessions) == ["open"]


def test_a_list_that_is_put_in_force_during_a_screening_is_in_it_or_not(
    sessions: Sessions,
) -> None:
    """A screening names the version it compared with; the switch is seen at its commit."""
    name_venue(sessions)
    publish(sessions, "1")
    switcher, person = operator(sessions), operator(sessions)
    with sessions.held(switcher):
        [version] = switcher.execute("SELECT ops.sanctions_begin('ofac', 'two')").fetchone() or (
            None,
        )
        switcher.execute("SELECT ops.sanctions_add(%s, %s)", [version, Jsonb(listed("2"))])
        switcher.execute("SELECT ops.sanctions_activate(%s)", [version])
        assert screen(sessions, person) == {"review": 1}
    assert screen(sessions, person) == {"review": 1}
    query = "SELECT findings #>> '{0,entry_id}' AS e FROM payments.aml_screenings ORDER BY 1"
    assert [row["e"] for row in sessions.scenario.read(query)] == ["1", "2"]


def test_two_imports_at_once_leave_one_list_in_force(sessions: Sessions) -> None:
    """The second switch waits for the first; the last one counts, and its names are there."""
    one, other = operator(sessions), operator(sessions)
    versions = []
    for entry, session in (("1", one), ("2", other)):
        [version] = session.execute(
            "SELECT ops.sanctions_begin('ofac', %s)", [entry.encode()]
        ).fetchone() or (None,)
        session.execute("SELECT ops.sanctions_add(%s, %s)", [version, Jsonb(listed(entry))])
        versions.append(version)
    query = "SELECT ops.sanctions_activate(%s)"
    with sessions.held(one):
        one.execute(query, [versions[0]])
        waiting = sessions.start(lambda: other.execute(query, [versions[1]]))
        sessions.await_blocked(other)
    waiting.result()
    names = (
        "SELECT e.entry_id FROM payments.sanctions_entries AS e"
        " JOIN payments.sanctions_lists AS l USING (version_id)"
    )
    assert sessions.scenario.read(names) == [{"entry_id": "2"}]


# ── rules and settings ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "change",
    [
        "ops.fraud_rule_set(%s, 'velocity_ip', p_threshold => %s)",
        "ops.fraud_scores_set(%s, %s, 100)",
        "ops.aml_limit_set(%s, 'usd', p_day => %s)",
    ],
)
def test_changes_of_rules_at_once_are_versions_of_their_own(
    sessions: Sessions, change: str
) -> None:
    """Eight people who change a rule at once: eight versions, none lost, none twice."""
    people = [operator(sessions) for _ in range(8)]

    def alter(person: Connection, value: int) -> int:
        query = f"SELECT {change}".encode()
        row = person.execute(query, [sessions.scenario.tenant, value]).fetchone()
        assert row is not None
        return int(row[0])

    works = [partial(alter, person, 11 + n) for n, person in enumerate(people)]
    results = sessions.together(works)
    assert not [result for result in results if isinstance(result, psycopg.Error)]
    versions = sorted(int(str(result)) for result in results)
    assert versions == list(range(versions[0], versions[0] + 8))


def test_a_change_of_one_rule_keeps_the_change_of_another(sessions: Sessions) -> None:
    """The second waits for the tenant and starts from the first one's version."""
    one, other = operator(sessions), operator(sessions)
    query = "SELECT ops.fraud_rule_set(%s, %s, p_weight => %s)"
    tenant = sessions.scenario.tenant
    with sessions.held(one):
        one.execute(query, [tenant, "velocity_ip", 41])
        waiting = sessions.start(lambda: other.execute(query, [tenant, "velocity_card", 42]))
        sessions.await_blocked(other)
    waiting.result()
    weights = (
        "SELECT name, weight FROM payments.fraud_rules WHERE tenant_id = %s"
        " AND version = (SELECT max(version) FROM payments.fraud_rules WHERE tenant_id = %s)"
        " AND name IN ('velocity_ip', 'velocity_card') ORDER BY 1"
    )
    rows = sessions.scenario.read(weights, tenant, tenant)
    assert rows == [
        {"name": "velocity_card", "weight": 42},
        {"name": "velocity_ip", "weight": 41},
    ]
