"""The audit: what Stripe says happened against what we say happened. Every count must be zero.

What does not agree and nothing will put right is lost. While something of it is under way (an
operation, an event, Stripe's list that is still to be read) it is unfinished.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from app.database.inbox import describe
from local.demo.aftermath import Expected
from local.demo.books import Books, Row
from local.demo.plan import Order
from local.demo.sale import Sale, Stranded
from local.demo.stripe import Json, Stripe

PLATFORM = "platform"
GOOD_ENDS = frozenset({"done", "ignored"})
UNAPPLIED = frozenset({"received", "waiting"})
BAD_ENDS = frozenset({"dead", "failed"})
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
    events: dict[tuple[str, str], Json]
    """Every event by endpoint (platform or connect) and id."""

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
    fetched: dict[str, datetime]
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
    unfinished: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return self == Findings()


@dataclass(frozen=True)
class Gap:
    """Something that one side has and the other has not, or has otherwise."""

    text: str
    about: frozenset[str]
    """Ids, ours and Stripe's: what is under way about one of them may still put it right."""

    of: frozenset[str] = frozenset()
    """More ids by which its order is known."""

    awaited: str | None = None
    """What it waits for when nothing is under way."""


def _gap(text: str, *about: str | None, of: Iterable[str | None] = ()) -> Gap:
    return Gap(text, frozenset(filter(None, about)), frozenset(filter(None, of)))


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


async def _events(stripe: Stripe, accounts: list[str]) -> dict[tuple[str, str], Json]:
    found = {}
    for account in (None, *accounts):
        endpoint = PLATFORM if account is None else "connect"
        async for event in stripe.everything("/v1/events", account):
            found[endpoint, event["id"]] = {"account": account or PLATFORM, **event}
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
        fetched=await books.fetched(),
        unfinished=await books.unfinished(),
        violations=await books.violations(),
        totals=await books.totals(),
    )


# ── comparing ─────────────────────────────────────────────────────────────────────────────────


def compare(stripe: AtStripe, ours: Ours, sale: Sale, expected: Expected) -> Findings:
    """Compare both sides with each other and with what fans, box office and banks did."""
    findings = Findings(violations=[*map(str, ours.violations), *stripe.faults])
    for key in sorted(stripe.money.keys() | ours.money.keys()):
        theirs, mine = stripe.money.get(key, 0), ours.money.get(key, 0)
        if theirs != mine:
            findings.unexplained += abs(theirs - mine)
            findings.differences.append(f"{' '.join(key)}: Stripe {theirs}, ours {mine}")
    findings.duplicates = list(_duplicates(stripe))
    orders = sale.finished()
    gaps = (
        *_lost_payments(stripe, ours),
        *_lost_events(stripe, ours),
        *_lost_operations(ours),
        *_lost_transfers(stripe, ours),
        *_lost_returns(stripe, ours),
        *_lost_orders(ours, orders),
        *_not_as_expected(ours, orders, expected),
        *_stranded(stripe, ours, sale.stranded.values()),
    )
    _sort(gaps, stripe, ours, findings)
    return findings


# ── lost, or not finished ─────────────────────────────────────────────────────────────────────


def _sort(gaps: Iterable[Gap], stripe: AtStripe, ours: Ours, findings: Findings) -> None:
    """Put each gap where it belongs, with its order and with what it waits for."""
    under_way, orders, same = _under_way(stripe, ours), _orders(stripe, ours), _same(ours)
    for gap in gaps:
        about = sorted(gap.about.union(*(same.get(name, ()) for name in gap.about)))
        order = next((f"{orders[name]}: " for name in [*about, *gap.of] if name in orders), "")
        awaited = next((under_way[name] for name in about if name in under_way), gap.awaited)
        if awaited is None:
            findings.lost.append(f"{order}{gap.text}")
        else:
            findings.unfinished.append(f"{order}{gap.text}; waits for {awaited}")


def _orders(stripe: AtStripe, ours: Ours) -> dict[str, str]:
    """Order ids by our id and by Stripe's of their payment."""
    return {
        **{intent["id"]: _meta(intent, "order_id") for intent in stripe.intents},
        **{row["id"]: row["order_id"] for row in ours.payments},
    }


def _same(ours: Ours) -> dict[str, tuple[str, ...]]:
    """Both ids of a payment by either."""
    pairs = [(row["id"], row["intent"]) for row in ours.payments if row["intent"]]
    return {name: pair for pair in pairs for name in pair}


def _under_way(stripe: AtStripe, ours: Ours) -> dict[str, str]:
    """Say of each id, ours or Stripe's, what is still to come of it: the news before our calls."""
    found: dict[str, str] = {}
    for key, event in stripe.events.items():
        known = ours.events.get(key)
        if known is None and not _fetched(event, ours):
            state = "not yet looked for in Stripe's list"
        elif known is not None and known["state"] in UNAPPLIED:
            state = known["state"]
        else:
            continue
        for name in {event["id"], *_names(key, event)} - {event["account"]}:
            found.setdefault(name, f"event {event['id']} ({event['type']}), {state}")
    for row in ours.unfinished:
        if row["state"] not in BAD_ENDS:
            held = f", held: {', '.join(row['holds'])}" if row["holds"] else ""
            for name in filter(None, (row["id"], row["payment"])):
                found.setdefault(
                    name, f"operation {row['kind']} {row['id']} ({row['state']}{held})"
                )
    return found


def _fetched(event: Json, ours: Ours) -> bool:
    """Whether the worker has looked for missed webhooks since the event happened."""
    until = ours.fetched.get(event["account"])
    return until is not None and until.timestamp() > event["created"] + 1  # whole seconds


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


def _lost_payments(stripe: AtStripe, ours: Ours) -> Iterable[Gap]:
    """Name payments whose state at Stripe we do not have."""
    known = {row["intent"]: row for row in ours.payments}
    for unknown in known.keys() - {intent["id"] for intent in stripe.intents}:
        payment = known[unknown]["id"]
        yield _gap(f"payment {payment}: Stripe has no intent {unknown}", payment)
    for intent in stripe.intents:
        row = known.get(intent["id"])
        if row is None:
            yield _gap(f"{intent['id']} ({intent['status']}) is unknown to us", intent["id"])
            continue
        captured = intent["amount_received"]
        if (row["status"], row["amount_captured"]) != (intent["status"], captured):
            mine = f"{row['status']} {row['amount_captured']}"
            theirs = f"{intent['status']} {captured}"
            yield _gap(f"{intent['id']}: Stripe {theirs}, ours {mine}", intent["id"])


def _lost_events(stripe: AtStripe, ours: Ours) -> Iterable[Gap]:
    """Name events that did not reach a good end with us."""
    for key, event in stripe.events.items():
        row = ours.events.get(key)
        text = f"event {key[1]} ({event['type']})"
        if row is None:
            yield _gap(f"{text} never arrived", key[1], of=_names(key, event))
        elif row["state"] not in GOOD_ENDS:
            about = key[1] if row["state"] in UNAPPLIED else None
            text = f"{text} is {row['state']}: {row['reason']}"
            yield _gap(text, about, of=_names(key, event))


def _names(key: tuple[str, str], event: Json) -> list[str]:
    """Stripe's ids of what an event is about."""
    return describe(key[0], orjson.dumps(event)).object_ids


def _lost_operations(ours: Ours) -> Iterable[Gap]:
    """Name operations without a good end."""
    for row in ours.unfinished:
        about = None if row["state"] in BAD_ENDS else row["id"]
        text = f"operation {row['kind']} {row['id']} is {row['state']}: {row['last_error']}"
        yield _gap(text, about, of=[row["payment"]])


def _lost_transfers(stripe: AtStripe, ours: Ours) -> Iterable[Gap]:
    """Name transfers that did not reach their payee, or of which less came back than we think."""
    returned = {row["id"]: row["amount_reversed"] for row in stripe.transfers}
    for row in ours.transfers:
        # A canceled one was never sent: its payment was refunded first, or disputed and lost.
        if row["status"] == "canceled" and row["transfer"] is None:
            continue
        theirs = returned.get(row["transfer"])
        if row["status"] not in SENT or theirs != row["amount_reversed"]:
            text = f"transfer {row}: Stripe has {theirs} of it reversed"
            yield _gap(text, row["transfer"], row["payment"])


def _lost_returns(stripe: AtStripe, ours: Ours) -> Iterable[Gap]:
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
                text = f"{kind} {row['id']} is {row['status']} and never reached Stripe"
                yield _gap(text, row["id"], row["payment"])
        for unknown in known.keys() - {item["id"] for item in theirs}:
            yield _gap(f"{kind} {unknown}: Stripe has none", unknown, known[unknown]["payment"])
        for item in theirs:
            found = known.get(item["id"])
            there = (item["amount"], item["status"] if with_status else "succeeded")
            here = (found["amount"], found["status"]) if found else None
            if here != there:
                payment = found["payment"] if found else item.get("payment_intent")
                yield _gap(f"{kind} {item['id']}: Stripe {there}, ours {here}", item["id"], payment)


def _lost_orders(ours: Ours, orders: Mapping[str, Order]) -> Iterable[Gap]:
    """Name orders whose payment did not end as the fan and the box office left it."""
    payments = {row["id"]: row for row in ours.payments}
    for payment, order in orders.items():
        row = payments.get(payment)
        wanted = (ENDINGS[order.way.ending], order.capture)
        if row is None:
            yield _gap(f"payment {payment} of {order.order_id} is gone")
        elif (row["status"], row["amount_captured"]) != wanted:
            stands = f"{row['status']} {row['amount_captured']}"
            yield _gap(f"payment {payment} is {stands}, not {wanted}", payment)


def _not_as_expected(ours: Ours, orders: Mapping[str, Order], expected: Expected) -> Iterable[Gap]:
    """Name payments of which more or less was refunded or held than agreed, or a dispute's end."""
    refunded = {row["id"]: row["amount_refunded"] for row in ours.payments}
    held = {row["payment"]: row["held_amount"] for row in ours.escrows}
    decided = {row["payment"]: row["status"] for row in ours.disputes}
    for payment, order in orders.items():
        for what, mine, agreed in (
            ("refunded", refunded.get(payment, 0), expected.refunded[payment]),
            ("held", held.get(payment, 0), expected.held[payment]),
            ("dispute", decided.get(payment), expected.disputes.get(payment)),
        ):
            if mine != agreed:
                text = f"payment {payment} ({order.way.name}): {what} {mine}, agreed {agreed}"
                yield _gap(text, payment)


def _stranded(stripe: AtStripe, ours: Ours, stranded: Iterable[Stranded]) -> Iterable[Gap]:
    """Name orders that fan or box office could not play to their end."""
    there = {intent["id"]: intent["status"] for intent in stripe.intents}
    payments = {row["order_id"]: row for row in ours.payments}
    for item in stranded:
        row = payments.get(item.order.order_id)
        if row is None:
            yield _gap(f"{item}; there is no payment")
            continue
        came = item.not_yet and there.get(row["intent"]) == row["status"]
        yield Gap(
            f"{item.order.way.name}: {item.why}, now {row['status']}",
            frozenset({row["id"]}),
            awaited="somebody to go on: it came when nobody waited any more" if came else None,
        )
