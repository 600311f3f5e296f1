"""The double-entry ledger: every balance, and proof after each call that nothing was made up.

An entry moves `net` into an account, `fee` to Stripe, and takes `amount` from a counter account:
the card network, a bank, or the clearing account between the two halves of a transfer. Balance
transactions are these entries seen from one account, so the two cannot disagree unnoticed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from stripe_simulator.clock import Clock, midnight_after_business_days
from stripe_simulator.config import Config
from stripe_simulator.errors import InvariantError
from stripe_simulator.ids import Ids
from stripe_simulator.objects.balance_transaction import BalanceTransaction
from stripe_simulator.store import Store

NETWORK, FEES, CLEARING, BANK, ADJUSTMENT = (
    "card_network",
    "stripe_fees",
    "transfers_clearing",
    "bank",
    "adjustments",
)
NEVER = 2**53
Key = tuple[str, str]


@dataclass(slots=True)
class Entry:
    """A movement to be posted; amounts in minor units, `ready` in Unix seconds.

    `ready` None means at once; `waits_for` names a charge whose settlement decides.
    """

    account: str
    type: str
    amount: int
    currency: str
    source: str | None
    counter: str
    fee: int = 0
    ready: int | None = None
    waits_for: str | None = None
    category: str | None = None
    description: str | None = None


class Ledger:
    """Balances per account and currency, available and pending, in minor units."""

    def __init__(self, config: Config, clock: Clock, ids: Ids, store: Store) -> None:
        """Start with nothing anywhere."""
        self.config, self.clock, self.ids, self.store = config, clock, ids, store
        self.available: dict[Key, int] = defaultdict(int)
        self.pending: dict[Key, int] = defaultdict(int)
        self.counters: dict[Key, int] = defaultdict(int)
        self.totals: dict[Key, int] = defaultdict(int)  # sums of balance transactions
        self.due: dict[int, list[str]] = {}
        self.waiting: dict[str, list[str]] = {}
        self._moved: dict[str, int] = {}
        self._changed: set[Key] = set()
        self.grown: set[str] = set()  # accounts whose available balance rose

    def balance(self, account: str, currency: str) -> int:
        """Return the available balance."""
        return self.available.get((account, currency), 0)

    def post(self, entry: Entry) -> BalanceTransaction:
        """Record a movement and return its balance transaction."""
        now = self.clock.seconds()
        ready = now if entry.ready is None else entry.ready
        row = BalanceTransaction(
            id=self.ids.make("txn_"),
            account=entry.account,
            created=now,
            type=entry.type,
            amount=entry.amount,
            fee=entry.fee,
            currency=entry.currency,
            source=entry.source,
            counter=entry.counter,
            available_on=ready,
            pending=entry.waits_for is not None or ready > now,
            category=entry.category,
            description=entry.description,
            waits_for=entry.waits_for,
        )
        self.store.balance_transactions.add(row)
        self._apply(row)
        self._schedule(row)
        return row

    def _apply(self, row: BalanceTransaction) -> None:
        key = (row.account, row.currency)
        self._move(self.pending if row.pending else self.available, key, row.net)
        self._move(self.counters, (FEES, row.currency), row.fee)
        self._move(self.counters, (row.counter, row.currency), -row.amount)
        self.totals[key] += row.net
        self._changed.add(key)
        if not row.pending and row.net > 0:
            self.grown.add(row.account)

    def _move(self, table: dict[Key, int], key: Key, amount: int) -> None:
        """Change one balance, and remember that what comes must go."""
        table[key] += amount
        self._moved[key[1]] = self._moved.get(key[1], 0) + amount

    def _schedule(self, row: BalanceTransaction) -> None:
        if not row.pending:
            return
        if row.waits_for is not None:
            self.waiting.setdefault(row.waits_for, []).append(row.id)
        elif row.available_on < NEVER:
            if row.available_on not in self.due:
                self.due[row.available_on] = []
                self.clock.at(row.available_on, "settle", row.available_on)
            self.due[row.available_on].append(row.id)

    def release(self, charge: str, ready: int) -> None:
        """Give a date to the entries that waited for this charge to settle or to fail."""
        now = self.clock.seconds()
        for row_id in self.waiting.pop(charge, ()):
            row = self.store.balance_transactions[row_id]
            row.waits_for = None
            row.available_on = ready
            if ready <= now:
                self._settle(row)
            else:
                self._schedule(row)

    def settle(self, available_on: int) -> set[Key]:
        """Make available what was due on that date; return the balances that changed."""
        changed: set[Key] = set()
        for row_id in self.due.pop(available_on, ()):
            row = self.store.balance_transactions[row_id]
            self._settle(row)
            changed.add((row.account, row.currency))
        return changed

    def settle_everything(self) -> set[Key]:
        """Make every pending entry that waits for nothing available; return what changed."""
        self.due.clear()
        found = [row for row in self.store.balance_transactions.oldest() if row.pending]
        for row in found:
            self.settle_one(self.store.balance_transactions[row.id])
        return {(row.account, row.currency) for row in found if not row.pending}

    def settle_one(self, row: BalanceTransaction) -> None:
        """Make one pending entry available before its time."""
        if row.pending and row.waits_for is None:
            row.available_on = self.clock.seconds()
            self._settle(row)

    def _settle(self, row: BalanceTransaction) -> None:
        key = (row.account, row.currency)
        if not row.pending:
            return
        row.pending = False
        self._move(self.pending, key, -row.net)
        self._move(self.available, key, row.net)
        self._changed.add(key)
        if row.net > 0:
            self.grown.add(row.account)

    def check(self) -> None:
        """Raise unless what moved since the last check sums to zero everywhere."""
        for currency, moved in self._moved.items():
            if moved:
                raise InvariantError(f"the ledger gained {moved} {currency} out of nothing")
            clearing = self.counters[CLEARING, currency]
            if clearing:
                raise InvariantError(f"half a transfer: {clearing} {currency} between accounts")
        for key in self._changed:
            if self.available[key] + self.pending[key] != self.totals[key]:
                raise InvariantError(f"balance of {key} is not the sum of its transactions")
        self._moved.clear()
        self._changed.clear()

    def rebuild(self) -> None:
        """Compute everything again from the balance transactions, after loading a state."""
        for table in (self.available, self.pending, self.counters, self.totals):
            table.clear()
        self.due.clear()
        self.waiting.clear()
        for row in self.store.balance_transactions.oldest():
            self._apply(row)
            self._schedule(row)
        self.grown.clear()
        self.check()

    def audit(self) -> list[str]:
        """Compute all balances again from nothing; return what differs, empty when sound."""
        fresh = Ledger(self.config, self.clock, self.ids, self.store)
        for row in self.store.balance_transactions.oldest():
            fresh._apply(row)
        faults = [
            f"{name} of {key}: kept {mine.get(key, 0)}, computed {theirs.get(key, 0)}"
            for name, mine, theirs in (
                ("available", self.available, fresh.available),
                ("pending", self.pending, fresh.pending),
                ("counter", self.counters, fresh.counters),
            )
            for key in mine.keys() | theirs.keys()
            if mine.get(key, 0) != theirs.get(key, 0)
        ]
        return faults + [f"sum of {cur} is {total}" for cur, total in self.sums().items() if total]

    def sums(self) -> dict[str, int]:
        """Return the sum over everything per currency: always zero."""
        sums: dict[str, int] = defaultdict(int)
        for table in (self.available, self.pending, self.counters):
            for (_, currency), amount in table.items():
                sums[currency] += amount
        return dict(sums)

    def settlement_date(self) -> int:
        """Return when a card charge made now becomes available, Unix seconds."""
        config, now = self.config, self.clock.seconds()
        if config.settle == "now":
            return now
        if config.settle == "never":
            return NEVER
        return midnight_after_business_days(now, config.settlement_days)

    def currencies(self, account: str) -> list[str]:
        """Return the currencies an account ever held, in order."""
        return sorted({currency for owner, currency in self.totals if owner == account})
