"""The on-sale: fans order and pay, many at once; the box office captures what was held."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

from local.demo.browser import Browser
from local.demo.plan import Order, Way
from local.demo.service import Caller, DemoError, Json, NotYetError, Service

SHOPPERS = 16
DESKS = 8
"""People in the box office: they capture beside the fans, who do not wait for them."""


@dataclass(frozen=True)
class Stranded:
    """An order that could not be played to its end."""

    order: Order
    why: str
    not_yet: bool
    """Nobody was refused anything: what was waited for did not come in time."""

    def __str__(self) -> str:
        return f"{self.order.order_id} ({self.order.way.name}): {self.why}"


@dataclass
class Sale:
    """What the fans and the box office saw."""

    ways: Counter[str] = field(default_factory=Counter)
    declines: int = 0
    authentications: int = 0
    orders: dict[str, Order] = field(default_factory=dict)
    """Every order that was taken, by the id of its payment."""

    stranded: dict[str, Stranded] = field(default_factory=dict)
    """Orders that could not be played to their end, by order id."""

    def of(self, way: Way) -> list[tuple[str, Order]]:
        """Payments that were played to their end in this way, in order of their numbers."""
        found = [pair for pair in self.finished().items() if pair[1].way == way]
        return sorted(found, key=lambda pair: pair[1].number)

    def finished(self) -> dict[str, Order]:
        """Orders that were played to their end, by the id of the payment."""
        return {
            payment: order
            for payment, order in self.orders.items()
            if order.order_id not in self.stranded
        }


class Shoppers:
    """Plays orders.

    Args:
        service: our API.
        browser: the fans' browsers.
        progress: told after each order.
        sale: filled with what happens.
    """

    def __init__(
        self, service: Service, browser: Browser, progress: Callable[[], None], sale: Sale
    ) -> None:
        self._service = service
        self._browser = browser
        self._progress = progress
        self._desks = asyncio.Semaphore(DESKS)
        self.sale = sale

    async def play(self, orders: Iterator[Order]) -> None:
        """Play every order, a few at a time."""
        async with asyncio.TaskGroup() as group:
            for _ in range(SHOPPERS):
                group.create_task(self._shop(orders, group))

    async def _shop(self, orders: Iterator[Order], group: asyncio.TaskGroup) -> None:
        for order in orders:
            await self._end_well(order, self._buy(order, group))
            self.sale.ways[order.way.name] += 1
            self._progress()

    async def _end_well(self, order: Order, part: Coroutine[Any, Any, None]) -> None:
        """Play a part of an order; note what keeps it from its end."""
        try:
            await part
        except DemoError as error:
            self.sale.stranded[order.order_id] = Stranded(
                order, str(error), not_yet=isinstance(error, NotYetError)
            )

    async def _buy(self, order: Order, group: asyncio.TaskGroup) -> None:
        payment = await self._order(order)
        self.sale.orders[payment["id"]] = order
        checkout = await self._browser.pay(
            payment["clientSecret"], order.way.cards, passes=order.way.passes
        )
        self.sale.declines += checkout.declines
        self.sale.authentications += checkout.authentications
        if order.way.manual:
            group.create_task(self._end_well(order, self._collect(order, payment["id"])))

    async def _order(self, order: Order) -> Json:
        fan = Caller(order.market.tenant, order.subject, order.address)
        clicks = 2 if order.way.double_click else 1
        answers = await asyncio.gather(
            *(
                self._service.post(
                    fan, "/api/v1/payments/intents", order.request, f"checkout-{order.number}"
                )
                for _ in range(clicks)
            )
        )
        if len({answer["id"] for answer in answers}) != 1:
            raise DemoError("two clicks made two payments")
        return answers[0]

    async def _collect(self, order: Order, payment: str) -> None:
        """Take the held money, a part of it, or let it go."""
        desk = Caller(order.market.tenant, f"desk-{order.number}", order.address)
        path = f"/api/v1/payments/{payment}"
        async with self._desks:
            await self._service.until_status(desk, payment, "requires_capture")
            if order.way.ending == "released":
                body = {"reason": "requested_by_customer"}
                await self._service.post(desk, f"{path}/cancel", body, f"cancel-{order.number}")
                return
            part = {} if order.capture == order.amount else {"amount": order.capture}
            await self._service.post(desk, f"{path}/capture", part, f"capture-{order.number}")
