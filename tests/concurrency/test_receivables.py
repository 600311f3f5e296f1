"""Receivables are collected once: kept back from a transfer, or reversed later."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.scenario import (
    HALVES,
    Connection,
    Json,
    Payment,
    Scenario,
    share,
    succeeded,
    transfer_object,
)
from tests.support.sessions import Sessions

DEBT = """
    SELECT amount, amount_netted AS netted, amount_reversing AS reversing,
           amount_reversed AS reversed
      FROM payments.receivables WHERE tenant_id = %s
"""
DUE = "UPDATE payments.receivables SET next_retry_at = '-infinity' WHERE tenant_id = %s"
HALF = [share("venue", "v1", basisPoints=5000)]
OWED = 5000
"""The venue's half of a payment that was refunded whole."""


def short(code: str = "balance_insufficient") -> Json:
    """Stripe's refusal of a reversal that the payee's balance does not cover."""
    return {"outcome": "failed", "httpStatus": 400, "code": code, "message": "too little"}


def carry(scenario: Scenario, answers: dict[str, Any]) -> None:
    """Carry whatever is due, kind by kind, as `answers` says."""
    while operations := scenario.fence(scenario.claim()):
        scenario.finish_all([(o, answers[o["kind"]](o)) for o in operations])


def reversed_object(operation: Json) -> Json:
    """Stripe's answer to a reversal that went well."""
    request = operation["request"]
    found = {"id": f"trr_{operation['id']}", "transfer": request["target"], **request["params"]}
    return succeeded(found)


def refunded_object(operation: Json) -> Json:
    """Stripe's answer to a refund that went well."""
    params = operation["request"]["params"]
    return succeeded({"id": f"re_{operation['id']}", "status": "succeeded", **params})


def paid_object(operation: Json) -> Json:
    """Stripe's answer to a transfer that went well."""
    return succeeded(transfer_object(operation))


ANSWERS: dict[str, Any] = {"transfer": paid_object, "refund": refunded_object}


LOCK = """
    SELECT d.id FROM payments.receivables AS d
      JOIN payments.connected_accounts AS a USING (tenant_id, recipient_type, recipient_id)
     WHERE d.tenant_id = %s ORDER BY a.id OFFSET %s LIMIT 1 FOR UPDATE OF d NOWAIT
"""
"""The debt of one payee, counted in the order of accounts."""


def payees_owe(scenario: Scenario, splits: list[Json] = HALF) -> None:
    """All that they got, the venue OWED, and it is time to ask for it again."""
    payment = scenario.settled_payment(10_000, splits)
    carry(scenario, ANSWERS)
    operation = scenario.ask("refund_create", {"paymentId": str(payment.id)})["operation"]
    scenario.finish(operation, refunded_object(operation))
    carry(scenario, ANSWERS | {"reversal": lambda _: short()})
    scenario.owner.execute(DUE.encode(), [scenario.tenant])


def debt(scenario: Scenario) -> Json:
    """The venue's debt."""
    (row,) = scenario.read(DEBT, scenario.tenant)
    return row


def settle(scenario: Scenario, payment: Payment, *, on: Connection | None = None) -> None:
    """Another payment of the venue settles, and keeps back what it owes."""
    scenario.finish(payment.operation, succeeded(payment.object("succeeded")), on=on)


@pytest.mark.parametrize("first", ["netted", "reversed"])
def test_of_netting_and_reversing_the_first_collects(sessions: Sessions, first: str) -> None:
    """The one that comes second waits, and then finds nothing left to collect."""
    scenario = sessions.scenario
    payees_owe(scenario)
    later = scenario.payment(20_000, HALF)
    one, two = sessions.open(), sessions.open()
    works: dict[str, Callable[[Connection], Any]] = {
        "netted": lambda on: settle(scenario, later, on=on),
        "reversed": lambda on: scenario.call("receivable_retry", on=on),
    }
    second = "reversed" if first == "netted" else "netted"
    with sessions.held(one):
        works[first](one)
        waiting = sessions.start(lambda: works[second](two))
        sessions.await_blocked(two)
    waiting.result()
    found = debt(scenario)
    assert (found["netted"], found["reversing"]) == ((OWED, 0) if first == "netted" else (0, OWED))
    assert scenario.violations() == []
    carry(scenario, ANSWERS | {"reversal": reversed_object})
    assert sum(debt(scenario)[name] for name in ("netted", "reversed")) == OWED
    assert scenario.violations() == []


def test_two_workers_ask_once(sessions: Sessions) -> None:
    """Both find the debt due; one reversal is asked for."""
    scenario = sessions.scenario
    payees_owe(scenario)
    asking = [sessions.open() for _ in range(4)]
    sessions.together([lambda on=on: scenario.call("receivable_retry", on=on) for on in asking])  # type: ignore[misc]
    venue = debt(scenario)
    assert (venue["reversing"], venue["netted"]) == (OWED, 0)
    amounts = [
        o["request"]["params"]["amount"] for o in scenario.claim() if o["kind"] == "reversal"
    ]
    assert amounts.count(OWED) == 1
    assert scenario.violations() == []


def test_debts_of_several_payees_are_locked_in_one_order(sessions: Sessions) -> None:
    """Whatever the order of the splits: who waits for one debt holds no other one."""
    scenario = sessions.scenario
    payees_owe(scenario, HALVES)
    later = [scenario.payment(10_000, splits) for splits in (HALVES, HALVES[::-1])]
    settling = [sessions.open() for _ in later]
    with scenario.owner.transaction():
        scenario.read(LOCK, scenario.tenant, 0)
        waiting = [
            sessions.start(lambda payment=payment, on=on: settle(scenario, payment, on=on))  # type: ignore[misc]
            for payment, on in zip(later, settling, strict=True)
        ]
        sessions.await_blocked(*settling)
        assert scenario.read(LOCK, scenario.tenant, 1)
    for done in waiting:
        done.result()
    assert scenario.violations() == []
