"""The audit: what Stripe says happened against what we say happened. Every count must be zero."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.demo.aftermath import Promised
from local.demo.books import Books, Row
from local.demo.plan import Order
from local.demo.stripe import Json, Stripe

PLATFORM = "platform"
GOOD_ENDS = frozenset({"done", "ignored"})
OK = 200
ENDINGS = {
    "paid": "succeeded",
    "partly captured": "succeeded",
    "released": "canceled",
    "abandoned": "requires_payment_method",
}
"""What status a payment ends in, by how its order was meant to end."""

Money = dict[tuple[str, str, str], int]
"""Minor units by account, currency and the object at Stripe that moved them."""

SENT = frozenset({"paid", "partially_reversed", "reversed"})
"""Statuses of a transfer that reached its payee."""

FAILED = frozenset({"failed", "canceled"})


@dataclass
class AtStripe:
    """Everything Stripe has, as its lists and the simulator's journal tell."""

    intents: list[Json]
    transfers: list[Json]
    accounts: list[Json]
    refunds: list[Json]
    reversals: list[Json]
    disputes: list[Json]
    money: Money
    events: dict[tuple[str, str], str]
    """Type of every event by endpoint (platform or connect) and id."""

    executed: list[Json]
    """POSTs that took effect."""

    faults: list[str]
    """What the simulator finds wrong with its own ledger."""


@dataclass
class Ours:
    """Everything we have."""

    payments: list[Row]
    transfers: list[Row]
    refunds: list[Row]
    reversals: list[Row]
    disputes: list[Row]
    escrows: list[Row]
    receivables: list[Row]
    money: Money
    events: dict[tuple[str, str], Row]
    unfinished: list[Row]
    violations: list[Row]
    totals: dict[tuple[str, str], int]


@dataclass
class Findings:
    """What does not agree: one line each, and the minor units nobody can explain."""

    unexplained: int = 0
    differences: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not (self.unexplained or self.violations or self.duplicates or self.lost)


# ── reading ───────────────────────────────────────────────────────────────────────────────────


async def read_stripe(stripe: Stripe) -> AtStripe:
    """Read all of Stripe."""
    accounts = [item async for item in stripe.everything("/v1/accounts")]
    transfers = [item async for item in stripe.everything("/v1/transfers")]
    reversals = [
        item
        for transfer in transfers
        if transfer["amount_reversed"]
        async for item in stripe.everything(f"/v1/transfers/{transfer['id']}/reversals")
    ]
    disputes = [item async for item in stripe.everything("/v1/disputes")]
    journal = await stripe.control("GET", "requests?method=POST&executed=true")
    names = [account["id"] for account in accounts]
    # At a payee the money arrives as a payment of its own, which the transfer names, and leaves as
    # a refund of that payment, which the reversal names.
    known = {row["destination_payment"]: row["id"] for row in transfers}
    known |= {row["destination_payment_refund"]: row["id"] for row in reversals}
    known |= {row["id"]: f"disputes of {row['payment_intent']}" for row in disputes}
    return AtStripe(
        intents=[item async for item in stripe.everything("/v1/payment_intents")],
        transfers=transfers,
        accounts=accounts,
        refunds=[item async for item in stripe.everything("/v1/refunds")],
        reversals=reversals,
        disputes=disputes,
        money=await _money(stripe, names, known),
        events=await _events(stripe, names),
        executed=[request for request in journal["requests"] if request["status"] == OK],
        faults=(await stripe.control("GET", "ledger"))["violations"],
    )


async def _money(stripe: Stripe, accounts: list[str], known: Mapping[str, str]) -> Money:
    """Net of every balance transaction of the platform and of each connected account.

    `known` has our name of a source where that is not Stripe's.
    """
    money: Money = defaultdict(int)
    for account in (None, *accounts):
        async for row in stripe.everything("/v1/balance_transactions", account):
            source = known.get(row["source"], row["source"])
            money[account or PLATFORM, row["currency"], source or row["id"]] += row["net"]
    return money


async def _events(stripe: Stripe, accounts: list[str]) -> dict[tuple[str, str], str]:
    found = {}
    for account in (None, *accounts):
        endpoint = PLATFORM if account is None else "connect"
        async for event in stripe.everything("/v1/events", account):
            found[endpoint, event["id"]] = event["type"]
    return found


async def read_ours(books: Books) -> Ours:
    """Read all of ours."""
    money: Money = defaultdict(int)
    for row in await books.postings():
        money[row["account"] or PLATFORM, row["currency"], row["source"]] += row["amount"]
    return Ours(
        payments=await books.payments(),
        transfers=await books.transfers(),
        refunds=await books.refunds(),
        reversals=await books.reversals(),
        disputes=await books.disputes(),
        escrows=await books.escrows(),
        receivables=await books.receivables(),
        money=money,
        events=await books.events(),
        unfinished=await books.unfinished(),
        violations=await books.violations(),
        totals=await books.totals(),
    )


# ── comparing ─────────────────────────────────────────────────────────────────────────────────


def compare(
    stripe: AtStripe, ours: Ours, orders: Mapping[str, Order], promised: Promised
) -> Findings:
    """Compare both sides with each other and with what fans, box office and banks did."""
    findings = Findings(violations=[*map(str, ours.violations), *stripe.faults])
    for key in sorted(stripe.money.keys() | ours.money.keys()):
        theirs, mine = stripe.money.get(key, 0), ours.money.get(key, 0)
        if theirs != mine:
            findings.unexplained += abs(theirs - mine)
            findings.differences.append(f"{' '.join(key)}: Stripe {theirs}, ours {mine}")
    findings.duplicates = list(_duplicates(stripe))
    findings.lost = [
        *_lost_payments(stripe, ours),
        *_lost_events(stripe, ours),
        *(f"operation {row}" for row in ours.unfinished),
        *_lost_transfers(stripe, ours),
        *_lost_returns(stripe, ours),
        *_lost_orders(ours, orders),
        *_lost_promises(ours, orders, promised),
    ]
    return findings


def _duplicates(stripe: AtStripe) -> Iterable[str]:
    """Name every intention that was carried out more than once."""
    for kind, objects in (
        ("payment intent", stripe.intents),
        ("transfer", stripe.transfers),
        ("account", stripe.accounts),
        ("refund", stripe.refunds),
        ("reversal", stripe.reversals),
    ):
        yield from _repeated(f"{kind} of operation", (_meta(o, "operation_id") for o in objects))
    yield from _repeated(
        "payment intent of order",
        ((_meta(o, "tenant_id"), _meta(o, "order_id")) for o in stripe.intents),
    )
    calls = [request for request in stripe.executed if not request["replayed"]]
    yield from _repeated("executed key", (request["idempotencyKey"] for request in calls))


def _repeated(what: str, names: Iterable[Any]) -> Iterable[str]:
    for name, count in Counter(names).items():
        if count > 1 and name is not None:
            yield f"{what} {name}: {count} times"


def _meta(item: Json, name: str) -> Any:
    return item["metadata"].get(name)


def _lost_payments(stripe: AtStripe, ours: Ours) -> Iterable[str]:
    """Name payments whose state at Stripe we do not have."""
    known = {row["intent"]: row for row in ours.payments}
    for unknown in known.keys() - {intent["id"] for intent in stripe.intents}:
        yield f"payment {known[unknown]['id']}: Stripe has no intent {unknown}"
    for intent in stripe.intents:
        row = known.get(intent["id"])
        if row is None:
            yield f"{intent['id']} ({intent['status']}) is unknown to us"
            continue
        captured = intent["amount_received"]
        if (row["status"], row["amount_captured"]) != (intent["status"], captured):
            mine = f"{row['status']} {row['amount_captured']}"
            yield f"{intent['id']}: Stripe {intent['status']} {captured}, ours {mine}"


def _lost_events(stripe: AtStripe, ours: Ours) -> Iterable[str]:
    """Name events that did not reach a good end with us."""
    for key, kind in stripe.events.items():
        row = ours.events.get(key)
        if row is None:
            yield f"event {key[1]} ({kind}) never arrived"
        elif row["state"] not in GOOD_ENDS:
            yield f"event {key[1]} ({kind}) is {row['state']}: {row['reason']}"


def _lost_transfers(stripe: AtStripe, ours: Ours) -> Iterable[str]:
    """Name transfers that did not reach their payee, or of which less came back than we think."""
    returned = {row["id"]: row["amount_reversed"] for row in stripe.transfers}
    for row in ours.transfers:
        # A canceled one was never sent: its payment was refunded first, or disputed and lost.
        if row["status"] == "canceled" and row["transfer"] is None:
            continue
        theirs = returned.get(row["transfer"])
        if row["status"] not in SENT or theirs != row["amount_reversed"]:
            yield f"transfer {row}: Stripe has {theirs} of it reversed"


def _lost_returns(stripe: AtStripe, ours: Ours) -> Iterable[str]:
    """Name refunds, reversals and disputes that one side has and the other has not, or not so."""
    kinds: tuple[tuple[str, list[Json], list[Row], bool], ...] = (
        ("refund", stripe.refunds, ours.refunds, True),
        ("reversal", stripe.reversals, ours.reversals, False),
        ("dispute", stripe.disputes, ours.disputes, True),
    )
    for kind, theirs, mine, with_status in kinds:
        known = {row[kind]: row for row in mine if row[kind] is not None}
        for row in mine:
            if row[kind] is None and row["status"] not in FAILED:
                yield f"{kind} {row['id']} is {row['status']} and never reached Stripe"
        for unknown in known.keys() - {item["id"] for item in theirs}:
            yield f"{kind} {unknown}: Stripe has none"
        for item in theirs:
            found = known.get(item["id"])
            there = (item["amount"], item["status"] if with_status else "succeeded")
            here = (found["amount"], found["status"]) if found else None
            if here != there:
                yield f"{kind} {item['id']}: Stripe {there}, ours {here}"


def _lost_orders(ours: Ours, orders: Mapping[str, Order]) -> Iterable[str]:
    """Name orders whose payment did not end as the fan and the box office left it."""
    payments = {row["id"]: row for row in ours.payments}
    for payment, order in orders.items():
        row = payments.get(payment)
        wanted = (ENDINGS[order.way.ending], order.capture)
        if row is None:
            yield f"{order.order_id}: payment {payment} is gone"
        elif (row["status"], row["amount_captured"]) != wanted:
            yield f"{order.order_id}: {row['status']} {row['amount_captured']}, not {wanted}"


def _lost_promises(ours: Ours, orders: Mapping[str, Order], promised: Promised) -> Iterable[str]:
    """Name payments of which more or less was refunded or held than agreed, or a dispute's end."""
    refunded = {row["id"]: row["amount_refunded"] for row in ours.payments}
    held = {row["payment"]: row["held_amount"] for row in ours.escrows}
    decided = {row["payment"]: row["status"] for row in ours.disputes}
    for payment, order in orders.items():
        for what, mine, agreed in (
            ("refunded", refunded.get(payment, 0), promised.refunded[payment]),
            ("held", held.get(payment, 0), promised.held[payment]),
            ("dispute", decided.get(payment), promised.disputes.get(payment)),
        ):
            if mine != agreed:
                yield f"{order.order_id} ({order.way.name}): {what} {mine}, agreed {agreed}"
