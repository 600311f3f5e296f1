"""A tenant's season in small: every fate of a payment, played through the service's functions.

The simulator is Stripe, in this process. What the functions wrote is the pattern that
bench/history.py copies a million times.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import psycopg

from stripe_simulator.operations import disputes
from tests.support.database import Database as TestDatabase
from tests.support.play import COMPLETES, Play
from tests.support.scenario import Json, Scenarios, share
from tests.support.service import settings_for
from tests.support.stripe_world import StripeWorld

VISA, DECLINED = 0, 6
PAID_PATTERNS = 18
CLOSED = "closed"
SPENDER = "spender"

# Everything a database of a season's size holds is stored as of now; nobody else uses it meanwhile.
OPEN_CLOCK = "UPDATE payments.deployment SET environment = 'test'"
CLOSE_CLOCK = "UPDATE payments.deployment SET environment = 'production', clock_offset = '0'"


@dataclass(frozen=True)
class Pattern:
    """A payment to copy, and how many of a thousand payments are like it."""

    payment: UUID
    per_mille: int


class Season(Play):
    """Payments with a known end, one after the other."""

    def order(self, amount: int, shares: list[Json], card: int | None = VISA, **more: Any) -> Json:
        """Create a payment, pay it when there is a card, and let everything due happen."""
        for one in shares:
            self._payee(one["recipientType"], one["recipientId"])
            if one["recipientId"] == CLOSED:
                self._capability(sorted(self.accounts).index(CLOSED), "inactive")
        self.quiet()
        number = len(self.shares)
        request: Json = {
            "amount": amount,
            "currency": "usd",
            "orderId": f"order-{number}",
            "customerId": f"customer-{number}",
            "eventId": f"concert-{number % 7}",
            "venueId": f"hall-{number % 3}",
            "splits": shares,
            **more,
        }
        answer = self._ask("payments_create", request, COMPLETES, keep=shares)
        row = self.row(UUID(answer["body"]["id"]))
        if card is not None:
            self._confirm(row, card)
        self.quiet()
        return self.row(row["id"])

    def row(self, payment: UUID) -> Json:
        """The facts of a payment as they are now."""
        self._look_around()
        return next(row for row in self.rows if row["id"] == payment)

    def give_back(self, row: Json, **part: int) -> None:
        """Refund a payment, or a part of it."""
        self._ask("refund_create", {"paymentId": str(row["id"]), **part}, COMPLETES)
        self.quiet()

    def let_in(self, row: Json) -> None:
        """The fan is in: what was held for the seller is released."""
        self._ask(
            "escrow_release", {"reason": "the fan is in"}, 0, escrow_id=row["escrows"][0]["id"]
        )
        self.quiet()

    def claim(self, row: Json, verb: Callable[..., Any] | None = None) -> None:
        """A bank takes a payment's money back, and decides."""
        world = self.stripe.world
        charge = next(c for c in self.charges() if c.payment_intent == row["intent"])
        claim = disputes.Claim(charge.amount_captured, inquiry=False, lost=False)
        self.stripe.act(lambda: disputes.open_dispute(world, charge, claim))
        self.quiet()
        if verb is not None:
            *_, made = world.store.disputes.oldest()
            self.stripe.act(lambda: verb(world, made))
            self.quiet()


def _shares(number: int) -> list[Json]:
    """A venue, every sixth time an artist too; the platform has the rest."""
    venue = share("venue", f"hall-{number % 3}", basisPoints=7000 + 100 * number)
    artist = share("artist", f"band-{number % 4}", basisPoints=1000)
    return [venue, artist] if number % 6 == 0 else [venue]


def _escrow(payee: str) -> Json:
    return {"escrow": {"recipientType": "seller", "recipientId": payee}}


def _play(season: Season, paid: int) -> list[tuple[Json, int]]:
    """Each payment with its share of a thousand; nine in ten are paid, passed on and left alone."""
    order, venue = season.order, _shares(1)
    resale = [share("seller", "resale", basisPoints=9000)]
    fates = [(order(2_000 + 777 * n, _shares(n)), 900 // paid) for n in range(paid)]
    fates += [(order(5_000, venue), 20), (order(9_000, _shares(6)), 5), (order(7_100, venue), 25)]
    season.give_back(fates[-3][0])
    season.give_back(fates[-2][0])
    season.give_back(fates[-1][0], amount=1_333)
    for verb in (disputes.win, disputes.lose, None):
        fates.append((order(6_000, venue), 2 if verb else 1))
        season.claim(fates[-1][0], verb)
    fates += [(order(4_500, venue, DECLINED), 15), (order(4_600, venue, None), 15)]
    fates += [(order(8_000, resale, **_escrow("resale")), 4)]
    fates += [(order(8_100, resale, **_escrow("resale")), 8)]
    season.let_in(fates[-1][0])
    fates += [(order(3_000, [share("venue", CLOSED, basisPoints=9000)]), 2)]
    fates += [(order(3_300, [share("venue", SPENDER, basisPoints=9000)]), 1)]
    season.spend(sorted(season.accounts).index(SPENDER))
    season.give_back(fates[-1][0])
    return fates


def play_season(database: Any, paid: int = PAID_PATTERNS) -> tuple[UUID, list[Pattern]]:
    """Play it in a migrated database; return the tenant and its payments.

    Args:
        database: with the attributes superuser_url and service_url.
        paid: of how many kinds the payments are that nothing happened to; divides 900.
    """
    found = cast("TestDatabase", database)
    with psycopg.connect(found.superuser_url, autocommit=True) as owner:
        owner.execute(OPEN_CLOCK)
        stripe = StripeWorld(settings_for(found, "http://stripe.invalid"))
        try:
            with Scenarios(found) as scenarios:
                season = Season(scenarios.new(), stripe)
                fates = _play(season, paid)
                season.quiet()
                season.check()
                tenant = season.scenario.tenant
        finally:
            stripe.close()
            owner.execute(CLOSE_CLOCK)
    return tenant, [Pattern(row["id"], per_mille) for row, per_mille in fates]
