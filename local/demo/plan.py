"""The plan of the demo: who buys what, for how much, with which card. Follows from the seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from local.dev.stack import OTHER_TENANT, TENANT

Json = dict[str, Any]
Ending = Literal["paid", "partly captured", "released", "abandoned"]


@dataclass(frozen=True)
class Payee:
    """Who is paid; `ready` says whether it finished its onboarding in time."""

    tenant: UUID
    kind: Literal["venue", "artist", "promoter", "seller"]
    id: str
    name: str
    ready: bool = True


@dataclass(frozen=True)
class Marketplace:
    """A tenant with its payees and shows."""

    tenant: UUID
    currency: str
    country: str
    payees: tuple[Payee, ...]
    shows: tuple[tuple[str, str, tuple[Json, ...]], ...]
    """Event id, venue id, and the shares sent with the order; none: the venue's rule applies."""

    rules: tuple[tuple[str, tuple[Json, ...]], ...]
    """Venue id and its shares."""


def share(kind: str, payee: str, **measure: int) -> Json:
    """Write a share of an order as the API takes it."""
    return {"recipientType": kind, "recipientId": payee, **measure}


def _blue_note() -> Marketplace:
    payees = (
        Payee(TENANT, "venue", "v-cellar", "The Cellar"),
        Payee(TENANT, "venue", "v-harbour", "Harbour Hall"),
        Payee(TENANT, "artist", "a-mingus", "Mingus Revisited"),
        Payee(TENANT, "artist", "a-lotus", "Lotus Quartet"),
        Payee(TENANT, "artist", "a-newcomer", "The Newcomers", ready=False),
        Payee(TENANT, "artist", "a-drifter", "The Drifter"),
        Payee(TENANT, "promoter", "p-nightowl", "Night Owl Promotions"),
        Payee(TENANT, "seller", "s-resale", "A fan who cannot come"),
    )
    shows = (
        (
            "e-mingus",
            "v-cellar",
            (
                share("venue", "v-cellar", basisPoints=2500),
                share("artist", "a-mingus", basisPoints=6500),
            ),
        ),
        (
            "e-lotus",
            "v-harbour",
            (
                share("venue", "v-harbour", amount=350),
                share("artist", "a-lotus", basisPoints=5000),
                share("promoter", "p-nightowl", basisPoints=1333),
            ),
        ),
        (
            "e-newcomer",
            "v-cellar",
            (
                share("venue", "v-cellar", basisPoints=3000),
                share("artist", "a-newcomer", basisPoints=6000),
            ),
        ),
        ("e-open-stage", "v-harbour", ()),
    )
    rules = (
        (
            "v-harbour",
            (
                share("venue", "v-harbour", basisPoints=4000),
                share("artist", "a-mingus", basisPoints=1667),
                share("artist", "a-lotus", basisPoints=1667),
                share("artist", "a-newcomer", basisPoints=1666),
            ),
        ),
    )
    return Marketplace(TENANT, "usd", "US", payees, shows, rules)


def _salle_verte() -> Marketplace:
    payees = (
        Payee(OTHER_TENANT, "venue", "v-verte", "Salle Verte"),
        Payee(OTHER_TENANT, "artist", "a-brel", "Chansons de Brel"),
    )
    shows = (
        (
            "e-brel",
            "v-verte",
            (
                share("venue", "v-verte", basisPoints=3333),
                share("artist", "a-brel", basisPoints=5555),
            ),
        ),
    )
    return Marketplace(OTHER_TENANT, "eur", "FR", payees, shows, ())


MARKETPLACES = (_blue_note(), _salle_verte())


@dataclass(frozen=True)
class Way:
    """One way a purchase can go: cards tried in turn, and what the box office does then."""

    name: str
    cards: tuple[str, ...]
    ending: Ending = "paid"
    manual: bool = False
    passes: bool = True
    """Whether the fan passes 3-D Secure at the first try."""

    double_click: bool = False


VISA, MASTERCARD, AMEX = "pm_card_visa", "pm_card_mastercard", "pm_card_amex"
DECLINED = "pm_card_visa_chargeDeclined"
SHORT = "pm_card_visa_chargeDeclinedInsufficientFunds"
EXPIRED = "pm_card_chargeDeclinedExpiredCard"
SECURE = "pm_card_authenticationRequired"

WAYS: tuple[tuple[Way, int], ...] = (
    (Way("card", (VISA,)), 40),
    (Way("card", (MASTERCARD,)), 20),
    (Way("card", (AMEX,)), 6),
    (Way("double click", (VISA,), double_click=True), 4),
    (Way("declined, other card", (SHORT, MASTERCARD)), 6),
    (Way("declined twice, third card", (DECLINED, EXPIRED, VISA)), 2),
    (Way("declined, abandoned", (DECLINED,), "abandoned"), 4),
    (Way("never paid", (), "abandoned"), 2),
    (Way("3-D Secure", (SECURE,)), 6),
    (Way("3-D Secure failed, other card", (SECURE, VISA), passes=False), 2),
    (Way("manual, captured", (VISA,), manual=True), 4),
    (Way("manual, part captured", (MASTERCARD,), "partly captured", manual=True), 2),
    (Way("manual, released", (VISA,), "released", manual=True), 2),
)
"""Every way with its weight in a hundred."""


@dataclass(frozen=True)
class Order:
    """One purchase."""

    number: int
    market: Marketplace
    way: Way
    amount: int
    """Minor units of the market's currency."""

    capture: int
    """Minor units that will have been captured in the end."""

    request: Json = field(repr=False)

    @property
    def order_id(self) -> str:
        """Our caller's name for it."""
        return str(self.request["orderId"])

    @property
    def subject(self) -> str:
        """The fan's name in tokens: one per order, so that limits per user do not bite."""
        return f"fan-{self.number}"

    @property
    def address(self) -> str:
        """The fan's address, as a proxy would report it."""
        return f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"


def orders(count: int, seed: int) -> Iterator[Order]:
    """Make up `count` orders; any two runs with one seed are alike.

    The first ones go every way once, so that a short demo shows them all.
    """
    chance = random.Random(seed)  # noqa: S311 -- repeatable, not secret
    ways, weights = [way for way, _ in WAYS], [weight for _, weight in WAYS]
    for number in range(1, count + 1):
        first = number <= len(ways)
        way = ways[number - 1] if first else chance.choices(ways, weights)[0]
        market = MARKETPLACES[0] if chance.random() < 0.7 else MARKETPLACES[1]  # noqa: PLR2004
        yield _order(number, market, way, chance)


def _order(number: int, market: Marketplace, way: Way, chance: random.Random) -> Order:
    event, venue, shares = chance.choice(market.shows)
    amount = chance.randrange(1_500, 25_000) * chance.choice((1, 1, 2, 4))
    request: Json = {
        "amount": amount,
        "currency": market.currency,
        "orderId": f"order-{number:05d}",
        "customerId": f"fan-{number}",
        "eventId": event,
        "venueId": venue,
        "description": "Tickets",
        "captureMethod": "manual" if way.manual else "automatic",
    }
    if shares:
        request["splits"] = list(shares)
    captured = {"paid": amount, "partly captured": amount * 3 // 4}.get(way.ending, 0)
    return Order(number, market, way, amount, captured, request)
