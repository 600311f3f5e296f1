"""The books: our side of the story, read from the database as its superuser."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]


@dataclass(frozen=True)
class Queues:
    """What is still to be done."""

    operations: int
    """Unresolved and not held."""

    held: int
    """Waiting for their payee to be able to receive."""

    webhooks: int

    batches: int
    """Payments of canceled events whose refund is still to be asked for."""

    @property
    def idle(self) -> bool:
        """Whether nothing is left that can be done."""
        return not (self.operations or self.webhooks or self.batches)


class Books:
    """Reads the database.

    Args:
        url: of the superuser.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    async def rows(self, query: LiteralString, values: Iterable[Any] = ()) -> list[Row]:
        """Run one statement in a connection of its own."""
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as link:
            cursor = link.cursor(row_factory=dict_row)
            await cursor.execute(query, tuple(values))
            return await cursor.fetchall()

    async def queues(self) -> Queues:
        """Count what is left to do."""
        rows = await self.rows(
            """
            SELECT (SELECT count(*) FROM payments.stripe_operations
                     WHERE outcome IS NULL AND state <> 'dead' AND holds = '{}') AS operations,
                   (SELECT count(*) FROM payments.stripe_operations
                     WHERE outcome IS NULL AND holds <> '{}') AS held,
                   (SELECT count(*) FROM payments.webhook_inbox
                     WHERE state IN ('received', 'waiting')) AS webhooks,
                   (SELECT count(*) FROM payments.refund_batch_items
                     WHERE state = 'pending') AS batches
            """
        )
        return Queues(**rows[0])

    async def done(self) -> tuple[int, ...]:
        """Count what has come to an end so far: it grows for as long as anything moves."""
        rows = await self.rows(
            """
            SELECT (SELECT count(*) FROM payments.stripe_operations
                     WHERE outcome IS NOT NULL) AS operations,
                   (SELECT count(*) FROM payments.webhook_inbox
                     WHERE finished_at IS NOT NULL) AS webhooks,
                   (SELECT count(*) FROM payments.refund_batch_items
                     WHERE state <> 'pending') AS batches
            """
        )
        return tuple(rows[0].values())

    async def event_cursors(self) -> tuple[tuple[Any, ...], ...]:
        """Up to when the worker has looked for missed webhooks, and where it stands."""
        rows = await self.rows(
            "SELECT * FROM payments.missed_event_cursors ORDER BY provider_account"
        )
        return tuple(tuple(row.values()) for row in rows)

    async def fetched(self) -> dict[str, datetime]:
        """Up to when the worker has looked for missed webhooks, by Stripe's account."""
        rows = await self.rows(
            "SELECT provider_account, swept_until FROM payments.missed_event_cursors"
            " WHERE swept_until IS NOT NULL"
        )
        return {row["provider_account"]: row["swept_until"] for row in rows}

    async def unfetched(self, moment: datetime, *, payees: bool) -> int:
        """How many of Stripe's accounts were not looked through for missed webhooks since then.

        The platform's own, and with `payees` theirs too.
        """
        rows = await self.rows(
            """
            SELECT count(*) AS accounts
              FROM (SELECT 'platform' AS name
                     UNION ALL
                    SELECT stripe_account_id FROM payments.connected_accounts
                     WHERE stripe_account_id IS NOT NULL AND %s) AS a
              LEFT JOIN payments.missed_event_cursors AS s ON s.provider_account = a.name
             WHERE s.swept_until > %s IS NOT TRUE
            """,
            (payees, moment),
        )
        return int(rows[0]["accounts"])

    async def now(self) -> datetime:
        """The database's time."""
        moment: datetime = (await self.rows("SELECT payments.clock() AS now"))[0]["now"]
        return moment

    async def payments(self) -> list[Row]:
        """Every payment with Stripe's side of it."""
        return await self.rows(
            """
            SELECT p.id::text, p.tenant_id, p.order_id, p.status, p.amount, p.amount_captured,
                   p.amount_refunded, p.currency, i.stripe_payment_intent_id AS intent
              FROM payments.payment_transactions AS p
              JOIN payments.payment_intents AS i USING (tenant_id, id)
            """
        )

    async def transfers(self) -> list[Row]:
        """Every transfer."""
        return await self.rows(
            """
            SELECT t.tenant_id, t.payment_id::text AS payment, t.recipient_type, t.recipient_id,
                   t.stripe_account_id AS account, t.stripe_transfer_id AS transfer, t.amount,
                   t.amount_reversed, t.currency, t.status
              FROM payments.stripe_transfers AS t
            """
        )

    async def refunds(self) -> list[Row]:
        """Every refund."""
        return await self.rows(
            """
            SELECT r.id::text, r.stripe_refund_id AS refund, r.amount, r.currency, r.status,
                   r.payment_id::text AS payment
              FROM payments.payment_refunds AS r
            """
        )

    async def reversals(self) -> list[Row]:
        """Every reversal, with its payee."""
        return await self.rows(
            """
            SELECT r.id::text, r.stripe_reversal_id AS reversal, r.amount, r.shortfall, r.currency,
                   r.status, r.payment_id::text AS payment, t.recipient_type, t.recipient_id
              FROM payments.transfer_reversals AS r
              JOIN payments.stripe_transfers AS t
                ON t.tenant_id = r.tenant_id AND t.id = r.transfer_id
            """
        )

    async def disputes(self) -> list[Row]:
        """Every dispute."""
        return await self.rows(
            """
            SELECT d.stripe_dispute_id AS dispute, d.payment_id::text AS payment, d.amount,
                   d.currency, d.status
              FROM payments.disputes AS d
            """
        )

    async def escrows(self) -> list[Row]:
        """Every escrow."""
        return await self.rows(
            """
            SELECT e.payment_id::text AS payment, e.amount, e.held_amount, e.released_amount,
                   e.refunded_amount, e.currency, e.status
              FROM payments.escrows AS e
            """
        )

    async def receivables(self) -> list[Row]:
        """What payees owed or owe us."""
        return await self.rows(
            """
            SELECT d.recipient_type, d.recipient_id, d.currency, d.amount, d.amount_netted
              FROM payments.receivables AS d
            """
        )

    async def postings(self) -> list[Row]:
        """Every movement of money at Stripe as our ledger has it, by the object that caused it.

        One row per side: the platform's account (`account` null), and what transfers, reversals
        and payouts moved at the payees. `source` is Stripe's id of the charge, transfer, refund,
        reversal or payout; all that disputes of a payment moved is one row.
        """
        return await self.rows(
            """
            WITH posting AS (
                SELECT p.tenant_id, p.amount, p.currency, p.cause_type, p.cause_id, p.payment_id,
                       d.kind AS debited, c.kind AS credited
                  FROM payments.ledger_postings AS p
                  JOIN payments.ledger_accounts AS d
                    ON d.tenant_id = p.tenant_id AND d.id = p.debit_account_id
                  JOIN payments.ledger_accounts AS c
                    ON c.tenant_id = p.tenant_id AND c.id = p.credit_account_id
                 WHERE 'provider_clearing' IN (d.kind, c.kind)
            ), named AS (
                SELECT g.*, t.stripe_account_id,
                       CASE WHEN g.debited = 'provider_clearing' THEN g.amount
                            ELSE -g.amount END AS change,
                       coalesce(CASE
                           WHEN g.cause_type = 'transfer' THEN t.stripe_transfer_id
                           WHEN g.cause_type = 'reversal' THEN v.stripe_reversal_id
                           WHEN g.cause_type LIKE 'refund%%' THEN r.stripe_refund_id
                           WHEN g.cause_type LIKE 'dispute%%'
                               THEN 'disputes of ' || i.stripe_payment_intent_id
                           ELSE i.latest_charge_id END, g.cause_id::text) AS source
                  FROM posting AS g
                  LEFT JOIN payments.transfer_reversals AS v
                    ON g.cause_type = 'reversal' AND v.tenant_id = g.tenant_id AND v.id = g.cause_id
                  LEFT JOIN payments.stripe_transfers AS t
                    ON g.cause_type IN ('transfer', 'reversal') AND t.tenant_id = g.tenant_id
                   AND t.id = coalesce(v.transfer_id, g.cause_id)
                  LEFT JOIN payments.payment_refunds AS r
                    ON g.cause_type LIKE 'refund%%' AND r.tenant_id = g.tenant_id
                   AND r.id = g.cause_id
                  LEFT JOIN payments.payment_intents AS i
                    ON i.tenant_id = g.tenant_id AND i.id = g.payment_id
            )
            SELECT NULL::text AS account, n.currency, n.source, sum(n.change)::bigint AS amount
              FROM named AS n
             GROUP BY n.currency, n.source
             UNION ALL
            SELECT n.stripe_account_id, n.currency, n.source, -sum(n.change)::bigint
              FROM named AS n
             WHERE n.cause_type IN ('transfer', 'reversal')
             GROUP BY n.stripe_account_id, n.currency, n.source
             UNION ALL
            SELECT a.stripe_account_id, y.currency, y.stripe_payout_id, -y.amount
              FROM payments.payouts AS y
              JOIN payments.connected_accounts AS a
                ON a.tenant_id = y.tenant_id AND a.id = y.connected_account_id
             WHERE y.status NOT IN ('failed', 'canceled')
            """
        )

    async def unfinished(self) -> list[Row]:
        """Operations without a good end: unresolved, dead, or failed though owed."""
        return await self.rows(
            """
            SELECT o.kind, o.state, o.id::text, o.payment_id::text AS payment, o.holds,
                   o.last_error_code, o.last_error
              FROM payments.stripe_operations AS o
             WHERE o.outcome IS NULL
                OR (o.state = 'failed' AND o.kind IN ('transfer', 'fetch', 'refund', 'evidence')
                    AND o.last_error_code IS DISTINCT FROM 'superseded')
            """
        )

    async def events(self) -> dict[tuple[str, str], Row]:
        """Every received event by its source and id."""
        rows = await self.rows(
            "SELECT source, event_id, event_type, object_ids, state, reason"
            " FROM payments.webhook_inbox"
        )
        return {(row["source"], row["event_id"]): row for row in rows}

    async def violations(self) -> list[Row]:
        """Breaches of a money invariant."""
        return await self.rows("SELECT * FROM ops.money_violations()")

    async def owed(self) -> list[Row]:
        """What payees still have to get."""
        return await self.rows(
            """
            SELECT recipient_type, recipient_id, currency, status, count(*) AS transfers,
                   sum(amount)::bigint AS amount
              FROM payments.pending_transfers
             GROUP BY recipient_type, recipient_id, currency, status
            """
        )

    async def totals(self) -> dict[tuple[str, str], int]:
        """Balance (debit minus credit, minor units) per currency and kind of ledger account."""
        rows = await self.rows(
            """
            SELECT a.currency, a.kind,
                   sum(CASE WHEN p.debit_account_id = a.id THEN p.amount
                            ELSE -p.amount END)::bigint AS balance
              FROM payments.ledger_accounts AS a
              JOIN payments.ledger_postings AS p
                ON p.tenant_id = a.tenant_id AND a.id IN (p.debit_account_id, p.credit_account_id)
             GROUP BY a.currency, a.kind
            """
        )
        return {(row["currency"], row["kind"]): row["balance"] for row in rows}
