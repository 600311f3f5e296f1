"""The audit: what Stripe says happened against what we say happened. Every count must be zero."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.demo.books import Books, Row
from app.demo.plan import Order
from app.demo.stripe import Json, Stripe

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
"""Minor units by account, currency and the charge or transfer that moved them."""


@dataclass
class AtStripe:
    """Everything Stripe has, as its lists and the simulator's journal tell."""

    intents: list[Json]
    transfers: list[Json]
    accounts: list[Json]
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
    journal = await stripe.control("GET", "requests?method=POST&executed=true")
    names = [account["id"] for account in accounts]
    return AtStripe(
        intents=[item async for item in stripe.everything("/v1/payment_intents")],
        transfers=transfers,
        accounts=accounts,
        money=await _money(stripe, names, transfers),
        events=await _events(stripe, names),
        executed=[request for request in journal["requests"] if request["status"] == OK],
        faults=(await stripe.control("GET", "ledger"))["violations"],
    )


async def _money(stripe: Stripe, accounts: list[str], transfers: list[Json]) -> Money:
    """Net of every balance transaction of the platform and of each connected account."""
    # At a payee the money arrives as a payment of its own, which the transfer names.
    transfer_of = {row["destination_payment"]: row["id"] for row in transfers}
    money: Money = defaultdict(int)
    for account in (None, *accounts):
        async for row in stripe.everything("/v1/balance_transactions", account):
            source = transfer_of.get(row["source"], row["source"])
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
        money=money,
        events=await books.events(),
        unfinished=await books.unfinished(),
        violations=await books.violations(),
        totals=await books.totals(),
    )


# ── comparing ─────────────────────────────────────────────────────────────────────────────────


def compare(stripe: AtStripe, ours: Ours, orders: Mapping[str, Order]) -> Findings:
    """Compare both sides with each other and with what the fans did."""
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
        *(f"transfer {row}" for row in ours.transfers if row["status"] != "paid"),
        *_lost_orders(ours, orders),
    ]
    return findings


def _duplicates(stripe: AtStripe) -> Iterable[str]:
    """Name every intention that was carried out more than once."""
    for kind, objects in (
        ("payment intent", stripe.intents),
        ("transfer", stripe.transfers),
        ("account", stripe.accounts),
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
