"""The story in order. Reading order of the demo: this file, then what each step calls."""

import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain

import aiohttp
import psycopg
from psycopg.types.json import Jsonb

from local.demo import agreement, audit, onboarding, scenes, trouble
from local.demo.aftermath import Aftermath, Expected
from local.demo.books import Books, Queues, Row
from local.demo.browser import Browser
from local.demo.drain import drained
from local.demo.plan import MARKETPLACES, Order, Payee, orders
from local.demo.progress import Progress
from local.demo.report import Report, Summary, counted, money
from local.demo.sale import Sale, Shoppers
from local.demo.service import DemoError, Json, NotYetError, Service
from local.demo.stripe import Stripe
from local.dev.stack import TENANT_NAMES, Stack

HTTP_SECONDS = 30.0
MAX_CONNECTIONS = 64


@dataclass(frozen=True)
class Options:
    """How the story is to be told."""

    orders: int = 200
    faults: bool = False
    seed: int = 1
    database_url: str | None = None


@dataclass
class Story:
    """Everything one run needs and learns."""

    options: Options
    stack: Stack
    report: Report
    service: Service
    browser: Browser
    stripe: Stripe
    books: Books
    accounts: dict[Payee, Json] = field(default_factory=dict)
    sale: Sale = field(default_factory=Sale)
    expected: Expected = field(default_factory=Expected)
    kills: int = 0
    unfinished: list[str] = field(default_factory=list)
    """What the story stopped at, when it could not be played to its end."""

    async def play(self) -> Summary:
        """Play every step, then audit; return the summary without its seconds.

        A story that stands still is audited as it stands.
        """
        await self._onboard()
        self._set_rules()
        await trouble.begin(self.stripe, rough=self.options.faults)
        try:
            async with self._killing():
                await self._sell()
                await self._settle("payouts")
                await self._turn_back()
        except NotYetError as error:
            self.unfinished.append(f"the story stopped: {error}")
        await self._calm_down()
        if not self.unfinished:
            await self._release()
        return await self._audit()

    async def _drained(self, *, payees: bool = False) -> Queues:
        return await drained(self.books, self.stripe, lossy=self.options.faults, payees=payees)

    async def _onboard(self) -> None:
        with self.report.step("payees onboarded") as step:
            self.accounts = await onboarding.open_accounts(self.service, self.browser)
            await self._await_enabled()
            kinds = Counter(str(payee.kind) for payee in self.accounts)
            late = [payee.name for payee in self.accounts if not payee.ready]
            step.detail = (
                f"{len(MARKETPLACES)} tenants, {counted(kinds, plural=True)}; "
                f"cannot receive yet: {', '.join(late)}"
            )

    async def _await_enabled(self) -> None:
        """Wait until we have heard from Stripe who can receive."""
        if not (await self._drained()).idle:
            raise DemoError("the news of the onboarded accounts was not taken in")

    def _set_rules(self) -> None:
        with psycopg.connect(self.stack.database_url, autocommit=True) as link:
            for market in MARKETPLACES:
                for venue, shares in market.rules:
                    link.execute(
                        "SELECT ops.split_rule_set(%s, 'venue', %s, %s)",
                        [market.tenant, venue, Jsonb(list(shares))],
                    )

    @asynccontextmanager
    async def _killing(self) -> AsyncIterator[None]:
        """With faults: the worker is killed every few seconds while the block lasts."""
        async with AsyncExitStack() as stack:
            if self.options.faults:
                killer = trouble.Killer(self.stack.worker, self.stack.ports.worker_admin)
                await stack.enter_async_context(killer.at_work())
                stack.callback(lambda: setattr(self, "kills", killer.kills))
            yield

    async def _sell(self) -> None:
        count = self.options.orders
        with self.report.step("on-sale") as step:
            started = time.monotonic()
            total = count + scenes.count()
            await self._shop(chain(orders(count, self.options.seed), scenes.first(count)), total)
            rate = total / (time.monotonic() - started)
            step.detail = (
                f"{count} orders and {scenes.count()} for the scenes below, "
                f"{self.sale.declines} declined cards, "
                f"{self.sale.authentications} 3-D Secure, {rate:.0f} orders/s"
            )

    async def _shop(self, wanted: Iterator[Order], total: int) -> None:
        progress = self.report.progress("orders", total)
        shoppers = Shoppers(self.service, self.browser, progress, self.sale)
        await shoppers.play(wanted)

    async def _turn_back(self) -> None:
        """Everything that takes money back, or lets it go late."""
        aftermath = Aftermath(self.service, self.stripe, self.sale, self.expected)
        spender = next(p for p in self.accounts if p.id == scenes.SPENDER)
        refunds = aftermath.refund(self.accounts[spender]["stripeAccountId"])
        await self._scene("refunds", refunds)
        await self._scene("resales", aftermath.resell())
        await self._scene("disputes", aftermath.dispute())
        await self._scene("event canceled", aftermath.cancel_event())
        await self._settle("reversals")
        await self._net()

    async def _scene(self, title: str, scene: Awaitable[str]) -> None:
        with self.report.step(title) as step:
            step.detail = await scene

    async def _net(self) -> None:
        """Sell for the payee that owes: what it owes is kept back."""
        with self.report.step("debt kept back") as step:
            await self._shop(scenes.later(self.options.orders), scenes.count_later())
            left = await self._drained()
            parts = [
                f"{row['recipient_type']} {row['recipient_id']} owed "
                f"{money(row['amount'], row['currency'])}, "
                f"{money(row['amount_netted'], row['currency'])} kept back"
                for row in await self.books.receivables()
            ]
            step.detail = "; ".join(parts) or "nobody owes"
        _check_idle(left)

    async def _settle(self, title: str) -> None:
        with self.report.step(title) as step:
            left = await self._drained()
            paid = [row for row in await self.books.transfers() if row["status"] in audit.SENT]
            back = [row for row in await self.books.reversals() if row["status"] == "succeeded"]
            step.detail = (
                f"{len(paid)} transfers paid, {len(back)} reversals, "
                f"{left.held} held for payees not enabled or disputes"
            )
        _check_idle(left)

    async def _calm_down(self) -> None:
        suffered = await trouble.end(self.stripe)
        webhooks = counted(suffered.webhooks)
        self.report.line(f"    deliveries tampered with: {webhooks}")
        if self.options.faults:
            self.report.line(f"    calls tampered with: {counted(suffered.api)}")
            self.report.line(f"    worker killed with SIGKILL: {self.kills} times")

    async def _release(self) -> None:
        owed = [row for row in await self.books.owed() if row["status"] == "blocked"]
        with self.report.step("blocked payee enabled") as step:
            late = await onboarding.enable_late(self.service, self.browser, self.accounts)
            left = await self._drained(payees=True)
            sums = "; ".join(
                f"{row['transfers']} transfers of {money(row['amount'], row['currency'])}"
                for row in owed
            )
            names = ", ".join(payee.name for payee in late)
            step.detail = f"{names}: released {sums or 'nothing'}; {left.held} still held"

    async def _audit(self) -> Summary:
        with self.report.step("audit") as step:
            theirs = await audit.read_stripe(self.stripe)
            ours = await audit.read_ours(self.books)
            found = audit.compare(theirs, ours, self.sale, self.expected)
            found.unfinished += self.unfinished
            step.detail = (
                f"{len(theirs.intents)} intents, {len(theirs.transfers)} transfers, "
                f"{len(theirs.refunds)} refunds, {len(theirs.reversals)} reversals, "
                f"{len(theirs.disputes)} disputes, {len(theirs.events)} events, "
                f"{len(theirs.executed)} executed calls compared"
            )
        # What is compared while something is under way may agree when that has ended.
        differing = await self._reconcile()
        (found.unfinished or found.lost).extend(differing)
        self._tell(theirs, ours, found)
        return Summary(
            orders=self.options.orders,
            captured=sum(row["amount_captured"] for row in ours.payments),
            transferred=sum(row["amount"] for row in ours.transfers if row["status"] in audit.SENT),
            refunded=sum(row["amount_refunded"] for row in ours.payments),
            reversed=sum(row["amount_reversed"] for row in ours.transfers),
            held=sum(row["held_amount"] for row in ours.escrows),
            unexplained=found.unexplained,
            violations=len(found.violations),
            duplicates=len(found.duplicates),
            lost=len(found.lost),
            unfinished=len(found.unfinished),
        )

    async def _reconcile(self) -> list[str]:
        """Have the service compare itself with Stripe; return what it found."""
        with self.report.step("reconciliation") as step:
            report = await agreement.compare(self.stack, self.books)
            step.detail = agreement.told(report)
        return list(agreement.lines(report))

    # ── telling ───────────────────────────────────────────────────────────────────────────────

    def _tell(self, theirs: audit.AtStripe, ours: audit.Ours, found: audit.Findings) -> None:
        ways = [(name, str(count)) for name, count in self.sale.ways.most_common()]
        self.report.table("How fans paid", ("way", "orders"), ways)
        self._tell_currencies(ours)
        self._tell_payees(ours)
        self._tell_accounts(theirs, ours)
        self.report.findings("Unexplained", found.differences)
        self.report.findings("Violations", found.violations)
        self.report.findings("Duplicates", found.duplicates)
        self.report.findings("Lost", found.lost, len(found.lost))
        self.report.findings("Not finished", found.unfinished, len(found.unfinished))
        self.report.line()

    def _tell_currencies(self, ours: audit.Ours) -> None:
        rows = []
        for currency in sorted({row["currency"] for row in ours.payments}):
            balance = {kind: ours.totals.get((currency, kind), 0) for kind in _KINDS}
            rows.append(
                (
                    currency,
                    *(
                        money(sum(r[name] for r in found if r["currency"] == currency), currency)
                        for found, name in (
                            (ours.payments, "amount_captured"),
                            (_sent(ours), "amount"),
                            (ours.payments, "amount_refunded"),
                            (ours.transfers, "amount_reversed"),
                        )
                    ),
                    *(money(sign * balance[kind], currency) for kind, sign in _KINDS.items()),
                )
            )
        head = ("", "captured", "transferred", "refunded", "reversed", *_HEADS)
        self.report.table("Our ledger", head, rows)

    def _tell_payees(self, ours: audit.Ours) -> None:
        paid: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for row in _sent(ours):
            name = TENANT_NAMES[row["tenant_id"]]
            sums = paid[name, row["recipient_type"], row["recipient_id"], row["currency"]]
            for place, more in enumerate((1, row["amount"], row["amount_reversed"])):
                sums[place] += more
        rows = [
            (f"{tenant}: {kind} {payee}", str(n), money(out, currency), money(back, currency))
            for (tenant, kind, payee, currency), (n, out, back) in sorted(paid.items())
        ]
        self.report.table("Paid out", ("payee", "transfers", "amount", "taken back"), rows)

    def _tell_accounts(self, theirs: audit.AtStripe, ours: audit.Ours) -> None:
        names = {account["id"]: account["email"] for account in theirs.accounts}
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for place, side in enumerate((theirs.money, ours.money)):
            for (account, currency, _), amount in side.items():
                sums[account, currency][place] += amount
        rows = [
            (
                names.get(account, account),
                money(there, currency),
                money(here, currency),
                money(there - here, currency),
            )
            for (account, currency), (there, here) in sorted(sums.items())
        ]
        head = ("account", "at Stripe", "in our ledger", "difference")
        self.report.table("Stripe's balance transactions against our ledger", head, rows)


_KINDS = {
    "payee_payable": -1,
    "payee_held": -1,
    "payee_receivable": 1,
    "platform_revenue": -1,
    "provider_fees": 1,
    "disputes": 1,
    "provider_clearing": 1,
}
"""Kinds of ledger accounts, with the sign that people expect."""

_HEADS = (
    *("still owed", "held", "owed to us", "platform's share"),
    *("Stripe's fees", "in dispute", "left at Stripe"),
)


def _check_idle(left: Queues) -> None:
    if not left.idle:
        raise NotYetError(f"nothing moves, and this is left to do: {left}")


def _sent(ours: audit.Ours) -> list[Row]:
    return [row for row in ours.transfers if row["status"] in audit.SENT]


async def tell(options: Options, stack: Stack, report: Report) -> Summary:
    """Play the story on a running stack.

    Raises:
        DemoError: it could not be played to its end.
    """
    base = stack.addresses().stripe
    timeout = aiohttp.ClientTimeout(total=HTTP_SECONDS)
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        books = Books(stack.database_url)
        progress = Progress(books.done)
        story = Story(
            options,
            stack,
            report,
            Service(stack, session, progress),
            Browser(base, session, progress),
            Stripe(base, session),
            books,
        )
        return await story.play()


__all__ = ["Options", "Order", "tell"]
