"""Invariants: the continuous check, among transactions that are still running."""

from app.worker.periodic.invariants import CHANGES_A_SLICE
from tests.support.scenario import HALVES, Connection, Payment, Scenario, succeeded
from tests.support.sessions import Sessions
from tests.support.waiting import until

PLANT = """
    UPDATE payments.payment_splits SET amount = amount + 1
     WHERE tenant_id = %s AND payment_id = %s AND recipient_type = 'platform'
"""
CHECKED = """
    SELECT NOT EXISTS (SELECT FROM payments.ledger_postings AS p
                        WHERE p.tenant_id = k.tenant_id AND p.posted_xid >= k.checked_xid)
       AND NOT EXISTS (SELECT FROM payments.payment_marks AS m WHERE m.tenant_id = k.tenant_id)
      FROM payments.violation_checks AS k WHERE k.tenant_id = %s
"""
BREACHES = 2
"""M03 and M04 of each payment whose platform share is off by one."""


def check(scenario: Scenario, *, on: Connection | None = None) -> tuple[int, int]:
    """One slice; how many payments it looked at, and the breaches known then."""
    row = scenario.call("violations_check", on=on, limit=CHANGES_A_SLICE)[0]
    return row["checked"], row["violations"]


def broken_payment(scenario: Scenario) -> Payment:
    """A settled payment with a breach that nothing has touched since."""
    payment = scenario.settled_payment(10_000, HALVES)

    def checked() -> bool:
        # Nothing looked at is no proof: somebody else's transaction may hold the check back.
        check(scenario)
        row = scenario.owner.execute(CHECKED.encode(), [scenario.tenant]).fetchone()
        return row == (True,)

    until(checked, "its settlement checked")
    with scenario.owner.transaction():
        scenario.owner.execute("SET LOCAL session_replication_role = replica")
        scenario.owner.execute(PLANT.encode(), [scenario.tenant, payment.id])
    return payment


def refund(scenario: Scenario, payment: Payment, *, on: Connection | None = None) -> None:
    """Ask for a refund of it: changes the payment without a posting."""
    scenario.ask("refund_create", {"paymentId": str(payment.id), "amount": 1}, on=on)


def test_a_late_commit_is_never_lost_by_the_check(sessions: Sessions) -> None:
    """A change of an older transaction that commits after a check is seen by a later one."""
    scenario = sessions.scenario
    late, quick = broken_payment(scenario), scenario.settled_payment(10_000, HALVES)
    older = sessions.open()
    with sessions.held(older):
        refund(scenario, late, on=older)
        refund(scenario, quick)
        check(scenario)
        assert check(scenario)[1] == 0
    until(lambda: check(scenario)[1] == BREACHES, "the late commit's payment found broken")
    assert {row["object_id"] for row in scenario.violations()} == {str(late.id)}


def test_a_posting_that_commits_late_is_checked(sessions: Sessions) -> None:
    """The same for a change that posts."""
    scenario = sessions.scenario
    late, quick = scenario.payment(10_000, HALVES), scenario.payment(10_000, HALVES)
    older = sessions.open()
    with sessions.held(older):
        scenario.finish(late.operation, succeeded(late.object("succeeded")), on=older)
        scenario.finish(quick.operation, succeeded(quick.object("succeeded")))
        seen = check(scenario)[0] + check(scenario)[0]
    assert seen == 0
    looked_at = 0

    def both() -> bool:
        nonlocal looked_at
        looked_at += check(scenario)[0]
        return looked_at >= len((late, quick))

    until(both, "both payments looked at")
    assert scenario.violations() == []


def test_two_checks_at_once_do_not_wait_for_each_other(sessions: Sessions) -> None:
    """The second goes away with what is known; nobody's check is done twice."""
    scenario = sessions.scenario
    scenario.settled_payment(10_000, HALVES)
    check(scenario)
    first = sessions.open()
    with sessions.held(first):
        check(scenario, on=first)
        assert check(scenario) == (0, 0)


def test_a_check_holds_up_no_payment(sessions: Sessions) -> None:
    """While a check runs, the payments that it looks at are settled, refunded and marked."""
    scenario = sessions.scenario
    payment, other = scenario.settled_payment(10_000, HALVES), scenario.payment(500, HALVES)
    refund(scenario, payment)
    first = sessions.open()
    with sessions.held(first):
        check(scenario, on=first)
        refund(scenario, payment)
        scenario.finish(other.operation, succeeded(other.object("succeeded")))
    assert scenario.violations() == []
