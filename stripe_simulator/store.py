"""Tables of objects in memory: found by id, listed newest first, indexed by unchanging fields.

Change only objects that came from `get` or `add` in this call: those are what the invariants
look at and what a state file saves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from stripe_simulator.objects.account import Account
from stripe_simulator.objects.account_link import AccountLink
from stripe_simulator.objects.balance_transaction import BalanceTransaction
from stripe_simulator.objects.charge import Charge
from stripe_simulator.objects.customer import Customer
from stripe_simulator.objects.delivery import Delivery
from stripe_simulator.objects.dispute import Dispute
from stripe_simulator.objects.early_fraud_warning import EarlyFraudWarning
from stripe_simulator.objects.event import Event
from stripe_simulator.objects.payment_intent import PaymentIntent
from stripe_simulator.objects.payment_method import PaymentMethod
from stripe_simulator.objects.payout import Payout
from stripe_simulator.objects.refund import Refund
from stripe_simulator.objects.review import Review
from stripe_simulator.objects.topup import Topup
from stripe_simulator.objects.transfer import Transfer
from stripe_simulator.objects.transfer_reversal import TransferReversal
from stripe_simulator.objects.webhook_endpoint import WebhookEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterator


class Row(Protocol):
    """What every stored object has."""

    id: str
    account: str
    created: int


T = TypeVar("T", bound=Row)


class Table(Generic[T]):
    """The objects of one kind, in order of creation."""

    def __init__(self, kind: str, model: type[T], *indexes: str) -> None:
        """Keep objects of `model`, with an index for each unchanging field named."""
        self.kind = kind
        self.model = model
        self.rows: list[T | None] = []
        self.place: dict[str, int] = {}
        self.indexes: dict[str, dict[str, list[int]]] = {name: {} for name in indexes}
        self.touched: set[str] = set()
        self.unsaved: set[str] = set()  # filled only when there is a state file

    def clear(self) -> None:
        """Forget everything."""
        self.rows, self.place, self.touched = [], {}, set()
        self.indexes = {name: {} for name in self.indexes}

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.place)

    def add(self, row: T) -> T:
        """Store a new object."""
        position = len(self.rows)
        self.rows.append(row)
        self.place[row.id] = position
        self.touched.add(row.id)
        for name, index in self.indexes.items():
            value = getattr(row, name)
            if value is not None:
                index.setdefault(value, []).append(position)
        return row

    def get(self, row_id: str | None) -> T | None:
        """Find an object to read or change."""
        position = self.place.get(row_id or "")
        if position is None:
            return None
        self.touched.add(row_id or "")
        return self.rows[position]

    def __getitem__(self, row_id: str | None) -> T:
        """Find an object that must exist."""
        row = self.get(row_id)
        if row is None:
            raise KeyError(row_id)
        return row

    def remove(self, row_id: str) -> None:
        """Forget an object."""
        position = self.place.pop(row_id)
        self.rows[position] = None
        self.touched.add(row_id)

    def oldest(self) -> Iterator[T]:
        """Go through all objects, oldest first."""
        return (row for row in self.rows if row is not None)

    def where(self, name: str, value: str) -> list[T]:
        """Return the objects whose indexed field has this value, oldest first, to change."""
        places = self.indexes[name].get(value, ())
        found = [row for place in places if (row := self.rows[place]) is not None]
        self.touched.update(row.id for row in found)
        return found

    def newest(self, name: str | None = None, value: str | None = None) -> Iterator[tuple[int, T]]:
        """Go through positions and objects, newest first, narrowed by an index if given."""
        if name is None or value is None:
            for place in range(len(self.rows) - 1, -1, -1):
                row = self.rows[place]
                if row is not None:
                    yield place, row
            return
        for place in reversed(self.indexes[name].get(value, [])):
            row = self.rows[place]
            if row is not None:
                yield place, row


class Store:
    """All tables of a world."""

    def __init__(self) -> None:
        """Start empty."""
        self.persistent = False
        self.accounts = Table("account", Account)
        self.account_links = Table("account_link", AccountLink)
        self.balance_transactions = Table("balance_transaction", BalanceTransaction, "source")
        self.charges = Table("charge", Charge, "payment_intent")
        self.customers = Table("customer", Customer)
        self.deliveries = Table("delivery", Delivery, "event")
        self.disputes = Table("dispute", Dispute, "charge", "payment_intent")
        self.warnings = Table("radar.early_fraud_warning", EarlyFraudWarning, "charge")
        self.events = Table("event", Event)
        self.payment_intents = Table("payment_intent", PaymentIntent)
        self.payment_methods = Table("payment_method", PaymentMethod)
        self.payouts = Table("payout", Payout)
        self.refunds = Table("refund", Refund, "charge", "payment_intent")
        self.reviews = Table("review", Review, "charge")
        self.topups = Table("topup", Topup)
        self.transfers = Table("transfer", Transfer, "source_transaction", "transfer_group")
        self.reversals = Table("transfer_reversal", TransferReversal, "transfer")
        self.webhook_endpoints = Table("webhook_endpoint", WebhookEndpoint)

    def tables(self) -> list[Table[Row]]:
        """Return every table."""
        return [table for table in vars(self).values() if isinstance(table, Table)]

    def clear_touched(self) -> None:
        """Forget what was looked at, before a new call."""
        for table in self.tables():
            if table.touched:
                if self.persistent:
                    table.unsaved |= table.touched
                table.touched = set()
