"""Everything one simulated Stripe knows, with nothing kept outside this object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stripe_simulator.clock import Clock
from stripe_simulator.config import Config
from stripe_simulator.faults import Faults
from stripe_simulator.http.packer import Packer
from stripe_simulator.idempotency import Keys
from stripe_simulator.ids import Ids
from stripe_simulator.journal import Journal
from stripe_simulator.ledger import ADJUSTMENT, Entry, Ledger
from stripe_simulator.limiter import Limiter
from stripe_simulator.money import currency_of
from stripe_simulator.objects.account import Account
from stripe_simulator.objects.samples import typical
from stripe_simulator.store import Store
from stripe_simulator.webhook_faults import WebhookFaults

Json = dict[str, Any]


class State:
    """Platform, connected accounts, money, time and faults of one simulation."""

    def __init__(self, config: Config, seed: int, clock: Clock) -> None:
        """Make an empty world; ids and choices follow from `seed`."""
        self.config = config
        self.seed = seed
        self.clock = clock
        self.base_url = "http://127.0.0.1"
        self.ids = Ids(seed)
        self.store = Store()
        self.ledger = Ledger(config, clock, self.ids, self.store)
        self.keys = Keys(config.key_seconds)
        self.faults = Faults(seed)
        self.webhook_faults = WebhookFaults(seed)
        self.journal = Journal()
        self.limiter = Limiter()
        self.packer = Packer(typical(self))
        self.restricted: dict[str, list[str]] = {}
        self.locks: set[str] = set()
        self.request: tuple[str | None, str | None] = (None, None)
        self.echo: tuple[Json, str, str] | None = None  # what the last event showed
        self.afterwards: list[Callable[[], None]] = []
        self.on_delivery: Callable[[str], None] = lambda _delivery_id: None
        self.on_timer: Callable[[], None] = lambda: None
        self.on_late_call: Callable[[list[Any]], None] = lambda _call: None
        self.bugs: list[str] = []
        self.short_refunds: dict[str, None] = {}
        self.platform = self._platform()

    def _platform(self) -> str:
        account_id = self.ids.make("acct_")
        currency = currency_of(self.config.country)
        self.store.accounts.add(
            Account(
                id=account_id,
                account=account_id,
                created=self.clock.seconds(),
                type="standard",
                country=self.config.country,
                default_currency=currency,
                charges_enabled=True,
                payouts_enabled=True,
                details_submitted=True,
                email="platform@example.com",
                capabilities={
                    name: {"requested": True, "status": "active", "requested_at": None}
                    for name in ("card_payments", "transfers")
                },
            )
        )
        return account_id

    def after(self, action: Callable[[], None]) -> None:
        """Do something right after the running call has been answered."""
        self.afterwards.append(action)

    def adjust(self, account: str, currency: str, amount: int, description: str) -> None:
        """Put money into an account from outside, or take it; minor units."""
        self.ledger.post(
            Entry(
                account, "adjustment", amount, currency, None, ADJUSTMENT, description=description
            )
        )
