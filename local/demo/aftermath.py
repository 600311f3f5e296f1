"""Aftermath of the on-sale: refunds, resales, disputes, a canceled event, as expected of each."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from local.demo import scenes
from local.demo.onboarding import office
from local.demo.plan import Order, Way
from local.demo.sale import Sale
from local.demo.service import DemoError, Json, NotYetError, Service
from local.demo.stripe import Stripe

PARTS = (3_333, 1_111, 2_049)
"""Minor units of the partial refunds of one payment; one of them gets the rest as well."""

DECIDED = frozenset({"won", "lost"})


@dataclass
class Expected:
    """What was agreed with fans and banks, to be found again by the audit."""

    refunded: Counter[str] = field(default_factory=Counter)
    """Minor units by payment."""

    held: Counter[str] = field(default_factory=Counter)
    """Minor units of resales not yet confirmed, by payment."""

    disputes: dict[str, str] = field(default_factory=dict)
    """How each dispute ended, by payment."""


class Aftermath:
    """Plays the scenes after the on-sale.

    Args:
        service: our API.
        stripe: the dashboard and levers of the simulator.
        sale: what was sold.
        expected: filled with what is agreed.
    """

    def __init__(self, service: Service, stripe: Stripe, sale: Sale, expected: Expected) -> None:
        self._service = service
        self._stripe = stripe
        self._sale = sale
        self.expected = expected

    def _sold(self, way: Way) -> list[tuple[str, Order]]:
        """Payments for a scene; it cannot be played when one of them was not."""
        sold = self._sale.of(way)
        if len(sold) != scenes.count(way):
            wrong = "; ".join(map(str, self._sale.stranded.values()))
            raise NotYetError(f"orders for '{way.name}' went wrong: {wrong}")
        return sold

    # ── refunds ───────────────────────────────────────────────────────────────────────────────

    async def refund(self, spender: str) -> str:
        """Refund in full and in parts; `spender` is the account that has spent its money."""
        await self._spend(spender)
        whole = self._sold(scenes.REFUNDED) + self._sold(scenes.SPENT)
        parts = self._sold(scenes.IN_PARTS)
        await asyncio.gather(
            *(self._refund(payment, order) for payment, order in whole),
            *(self._refund_in_parts(*pair, rest=not n) for n, pair in enumerate(parts)),
        )
        return f"{len(whole)} payments in full, {len(parts)} in parts"

    async def _spend(self, account: str) -> None:
        """Have a payee take its whole balance to its bank."""
        ledger = await self._stripe.control("GET", "ledger")
        for currency, balance in ledger["accounts"].get(account, {}).items():
            if isinstance(balance, dict) and balance["available"] > 0:
                paid_out = {"payout": {currency: balance["available"]}}
                await self._stripe.control("POST", f"accounts/{account}", paid_out)

    async def _refund(self, payment: str, order: Order, amount: int | None = None) -> None:
        body: Json = {"paymentId": payment, "reason": "requested_by_customer"}
        if amount is not None:
            body["amount"] = amount
        key = f"refund-{order.number}-{amount or 'rest'}"
        refund = await self._service.post(office(order.market), "/api/v1/refunds", body, key)
        self.expected.refunded[payment] += refund["amount"]

    async def _refund_in_parts(self, payment: str, order: Order, *, rest: bool) -> None:
        for amount in PARTS:
            await self._refund(payment, order, amount)
        if rest:
            await self._refund(payment, order)
        more = {"paymentId": payment, "reason": "other", "amount": order.amount}
        refused = await self._service.refused(
            office(order.market), "/api/v1/refunds", more, f"refund-{order.number}-too-much"
        )
        if refused not in {"refund_exceeds_remaining", "payment_not_refundable"}:
            raise DemoError(f"a refund beyond the payment was refused with {refused}")

    # ── resales ───────────────────────────────────────────────────────────────────────────────

    async def resell(self) -> str:
        """Release one resale when its condition is met, call one off, leave one waiting."""
        (sold, order), (off, _), (waiting, _) = self._sold(scenes.RESALE)
        desk = office(order.market)
        path = await self._escrow(sold, order)
        release = {"reason": "the buyer is in"}
        early = await self._service.refused(desk, f"{path}/release", release, "resale-early")
        await self._service.post(
            desk,
            f"{path}/conditions/{scenes.CONDITION}",
            {"evidence": "scanned at the door"},
            "resale-confirm",
        )
        await self._service.post(desk, f"{path}/release", release, "resale-release")
        path = await self._escrow(off, order)
        reason = {"reason": "the seller has kept the ticket"}
        await self._service.post(desk, f"{path}/cancel", reason, "resale-cancel")
        self.expected.refunded[off] += self._sale.orders[off].amount
        document = await self._service.get(desk, await self._escrow(waiting, order))
        self.expected.held[waiting] = document["heldAmount"]
        return f"1 refused before its condition ({early}), then released; 1 called off; 1 held"

    async def _escrow(self, payment: str, order: Order) -> str:
        path = f"/api/v1/payments/{payment}"
        found = await self._service.until(
            office(order.market),
            path,
            lambda p: bool(p["escrows"] and p["escrows"][0]["amount"]),
            "its hold",
        )
        return f"/api/v1/escrows/{found['escrows'][0]['id']}"

    # ── disputes ──────────────────────────────────────────────────────────────────────────────

    async def dispute(self) -> str:
        """Win one dispute, lose one opened with its payment and one opened after payout."""
        (won, _), (lost, _) = self._sold(scenes.DISPUTED)
        ((later, order),) = self._sold(scenes.CHARGED_BACK)
        document = await self._service.get(office(order.market), f"/api/v1/payments/{later}")
        intent = await self._stripe.read(f"/v1/payment_intents/{document['stripePaymentIntentId']}")
        await self._stripe.control("POST", f"charges/{intent['latest_charge']}/dispute", {})
        await asyncio.gather(
            self._argue(won, order, "winning_evidence", "won"),
            self._argue(lost, order, "losing_evidence", "lost"),
            self._argue(later, order, "losing_evidence", "lost"),
        )
        return "1 won, 2 lost, one of these opened after its payees were paid"

    async def _argue(self, payment: str, order: Order, text: str, outcome: str) -> None:
        desk = office(order.market)
        self.expected.disputes[payment] = outcome
        found = await self._service.until(
            desk,
            f"/api/v1/disputes?paymentId={payment}",
            lambda page: bool(page["data"]),
            "the dispute",
        )
        path = f"/api/v1/disputes/{found['data'][0]['id']}"
        evidence = {"evidence": {"uncategorized_text": text}}
        await self._service.post(desk, f"{path}/evidence", evidence, f"evidence-{payment}")
        ended = await self._service.until(desk, path, lambda d: d["status"] in DECIDED, "its end")
        if ended["status"] != outcome:
            raise DemoError(f"dispute {path}: {ended['status']}, not {outcome}")

    # ── a canceled event ─────────────────────────────────────────────────────────────────────

    async def cancel_event(self) -> str:
        """Cancel an event one of whose payments is refunded in part and one in full already."""
        tickets = self._sold(scenes.RAINED_OFF)
        await self._refund(*tickets[0])
        await self._refund(*tickets[1], 1_000)
        desk = office(tickets[0][1].market)
        path = f"/api/v1/events/{scenes.CANCELED_EVENT}/cancellation"
        batch = await self._service.post(
            desk, path, {"reason": "rain"}, "cancellation", background=True
        )
        ended = await self._service.until(
            desk,
            f"/api/v1/refund-batches/{batch['id']}",
            lambda b: b["finishedAt"] is not None,
            "its end",
        )
        for payment, order in tickets:
            self.expected.refunded[payment] = order.amount
        return f"{ended['total']} payments: {ended['succeeded']} refunded, {ended['failed']} failed"
