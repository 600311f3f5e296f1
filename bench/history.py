"""Ninety days of complete payments of a thousand tenants, made set by set in SQL.

Every payment is a copy of one that went through the functions (bench/season.py), in all tables,
under ids and Stripe ids of its own: what a real payment leaves, this one has. To save room the
bytes of webhooks, the bodies of stored answers, frozen requests beyond amount, currency and
destination, and stored fraud decisions are left out; no report of a tenant's month reads them.

Tenant 1 has a tenth of all payments, the others share the rest evenly. Payments come in the order
of time, tenants mixed, as in life: one tenant's rows lie scattered over the tables.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import psycopg

from bench.season import PAID_PATTERNS, Pattern, play_season

TENANTS = 1_000
DAYS = 90
BATCH = 10_000
WRITERS = 2

Connection = psycopg.Connection[Any]
Columns = Mapping[str, str]


class Addresses(Protocol):
    """A database that can be reached."""

    @property
    def superuser_url(self) -> str:
        """As the superuser."""

    @property
    def service_url(self) -> str:
        """As the login of the service."""


@dataclass(frozen=True)
class History:
    """What was made.

    Attributes:
        payments: how many.
        rows: in the tables of tenants' rows.
        seconds: it took, vacuum and analyze included.
        big: the tenant with a tenth of all.
    """

    payments: int
    rows: int
    seconds: float
    big: UUID


def tenant_number(number: int) -> UUID:
    """The id of a tenant, counted from 1."""
    return UUID(f"00000000-0000-4000-8000-{number:012x}")


# ── what of a row is another one in each copy ─────────────────────────────────────────────────────

_OF_OPERATION = (
    "(SELECT o.payment_id FROM payments.stripe_operations AS o WHERE o.id = x.operation_id)"
)
_OF_ESCROW = "(SELECT e.payment_id FROM payments.escrows AS e WHERE e.id = x.escrow_id)"
_OF_OBJECT = """(
    SELECT t.payment_id FROM payments.stripe_transfers AS t WHERE t.id::text = x.object_id::text
    UNION ALL
    SELECT r.payment_id FROM payments.payment_refunds AS r WHERE r.id::text = x.object_id::text
    UNION ALL
    SELECT p.id FROM payments.payment_transactions AS p WHERE p.id::text = x.object_id::text)"""

OWNERS: Mapping[str, str] = {
    "payment_transactions": "x.id",
    "payment_intents": "x.id",
    "stripe_operation_attempts": _OF_OPERATION,
    "idempotency_keys": _OF_OPERATION,
    "provider_objects": _OF_OBJECT,
    "audit_log": _OF_OBJECT,
    "escrow_events": _OF_ESCROW,
    "escrow_conditions": _OF_ESCROW,
    "webhook_inbox": (
        "(SELECT e.payment_id FROM payments.payment_events AS e WHERE e.id = x.event_id)"
    ),
    "fraud_signals": (
        "(SELECT i.id FROM payments.payment_intents AS i"
        " WHERE x.source_id IN (i.id::text, i.latest_charge_id))"
    ),
}
"""Whose payment a row is, for tables that do not say payment_id."""

OF_TENANT: Mapping[str, Mapping[str, str]] = {
    "tenants": {"name": "'Tenant ' || o.n"},
    "connected_accounts": {"stripe_account_id": "x.stripe_account_id || right(o.tenant::text, 6)"},
    "ledger_accounts": {
        "id": (
            "payments.ledger_account_id("
            "o.tenant, x.kind, x.recipient_type, x.recipient_id, x.currency)"
        )
    },
    "fraud_rulesets": {},
    "fraud_rules": {},
}
"""Copied once a tenant, but for this; other ids may stay, for every key begins with the tenant."""

NOT_COPIED = {*OF_TENANT, "payment_marks", "fraud_checks"}
"""Marks say what is still to be checked: the copies count as checked."""

KEPT = {"connected_account_id"}
"""Ids of what is the tenant's and not the payment's."""

MARKED = {
    "stripe_payment_intent_id",
    "client_secret",
    "latest_charge_id",
    "balance_transaction_id",
    "transfer_group",
    "stripe_transfer_id",
    "source_transaction",
    "stripe_refund_id",
    "stripe_reversal_id",
    "stripe_dispute_id",
    "provider_id",
    "lock_key",
    "order_id",
    "idempotency_key",
    "payment_events.id",
    "webhook_inbox.event_id",
}
"""Text that names one thing at Stripe, one order, or one request."""

UNHEARD = ["payment_intent.created", "transfer.created"]
"""Types of events that Stripe is not asked to send: the others say the same."""

_CUSTOMER = "'customer-' || c.k % {customers}"
_ACCOUNT = (
    "(SELECT a.id FROM pattern.account_ids AS a WHERE a.tenant = c.tenant AND a.pattern = x.{name})"
)
_ID = "overlay(x.{name}::text PLACING c.mark FROM 1 FOR 8)"
SAID_DIFFERENTLY: Mapping[str, str] = {
    "payment_transactions.customer_id": _CUSTOMER,
    "fraud_signals.value": f"CASE x.signal WHEN 'customer' THEN {_CUSTOMER} ELSE x.value END",
    "fraud_signals.source_id": (
        f"CASE WHEN x.source_id LIKE 'ch%' THEN x.source_id || '_' || c.mark ELSE {_ID} END"
    ),
    "ledger_postings.debit_account_id": _ACCOUNT,
    "ledger_postings.credit_account_id": _ACCOUNT,
    "audit_log.object_id": _ID,
    "webhook_inbox.payload": "'\\x'::bytea",
    "webhook_inbox.object_ids": "'[]'::jsonb",
    "idempotency_keys.response_body": "jsonb_build_object()",
    "stripe_operations.request": (
        "jsonb_build_object('params', jsonb_build_object("
        "'amount', x.request -> 'params' -> 'amount',"
        " 'currency', x.request -> 'params' -> 'currency',"
        " 'destination', (x.request #>> '{{params,destination}}') || right(c.tenant::text, 6)))"
    ),
}

COLUMNS = """
    SELECT c.table_name, c.column_name, c.data_type
      FROM information_schema.columns AS c
      JOIN pg_catalog.pg_class AS r
        ON r.oid = format('payments.%I', c.table_name)::regclass AND r.relkind = 'r'
     WHERE c.table_schema = 'payments' AND EXISTS (
           SELECT FROM information_schema.columns AS t
            WHERE t.table_schema = 'payments' AND t.table_name = c.table_name
              AND t.column_name = 'tenant_id')
     ORDER BY c.table_name, c.ordinal_position
"""

# A payment's pattern is chosen by where its number falls in a thousand; its tenant and its mark
# by factors that go round the whole range, so that no two copies have the same mark.
COPIES = """
    CREATE TEMP TABLE copies ON COMMIT DROP AS
    SELECT n.k, p.payment AS pattern,
           lpad(to_hex(n.k * 2654435761 & 4294967295), 8, '0') AS mark,
           ('00000000-0000-4000-8000-' || lpad(to_hex(
               CASE WHEN n.k % 10 = 0 THEN 1 ELSE 2 + n.k * 7919 % {others} END
           ), 12, '0'))::uuid AS tenant,
           (n.k - {payments}) * (interval '{days} days' / {payments}) AS shift
      FROM generate_series({first}::bigint, {last}) AS n (k)
      JOIN pattern.payments AS p ON (n.k * 389 + n.k / 1000) % 1000 <@ p.share
"""

OPENED = """
    CREATE TEMP TABLE opened ON COMMIT DROP AS
    SELECT n, ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS tenant
      FROM generate_series(1, {tenants}) AS n
"""

ACCOUNT_IDS = """
    CREATE TABLE pattern.account_ids AS
    SELECT a.tenant_id AS tenant, x.id AS pattern, a.id FROM pattern.ledger_accounts AS x
      JOIN payments.ledger_accounts AS a
     USING (kind, recipient_type, recipient_id, currency)
"""

# Rows go in without indexes; REINDEX builds them once all are there, and makes them valid again.
INDEXES_OFF = """
    UPDATE pg_catalog.pg_index SET indisready = false, indisvalid = false
     WHERE indrelid = ANY (%s::regclass[])
"""
ROWS = """
    SELECT sum(reltuples)::bigint FROM pg_catalog.pg_class
     WHERE relnamespace = 'payments'::regnamespace AND relkind = 'r'
"""


def make_history(
    database: Addresses, payments: int, tenants: int = TENANTS, paid: int = PAID_PATTERNS
) -> History:
    """Fill a fresh migrated database.

    Args:
        database: nobody else is in it.
        payments: how many.
        tenants: whose.
        paid: see play_season.
    """
    started = time.monotonic()
    _, patterns = play_season(database, paid)
    with psycopg.connect(database.superuser_url, autocommit=True) as owner:
        tables = _columns(owner)
        _set_aside(owner, tables, patterns)
        _open_tenants(owner, tables, tenants)
        copied = [t for t in tables if t not in NOT_COPIED and _has_patterns(owner, t)]
        filled = [f"payments.{table}" for table in copied]
        owner.execute(INDEXES_OFF, (filled,))
        statements = [_copy(table, tables[table], max(1, payments // 10)) for table in copied]
        _fill(database, statements, payments, tenants)
        _each(database, [f"REINDEX TABLE {table}" for table in filled])
        owner.execute("DROP SCHEMA pattern CASCADE")
        for number in range(1, tenants + 1):
            owner.execute("SELECT api.ledger_rollup(%s)", (tenant_number(number),))
        _each(database, [f"VACUUM ANALYZE payments.{table}" for table in tables])
        row = owner.execute(ROWS).fetchone()
    seconds = time.monotonic() - started
    return History(payments, row[0] if row else 0, seconds, tenant_number(1))


def _columns(owner: Connection) -> dict[str, dict[str, str]]:
    """Each table of tenants' rows: its columns and their types."""
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in owner.execute(COLUMNS):
        tables.setdefault(table, {})[column] = kind
    return tables


def _set_aside(
    owner: Connection, tables: Mapping[str, Columns], patterns: Sequence[Pattern]
) -> None:
    """Keep each row of the season with the payment it belongs to."""
    owner.execute("CREATE SCHEMA pattern")
    owner.execute("CREATE TABLE pattern.payments (payment uuid, share int8range)")
    first = 0
    for one in patterns:
        span = (one.payment, first, first + one.per_mille)
        owner.execute("INSERT INTO pattern.payments VALUES (%s, int8range(%s, %s))", span)
        first += one.per_mille
    for table, columns in tables.items():
        default = "x.payment_id" if "payment_id" in columns else "NULL::uuid"
        owner.execute(
            f"CREATE TABLE pattern.{table} AS SELECT x.*, {OWNERS.get(table, default)} AS pattern"
            f" FROM payments.{table} AS x".encode()
        )
    owner.execute("DELETE FROM pattern.payment_events WHERE event_type = ANY (%s)", (UNHEARD,))
    owner.execute("DELETE FROM pattern.webhook_inbox WHERE event_type = ANY (%s)", (UNHEARD,))
    owner.execute("ANALYZE")


def _has_patterns(owner: Connection, table: str) -> bool:
    query = f"SELECT FROM pattern.{table} WHERE pattern IS NOT NULL LIMIT 1"
    return owner.execute(query.encode()).rowcount > 0


def _open_tenants(owner: Connection, tables: Mapping[str, Columns], tenants: int) -> None:
    """Every tenant has the accounts, payees and rules of the one that was played."""
    with owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(OPENED.format(tenants=tenants).encode())
        for table, differences in OF_TENANT.items():
            made = {name: f"x.{name}" for name in tables[table]}
            made |= {"tenant_id": "o.tenant", **differences}
            owner.execute(
                f"INSERT INTO payments.{table} ({', '.join(made)})"
                f" SELECT {', '.join(made.values())}"
                f" FROM pattern.{table} AS x CROSS JOIN opened AS o".encode()
            )
    owner.execute(ACCOUNT_IDS)
    owner.execute("CREATE UNIQUE INDEX ON pattern.account_ids (tenant, pattern) INCLUDE (id)")
    owner.execute("ANALYZE pattern.account_ids")


def _fill(database: Addresses, statements: Sequence[str], payments: int, tenants: int) -> None:
    """Run the statements for every payment, a batch a transaction."""

    def copy(first: int) -> None:
        last = min(first + BATCH - 1, payments)
        others = max(1, tenants - 1)
        chosen = COPIES.format(others=others, payments=payments, days=DAYS, first=first, last=last)
        with psycopg.connect(database.superuser_url) as writer:
            writer.execute("SET LOCAL session_replication_role = replica")
            writer.execute(chosen.encode())
            for statement in statements:
                writer.execute(statement.encode())

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(copy, range(1, payments + 1, BATCH)))


def _each(database: Addresses, statements: Iterable[str]) -> None:
    """Run statements that do not need one another, as many at a time as there are writers."""

    def run(statement: str) -> None:
        with psycopg.connect(database.superuser_url, autocommit=True) as connection:
            connection.execute(statement.encode())

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(run, statements))


def _copy(table: str, columns: Columns, customers: int) -> str:
    """The statement that copies a table's rows for all of `copies`; xids are the copy's own."""
    made = {
        name: _value(table, name, kind).format(name=name, customers=customers)
        for name, kind in columns.items()
        if kind != "xid8"
    }
    return (
        f"INSERT INTO payments.{table} ({', '.join(made)}) SELECT {', '.join(made.values())}"
        f" FROM copies AS c JOIN pattern.{table} AS x ON x.pattern = c.pattern"
    )


def _value(table: str, name: str, kind: str) -> str:
    """A column of a copy."""
    named = f"{table}.{name}"
    if named in SAID_DIFFERENTLY:
        return SAID_DIFFERENTLY[named]
    if name in MARKED or named in MARKED:
        return "x.{name} || '_' || c.mark"
    if name == "stripe_account_id":
        return "x.{name} || right(c.tenant::text, 6)"
    if name == "tenant_id":
        return "c.tenant"
    if kind == "uuid" and name not in KEPT:
        return f"{_ID}::uuid"
    return "x.{name} + c.shift" if kind.startswith("timestamp") else "x.{name}"
