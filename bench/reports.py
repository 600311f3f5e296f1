"""Every report that an analyst may ask for, of the largest tenant and one month.

The reports are those that `payment-service report` lists, asked by a login that is a member of ten
tenants; and the operators' audit_list, by object and of the month. Unit: ms, 95th percentile
of the best of four rounds, by the wall clock and by the server's processor alone; the floor is the
limit. `money_violations` and `audit_verify` are checks of all that a tenant ever had
and no reports of a month: they have their line, and no promise.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from app.commands.report import Report, reports
from bench.history import Addresses, History, tenant_number
from bench.hot import Hot
from bench.latency import Stopwatch, Taken
from bench.report import Measure

ROLE = "bench_analyst"
MEMBER_OF = 10
MONTH = timedelta(days=30)
LIMIT_MS = 1_000.0
ROUNDS = 4
ASKED = 5
TIMEOUT_SECONDS = 20.0
"""Slower in all: asked less often. Slower alone: no figure."""
REVENUE_BY = ("day", "event", "venue", "artist", "promoter", "seller")
OPTIONAL = {"from", "to", "recipient_type", "recipient_id"}
AUDIT = Report("audit_list", "p_tenant_id uuid", "")
BATCH = "SELECT ops.refund_batch_start(%s, 'concert-1', 'called off')"
STOP = "SELECT ops.refund_batch_stop(%s, %s)"


def measure(database: Addresses, history: History) -> list[Measure]:
    """One line a report; those that take longest first."""
    with _analyst(database, history) as analyst:
        known = _known(database, history)
        lines = []
        for report in (*reports(database.superuser_url), AUDIT):
            for label, more in _variants(report, known):
                wanted = {name: known[name] for name in _asked_for(report)} | dict(more)
                taken = _asked(analyst, report.name, wanted)
                for clock, times in (
                    ("", [one.wall for one in taken]),
                    ("_cpu", [one.cpu for one in taken]),
                ):
                    name = f"report_{label}_p95{clock}"
                    lines.append(Measure(name, _p95_ms(times), LIMIT_MS, "ms"))
    return sorted(lines, key=lambda line: -line.ours)


@contextmanager
def _analyst(database: Addresses, history: History) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.superuser_url, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {ROLE} IN ROLE payments_analyst, payments_operator".encode())
        for tenant in {history.big, *map(tenant_number, range(2, MEMBER_OF + 1))}:
            owner.execute("SELECT ops.tenant_member_add(%s, %s)", (tenant, ROLE))
    with psycopg.connect(database.superuser_url, autocommit=True) as analyst:
        analyst.execute(f"SET SESSION AUTHORIZATION {ROLE}".encode())
        analyst.execute("SET default_transaction_read_only = on")
        analyst.execute(f"SET statement_timeout = '{TIMEOUT_SECONDS:.0f}s'".encode())
        yield analyst


def _known(database: Addresses, history: History) -> dict[str, Any]:
    """What reports take, by the names of their arguments."""
    now = datetime.now(UTC)
    with Hot(database, history.big, 1) as hot:
        hot.create(0)  # its fraud check is there to be replayed
    with psycopg.connect(database.superuser_url, autocommit=True) as owner:

        def one(query: str) -> Any:
            row = owner.execute(query.encode(), (history.big,)).fetchone()
            return row[0] if row else UUID(int=1)

        refunded = one(
            "SELECT payment_id FROM payments.payment_refunds WHERE tenant_id = %s LIMIT 1"
        )
        batch = one(BATCH)
        owner.execute(STOP, (history.big, batch))
        return {
            "tenant_id": history.big,
            "from": now - MONTH,
            "to": now,
            "at": now - MONTH,
            "since": now - MONTH,
            "payment_id": refunded,
            "subject_id": refunded,
            "object_id": str(refunded),
            "check_id": one("SELECT id FROM payments.fraud_checks WHERE tenant_id = %s LIMIT 1"),
            "batch_id": batch,
            "recipient_type": "venue",
            "recipient_id": "hall-1",
            "name": "Golden Star Trading",
            "amount": 10_000,
            "shares": Jsonb([{"recipientType": "venue", "recipientId": "v", "basisPoints": 7000}]),
        }


def _asked_for(report: Report) -> list[str]:
    """The arguments that a report must have, and those that say whose and when."""
    arguments = [one.split() for one in report.arguments.split(", p_") if one]
    names = [(one[0].removeprefix("p_"), "DEFAULT" in one) for one in arguments]
    return [name for name, optional in names if not optional or name in OPTIONAL]


def _variants(report: Report, known: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if report.name == "revenue":
        yield from ((f"revenue_by_{by}", {"by": by}) for by in REVENUE_BY)
    elif report is AUDIT:
        yield "audit_list_of_object", {"object_id": known["object_id"]}
        yield "audit_list_of_month", {"since": known["since"], "limit": 10_000}
    else:
        yield report.name, {}


def _asked(
    analyst: psycopg.Connection[Any], name: str, arguments: Mapping[str, Any]
) -> list[Taken]:
    """What each time took; nothing when the first takes too long."""
    given = [sql.SQL("{} => %s").format(sql.Identifier(f"p_{one}")) for one in arguments]
    query = sql.SQL("SELECT * FROM ops.{}({})").format(
        sql.Identifier(name), sql.SQL(", ").join(given)
    )
    taken: list[Taken] = []
    try:
        while len(taken) < ROUNDS * ASKED and sum(one.wall for one in taken) < TIMEOUT_SECONDS:
            with Stopwatch(analyst) as watch:
                analyst.execute(query, list(arguments.values())).fetchall()
            taken.append(watch.taken)
    except psycopg.errors.QueryCanceled:
        return []
    return taken


def _p95_ms(times: Sequence[float]) -> float:
    """The best round's 95th percentile, which of so few is the worst."""
    rounds = [times[n : n + ASKED] for n in range(0, len(times), ASKED)]
    whole = [one for one in rounds if len(one) == ASKED] or rounds
    return min(map(max, whole), default=float("inf")) * 1000
