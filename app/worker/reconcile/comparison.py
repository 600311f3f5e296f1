"""Reconciliation: pages of Stripe's lists are carried, SQL compares, notes and clears.

Every step may be repeated and may be left out by a death: what was found stays noted, and only a
comparison that read everything clears what it did not find again.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Literal

from app.database.client import Database, Jsonb
from app.database.notify import OPERATIONS, Notifier
from app.database.tenants import each_tenant
from app.observability.logs import get_logger
from app.worker.reconcile.stripe_lists import Lists, UnreadableError

log = get_logger("reconcile")

PLATFORM = "platform"
RESOURCES = (
    "payment_intents",
    "refunds",
    "transfers",
    "disputes",
    "accounts",
    "balance_transactions",
    "payouts",
)
OF_ACCOUNTS = ("balance_transactions", "payouts")
EXPANDED = {"balance_transactions": {"expand": ["data.source"]}}
"""What moved the money is needed to say whose it is."""

ACCOUNTS_AT_ONCE = 500

Origin = Literal["schedule", "hand", "restore"]
Json = dict[str, Any]


class Reconciliation:
    """Compares.

    Args:
        database: our rows.
        lists: Stripe's.
        notifier: wakes the workers when something can be mended by an operation.
    """

    def __init__(self, database: Database, lists: Lists, notifier: Notifier) -> None:
        self._database = database
        self._lists = lists
        self._notifier = notifier

    async def run(self, origin: Origin, since: datetime | None, grace_seconds: float) -> Json:
        """Compare everything that Stripe made since then.

        Args:
            origin: who asks.
            since: None: from the beginning.
            grace_seconds: what is younger is not judged.

        Returns:
            The run's document, for `report`.

        Raises:
            UnreadableError: a list could not be read to its end; what was found is noted.
            DatabaseError: the database did not answer.
        """
        run: Json = await self._database.value(
            "reconcile_begin", origin=origin, since=since, grace_seconds=grace_seconds
        )
        error: str | None = "stopped"
        unread: list[str] = []
        try:
            unread = await self._compare(run)
            error = None
        except UnreadableError as fault:
            error = str(fault)
            raise
        finally:
            await self._database.rows("reconcile_end", run=Jsonb(run), unread=unread, error=error)
        return run

    async def report(self, run: Json) -> Json:
        """What is open after a run, tenant by tenant, and what of Stripe's nobody owns."""
        tenants = [
            await self._database.value("reconcile_report", tenant_id=tenant, run=Jsonb(run))
            async for tenant in each_tenant(self._database)
        ]
        return {
            "since": run["since"],
            "startedAt": run["startedAt"],
            "tenants": tenants,
            "unowned": await self._database.value("unowned_report"),
        }

    async def _compare(self, run: Json) -> list[str]:
        for resource in RESOURCES:
            await self._read(run, resource, None)
        unread = []
        async for account in self._accounts():
            try:
                for resource in OF_ACCOUNTS:
                    await self._read(run, resource, account)
            except UnreadableError as error:
                if not error.refused:
                    raise
                log.warning("account not readable", account=account, reason=str(error))
                unread.append(account)
        async for tenant in each_tenant(self._database):
            await self._database.rows(
                "reconcile_settle", tenant_id=tenant, run=Jsonb(run), unread=unread
            )
        return unread

    async def _read(self, run: Json, resource: str, account: str | None) -> None:
        page_of: Json = {"run": Jsonb(run), "account": account or PLATFORM, "resource": resource}
        params = {"created": {"gte": run["sinceEpoch"]}, **EXPANDED.get(resource, {})}
        async for page in self._lists.pages(resource, params, account):
            for row in await self._database.rows("reconcile_sort", **page_of, objects=Jsonb(page)):
                due = await self._database.value(
                    "reconcile_compare",
                    tenant_id=row["tenant_id"],
                    **page_of,
                    objects=Jsonb(row["objects"]),
                )
                if due:
                    self._notifier.wake(OPERATIONS)

    async def _accounts(self) -> AsyncIterator[str]:
        last: str | None = None
        while True:
            page = await self._database.rows(
                "reconcile_accounts", after=last, limit=ACCOUNTS_AT_ONCE
            )
            for row in page:
                last = row["provider_account"]
                yield row["provider_account"]
            if len(page) < ACCOUNTS_AT_ONCE:
                return
