"""Reference model of payments, computed from facts alone: a second opinion, not a copy.

Facts are what somebody did: paid, asked back, claimed at the bank, released. Everything else of a
payment follows from them, and is computed here by arithmetic of its own: nothing of app, nothing of
sql/functions. Amounts are minor units.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.support.sainte_lague import given_back

Json = Mapping[str, Any]
Recipient = str

PLATFORM: Recipient = "platform"
WHOLE = 10_000
OPEN_DISPUTE = {
    "needs_response",
    "under_review",
    "appeal_needs_response",
    "appeal_under_review",
}
IN_FORCE = {"pending", "succeeded"}
NOT_SETTLED, EXCEEDS, DISPUTED = "PY052", "PY051", "PY052"


def split(amount: int, captured: int, shares: Sequence[Json]) -> dict[Recipient, int]:
    """Who gets how much: floors, then a unit each by the largest remainder, the earlier first."""
    exact = {
        share["recipientId"]: Fraction(share["amount"] * captured, amount)
        if "amount" in share
        else Fraction(share["basisPoints"] * captured, WHOLE)
        for share in shares
    }
    exact[PLATFORM] = captured - sum(exact.values(), Fraction())
    made = {name: int(quota) for name, quota in exact.items()}
    by_remainder = sorted(exact, key=lambda name: made[name] - exact[name])
    for name in by_remainder[: captured - sum(made.values())]:
        made[name] += 1
    return made


@dataclass(frozen=True)
class Facts:
    """What is known of a payment."""

    row: Json

    @property
    def captured(self) -> int:
        """What the buyer paid."""
        return int(self.row["captured"])

    @property
    def accepted(self) -> int:
        """What went back to the buyer, or is on its way there."""
        return sum(
            r["amount"] for r in self.row["refunds"] if r["accepted"] and r["status"] in IN_FORCE
        )

    @property
    def reserved(self) -> int:
        """What was asked for and Stripe has not accepted yet."""
        return sum(
            r["amount"]
            for r in self.row["refunds"]
            if not r["accepted"] and r["status"] == "pending"
        )

    @property
    def lost(self) -> int:
        """What banks took for good."""
        return sum(d["amount"] for d in self.row["disputes"] if d["status"] == "lost")

    @property
    def claimed(self) -> int:
        """What banks took, for good or until they decide."""
        open_now = (d["amount"] for d in self.row["disputes"] if d["status"] in OPEN_DISPUTE)
        return self.lost + int(sum(open_now))

    @property
    def frozen(self) -> bool:
        """Whether a bank has yet to decide."""
        return any(d["status"] in OPEN_DISPUTE for d in self.row["disputes"])

    @property
    def remaining(self) -> int:
        """What can still be refunded."""
        return max(0, self.captured - self.accepted - self.reserved - self.claimed)

    @property
    def taken_back(self) -> int:
        """What recipients have to have given back: refunds and losses, and never more than all."""
        return min(self.captured - self.reserved, self.accepted + self.lost)

    @property
    def shares(self) -> dict[Recipient, int]:
        """What each recipient received."""
        return split(self.row["amount"], self.captured, self.row["shares"])

    @property
    def given(self) -> dict[Recipient, int]:
        """What each recipient has given back."""
        shares = self.shares
        return dict(zip(shares, given_back(list(shares.values()), self.taken_back), strict=True))

    def refund_refused(self, amount: int | None) -> str | None:
        """The SQLSTATE with which a refund is refused, if it is."""
        if not self.row["settled"] or self.frozen:
            return NOT_SETTLED
        if self.remaining == 0 or (amount or 0) > self.remaining:
            return EXCEEDS
        return None


def breaches(row: Json) -> Iterator[str]:
    """What the database says of a payment that does not follow from its facts."""
    facts = Facts(row)
    succeeded = sum(r["amount"] for r in row["refunds"] if r["status"] == "succeeded")
    sums = {
        "amount_refunded": succeeded,
        "amount_refund_pending": facts.accepted + facts.reserved - succeeded,
        "amount_disputed": facts.claimed,
    }
    for name, expected in sums.items():
        if row[name] != expected:
            yield f"{name} is {row[name]}, not {expected}"
    if facts.accepted + facts.reserved > facts.captured:
        yield f"{facts.accepted} + {facts.reserved} refunded of {facts.captured}"
    if not row["settled"]:
        return
    shares, given = facts.shares, facts.given
    if dict(row["splits"]) != shares:
        yield f"split {row['splits']}, not {shares}"
    found = {name: row["given"].get(name, 0) for name in shares}
    if found != given:
        yield f"given back {found}, not {given}"
    yield from _held(row, shares)
    for name in shares.keys() - {PLATFORM}:
        owed = shares[name] - found[name] - row["held"].get(name, 0)
        planned = row["planned"].get(name, 0)
        if owed != planned:
            yield f"{name} is owed {owed}, and {planned} is planned for it"


def _held(row: Json, shares: Mapping[Recipient, int]) -> Iterator[str]:
    for hold in row["escrows"]:
        parts = hold["held"] + hold["released"] + hold["refunded"]
        if parts != shares[hold["recipient"]] or min(hold["held"], hold["released"]) < 0:
            yield f"hold {dict(hold)} of {shares[hold['recipient']]}"


def payable(rows: Sequence[Json], paid: Mapping[Recipient, int]) -> Counter[Recipient]:
    """What each payee is owed and has not got, over all payments; negative: has too much."""
    owed: Counter[Recipient] = Counter()
    for row in rows:
        if row["settled"]:
            facts = Facts(row)
            given = facts.given
            for name, share in facts.shares.items():
                if name != PLATFORM:
                    owed[name] += share - given[name] - row["held"].get(name, 0)
    owed.subtract(paid)
    return Counter({name: amount for name, amount in owed.items() if amount})
