"""The on-sale: fans order and pay, many at once; the box office captures what was held."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.demo.browser import Browser
from app.demo.onboarding import office
from app.demo.plan import Order
from app.demo.service import Caller, DemoError, Json, Service

SHOPPERS = 16


@dataclass
class Sale:
    """What the fans and the box office saw."""

    ways: Counter[str] = field(default_factory=Counter)
    declines: int = 0
    authentications: int = 0
    paid: dict[str, Order] = field(default_factory=dict)
    """Every order by the id of its payment."""

    faults: list[str] = field(default_factory=list)
    """Orders that did not go as they should have."""


class Shoppers:
    """Plays orders.

    Args:
        service: our API.
        browser: the fans' browsers.
        progress: told after each order.
    """

    def __init__(self, service: Service, browser: Browser, progress: Callable[[], None]) -> None:
        self._service = service
        self._browser = browser
        self._progress = progress
        self.sale = Sale()

    async def play(self, orders: Iterator[Order]) -> Sale:
        """Play every order, a few at a time."""
        async with asyncio.TaskGroup() as group:
            for _ in range(SHOPPERS):
                group.create_task(self._shop(orders))
        return self.sale

    async def _shop(self, orders: Iterator[Order]) -> None:
        for order in orders:
            try:
                await self._buy(order)
            except DemoError as error:
                self.sale.faults.append(f"{order.order_id} ({order.way.name}): {error}")
            self.sale.ways[order.way.name] += 1
            self._progress()

    async def _buy(self, order: Order) -> None:
        payment = await self._order(order)
        self.sale.paid[payment["id"]] = order
        checkout = await self._browser.pay(
            payment["clientSecret"], order.way.cards, passes=order.way.passes
        )
        self.sale.declines += checkout.declines
        self.sale.authentications += checkout.authentications
        if order.way.manual:
            await self._collect(order, payment["id"])

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
        desk = office(order.market)
        await self._service.until_status(desk, payment, {"requires_capture"})
        if order.way.ending == "released":
            await self._service.post(
                desk,
                f"/api/v1/payments/{payment}/cancel",
                {"reason": "requested_by_customer"},
                f"cancel-{order.number}",
            )
            return
        body = {} if order.capture == order.amount else {"amount": order.capture}
        await self._service.post(
            desk, f"/api/v1/payments/{payment}/capture", body, f"capture-{order.number}"
        )
