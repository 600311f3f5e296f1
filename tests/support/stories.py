"""Stories that bring each kind of work about: first what it needs, then the one request or fact.

A story is prepared with a sound web and worker and told once per crash, each time with a subject of
its own, so that every armed point is met by work that has not met it yet.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.stack import PAYEES, TENANT, Json, Reply, Stack
from tests.support.waiting import until

HELD = {"recipientType": PAYEES[0][0], "recipientId": PAYEES[0][1]}
DISPUTED = "pm_card_createDispute"
PAYMENTS = "/api/v1/payments"
HOUR = 3600

Subject = Any
Tell = Callable[..., Any]
"""Of the stack, a subject and, when it is a request, its key."""


@dataclass(frozen=True)
class Story:
    """One way for work to come about.

    Attributes:
        prepare: makes as many subjects as asked for.
        tell: does what makes the work due.
    """

    prepare: Callable[[Stack, int], list[Subject]]
    tell: Tell


# ── what it needs ─────────────────────────────────────────────────────────────────────────────


def sold(stack: Stack, number: int, card: str = "pm_card_visa", **more: Any) -> list[Json]:
    """Paid orders whose payees have their money, as far as they get any."""
    orders = [stack.order_until_done(name, name, **more) for name in nothing(stack, number)]
    for order in orders:
        stack.pay(order["stripePaymentIntentId"], card)
    until(lambda: all(settled(stack, one) for one in orders), "settled payments")
    stack.until_idle()
    return orders


def settled(stack: Stack, payment: Json) -> bool:
    """Whether a payment's money is ours, or at least kept for us."""
    status = stack.ask("GET", f"{PAYMENTS}/{payment['id']}").body["status"]
    return status in {"succeeded", "requires_capture"}


def resold(stack: Stack, number: int, **terms: Any) -> list[str]:
    """Escrows that hold the venue's share."""
    payments = sold(stack, number, escrow=HELD | terms)
    documents = [stack.ask("GET", f"{PAYMENTS}/{one['id']}").body for one in payments]
    return [document["escrows"][0]["id"] for document in documents]


def disputed(stack: Stack, number: int) -> list[str]:
    """Disputes that wait for our evidence, of payments that were paid out before."""
    payments = sold(stack, number)
    for payment in payments:
        contest(stack, payment)
    return [dispute_of(stack, payment) for payment in payments]


def dispute_of(stack: Stack, payment: Json) -> str:
    """Our id of a payment's dispute, once we know of it."""
    path = f"/api/v1/disputes?paymentId={payment['id']}"
    until(lambda: bool(stack.ask("GET", path).body["data"]), "a dispute")
    return str(stack.ask("GET", path).body["data"][0]["id"])


def kept(stack: Stack, number: int) -> list[Json]:
    """Authorised payments, to be captured or canceled."""
    return sold(stack, number, captureMethod="manual")


def doubtful(stack: Stack, number: int) -> list[str]:
    """Reviews of authorised payments whose customers somebody has pointed at."""
    rule = "SELECT ops.fraud_rule_set(%s, 'blocklist', p_weight => 50)"
    stack.database.execute(rule, TENANT)
    pointed_at = "SELECT ops.fraud_list_set(%s, 'block', 'customer', %s)"
    reviews = []
    for name in nothing(stack, number):
        stack.database.execute(pointed_at, TENANT, name)
        [payment] = sold(stack, 1, customerId=name)
        found = stack.ask("GET", f"/api/v1/reviews?paymentId={payment['id']}").body
        reviews.append(found["data"][0]["id"])
    return reviews


def sold_for_the_platform(stack: Stack, number: int) -> list[Json]:
    """Distributions that can be asked for, of paid orders without payees."""
    kind, name = PAYEES[0]
    account = "SELECT stripe_account_id FROM payments.connected_accounts WHERE recipient_id = %s"
    [(payee,)] = stack.database.execute(account, name)
    part = {
        "stripeAccountId": payee,
        "amount": 7_001,
        "recipientType": kind,
        "recipientId": name,
    }
    return [
        {
            "orderId": payment["orderId"],
            "paymentIntentId": payment["stripePaymentIntentId"],
            "chargeId": charge_of(stack, payment),
            "totalAmount": payment["amount"],
            "transfers": [part],
        }
        for payment in sold(stack, number, splits=[])
    ]


def nothing(_stack: Stack, number: int) -> list[str]:
    """Names, for what needs no preparation."""
    return [f"{secrets.token_hex(3)}-{index}" for index in range(number)]


def resold_on_condition(stack: Stack, number: int) -> list[str]:
    """Escrows that wait for a scan."""
    return resold(stack, number, conditions=["scanned"])


def resold_for_a_while(stack: Stack, number: int) -> list[str]:
    """Escrows that end by themselves after an hour."""
    [(soon,)] = stack.database.execute("SELECT payments.clock() + interval '1 hour'")
    return resold(stack, number, holdUntil=soon.isoformat())


def payees(stack: Stack, number: int) -> list[str]:
    """Accounts that are open at Stripe."""
    return [welcome(stack, name).body["id"] for name in nothing(stack, number)]


def events_sold(stack: Stack, number: int) -> list[str]:
    """Events with two paid orders each."""
    names = [f"gig-{name}" for name in nothing(stack, number)]
    for name in names:
        sold(stack, 2, eventId=name)
    return names


# ── what happens ──────────────────────────────────────────────────────────────────────────────


def contest(stack: Stack, payment: Json, **more: Any) -> Json:
    """The bank takes a payment's money back for now."""
    found: Json = stack.control("POST", f"charges/{charge_of(stack, payment)}/dispute", more)
    return found


def charge_of(stack: Stack, payment: Json) -> str:
    """Stripe's id of the charge of a payment."""
    rows = stack.database.execute(
        "SELECT latest_charge_id FROM payments.payment_intents WHERE id = %s", payment["id"]
    )
    return str(rows[0][0])


def refund(stack: Stack, payment: Json, key: str | None = None) -> Reply:
    """Give a buyer part of the price back."""
    body = {"paymentId": payment["id"], "reason": "other", "amount": 3_333}
    return stack.ask("POST", "/api/v1/refunds", body, key)


def release(stack: Stack, escrow: str, key: str | None = None) -> Reply:
    """Pay held money out."""
    path = f"/api/v1/escrows/{escrow}/release"
    return stack.ask("POST", path, {"reason": "the buyer is in"}, key)


def call_off(stack: Stack, escrow: str, key: str | None = None) -> Reply:
    """Call a resale off: all of it goes back."""
    path = f"/api/v1/escrows/{escrow}/cancel"
    return stack.ask("POST", path, {"reason": "no longer for sale"}, key)


def confirm(stack: Stack, escrow: str, key: str | None = None) -> Reply:
    """Meet a condition of a resale."""
    path = f"/api/v1/escrows/{escrow}/conditions/scanned"
    return stack.ask("POST", path, {"evidence": "gate 4"}, key)


def argue(stack: Stack, dispute: str, key: str | None = None) -> Reply:
    """Send the bank evidence that wins."""
    body = {"evidence": {"uncategorized_text": "winning_evidence"}}
    return stack.ask("POST", f"/api/v1/disputes/{dispute}/evidence", body, key)


def capture(stack: Stack, payment: Json, key: str | None = None) -> Reply:
    """Take part of an authorised amount."""
    path = f"{PAYMENTS}/{payment['id']}/capture"
    return stack.ask("POST", path, {"amount": 7_001}, key)


def cancel(stack: Stack, payment: Json, key: str | None = None) -> Reply:
    """Let an authorised amount go."""
    return stack.ask("POST", f"{PAYMENTS}/{payment['id']}/cancel", {}, key)


def approve(stack: Stack, review: str, key: str | None = None) -> Reply:
    """Let a payment go on that was held for a person to look at."""
    return stack.ask("POST", f"/api/v1/reviews/{review}/approve", {"note": "known"}, key)


def distribute(stack: Stack, document: Json, key: str | None = None) -> Reply:
    """Give a payee part of what is the platform's."""
    return stack.ask_inside("/internal/v1/distributions", document, key)


def cancel_event(stack: Stack, event: str, key: str | None = None) -> Reply:
    """Plan the refund of everybody who has a ticket."""
    path = f"/api/v1/events/{event}/cancellation"
    return stack.ask("POST", path, {"reason": "storm"}, key)


def welcome(stack: Stack, name: str, key: str | None = None) -> Reply:
    """Open a payee's account."""
    body = {
        "recipientType": "artist",
        "recipientId": name,
        "email": "payee@example.com",
        "country": "US",
    }
    return stack.ask("POST", "/api/v1/connected-accounts", body, key)


def invite(stack: Stack, account: str, key: str | None = None) -> Reply:
    """Ask for a fresh onboarding link."""
    path = f"/api/v1/connected-accounts/{account}/onboarding-links"
    return stack.ask("POST", path, {}, key)


def pass_time(stack: Stack, seconds: int) -> None:
    """Move the clocks of the database and of Stripe."""
    stack.database.execute("SELECT ops.clock_advance(%s)", seconds)
    stack.control("POST", "clock/advance", {"seconds": seconds})


def wait(stack: Stack, _escrow: str) -> None:
    """Let the holds end."""
    pass_time(stack, 2 * HOUR)


def buy(stack: Stack, name: str, key: str | None = None) -> Reply:
    """Order, without paying yet."""
    return stack.order(name, key)


def left_to_the_worker(tell: Tell, path: str) -> Tell:
    """The same, but Stripe turns our web away at first: the worker carries it."""

    def run(stack: Stack, subject: Subject) -> None:
        stack.fault("rate_limit", path, times=1)
        assert tell(stack, subject).status == 202

    return run


def sell(stack: Stack, name: str) -> None:
    """An order, paid at once."""
    stack.sell(name)


def given_back(stack: Stack, number: int) -> list[Json]:
    """Refunds that have reached their buyers."""
    refunds = [refund(stack, payment).body for payment in sold(stack, number)]
    stack.until_idle()
    return refunds


def bounce(stack: Stack, given: Json) -> None:
    """The buyer's bank sends a refund back."""
    rows = stack.database.execute(
        "SELECT stripe_refund_id FROM payments.payment_refunds WHERE id = %s", given["id"]
    )
    stack.control("POST", f"refunds/{rows[0][0]}", {"status": "failed"})


def lose(stack: Stack, payment: Json) -> None:
    """The bank takes a payment's money back for good."""
    found = contest(stack, payment)
    stack.control("POST", f"disputes/{found['id']}", {"outcome": "lost"})


def win(stack: Stack, payment: Json) -> None:
    """The bank takes the money back, and gives it to us again."""
    found = contest(stack, payment)
    stack.control("POST", f"disputes/{found['id']}", {"outcome": "won"})
