"""What fans buy besides the on-sale, so that each scene after it has its orders."""

from collections.abc import Iterator

from local.demo.plan import MARKETPLACES, VISA, Json, Marketplace, Order, Way, share

REFUNDED = Way("refunded", (VISA,))
IN_PARTS = Way("refunded in parts", (VISA,))
SPENT = Way("refunded, payee has spent it", (VISA,))
RESALE = Way("resale", (VISA,))
DISPUTED = Way("disputed at once", ("pm_card_createDispute",))
CHARGED_BACK = Way("disputed after payout", (VISA,))
OWN = Way("platform's own tickets", (VISA,))
RAINED_OFF = Way("event canceled", (VISA,))

CANCELED_EVENT = "e-rained-off"
SPENDER = "a-drifter"
CONDITION = "ticket_transferred"

CLUB, SALLE = MARKETPLACES
LOTUS = (
    share("venue", "v-harbour", amount=350),
    share("artist", "a-lotus", basisPoints=5000),
    share("promoter", "p-nightowl", basisPoints=1333),
)
MINGUS = (
    share("venue", "v-cellar", basisPoints=2500),
    share("artist", "a-mingus", basisPoints=6500),
)
DRIFTER = (
    share("venue", "v-cellar", basisPoints=2000),
    share("artist", "a-drifter", basisPoints=6000),
)
BREL = (
    share("venue", "v-verte", basisPoints=3333),
    share("artist", "a-brel", basisPoints=5555),
)
SOLD_ON = (
    share("seller", "s-resale", basisPoints=8500),
    share("artist", "a-mingus", basisPoints=500),
)
HELD: Json = {
    "escrow": {"recipientType": "seller", "recipientId": "s-resale", "conditions": [CONDITION]}
}

_Row = tuple[Marketplace, Way, int, tuple[Json, ...], Json]

_FIRST: tuple[_Row, ...] = (
    # However short the on-sale, the platform can pay refunds and disputes before it is paid back.
    (CLUB, OWN, 60_000, (share("venue", "v-cellar", basisPoints=1000),), {}),
    (SALLE, OWN, 30_000, (share("venue", "v-verte", basisPoints=1000),), {}),
    (CLUB, REFUNDED, 8_000, MINGUS, {}),
    (CLUB, REFUNDED, 12_345, LOTUS, {}),
    (SALLE, REFUNDED, 9_999, BREL, {}),
    (CLUB, IN_PARTS, 20_001, LOTUS, {}),
    (SALLE, IN_PARTS, 10_003, BREL, {}),
    (CLUB, SPENT, 10_000, DRIFTER, {}),
    (CLUB, RESALE, 6_000, SOLD_ON, HELD),
    (CLUB, RESALE, 7_001, SOLD_ON, HELD),
    (CLUB, RESALE, 4_500, SOLD_ON, HELD),
    (CLUB, DISPUTED, 9_100, MINGUS, {}),
    (CLUB, DISPUTED, 5_201, LOTUS, {}),
    (CLUB, CHARGED_BACK, 11_003, MINGUS, {}),
    *(
        (CLUB, RAINED_OFF, 3_000 + 7 * seat, LOTUS, {"eventId": CANCELED_EVENT})
        for seat in range(6)
    ),
)
_LATER: tuple[_Row, ...] = ((CLUB, Way("card", (VISA,)), 20_000, DRIFTER, {}),)
"""Of the payee that has spent what it must give back: kept back from this one."""


def first(after: int) -> Iterator[Order]:
    """Orders beside the on-sale, numbered from `after` on."""
    yield from _orders(_FIRST, after)


def later(after: int) -> Iterator[Order]:
    """Orders when refunds have been made."""
    yield from _orders(_LATER, after + len(_FIRST))


def count(way: Way | None = None) -> int:
    """How many orders `first` makes, of a way or of all."""
    return sum(way is None or row[1] == way for row in _FIRST)


def count_later() -> int:
    """How many orders `later` makes."""
    return len(_LATER)


def _orders(rows: tuple[_Row, ...], after: int) -> Iterator[Order]:
    for number, (market, way, amount, shares, extra) in enumerate(rows, after + 1):
        request: Json = {
            "amount": amount,
            "currency": market.currency,
            "orderId": f"order-{number:05d}",
            "customerId": f"fan-{number}",
            "eventId": f"e-{market.currency}",
            "description": "Tickets",
            "splits": list(shares),
            **extra,
        }
        yield Order(number, market, way, amount, amount, request)
