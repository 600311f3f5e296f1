"""Reconciliation report, for people and for programs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

Json = dict[str, Any]

UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def open_items(report: Json) -> int:
    """How many items are open, unowned ones included."""
    found = (len(tenant["discrepancies"]) for tenant in report["tenants"])
    return sum(found) + len(report["unowned"])


def summarised(report: Json) -> Json:
    """The report with its sums: open items, and unexplained minor units per currency."""
    unexplained: Counter[str] = Counter()
    for item in _items(report):
        if item["currency"]:
            unexplained[item["currency"]] += abs(item["unexplained"])
    return {**report, "open": open_items(report), "unexplained": dict(sorted(unexplained.items()))}


def show(report: Json, console: Console) -> None:
    """Print it for a person."""
    for tenant in report["tenants"]:
        if tenant["totals"]:
            _print_totals(tenant, console)
        if tenant["discrepancies"]:
            _print_discrepancies(tenant, console)
    if report["unowned"]:
        _print_unowned(report["unowned"], console)
    sums = summarised(report)
    money = ", ".join(f"{amount} {name}" for name, amount in sums["unexplained"].items()) or "0"
    console.print(f"since {report['since']}: {sums['open']} open, unexplained minor units: {money}")


def age(seconds: float) -> str:
    """An age in the largest unit that fits."""
    for size, name in UNITS:
        if seconds >= size:
            return f"{int(seconds // size)} {name}"
    return "new"


def _items(report: Json) -> Iterable[Json]:
    for tenant in report["tenants"]:
        yield from tenant["discrepancies"]


def _print_totals(tenant: Mapping[str, Any], console: Console) -> None:
    table = Table(title=f"tenant {tenant['tenantId']}: balance transactions, minor units")
    for name in ("account", "currency"):
        table.add_column(name)
    for name in ("transactions", "at Stripe", "ours", "difference"):
        table.add_column(name, justify="right")
    for row in tenant["totals"]:
        there, here = row["atStripe"], row["ours"]
        figures = (row["transactions"], there, here, there - here)
        table.add_row(row["account"], row["currency"], *map(str, figures))
    console.print(table)


def _print_discrepancies(tenant: Mapping[str, Any], console: Console) -> None:
    table = Table(title=f"tenant {tenant['tenantId']}: open items")
    for name in ("age", "class", "object", "at Stripe", "ours"):
        table.add_column(name, overflow="fold")
    table.add_column("unexplained", justify="right")
    for row in tenant["discrepancies"]:
        table.add_row(
            age(row["ageSeconds"]),
            row["class"],
            f"{row['objectType']} {row['stripeId']}",
            row["atStripe"] or "nothing",
            row["ours"] or "nothing",
            f"{row['unexplained']} {row['currency']}" if row["currency"] else "",
        )
    console.print(table)


def _print_unowned(rows: Iterable[Mapping[str, Any]], console: Console) -> None:
    table = Table(title="at Stripe and nobody's")
    for name in ("age", "class", "account", "object"):
        table.add_column(name, overflow="fold")
    table.add_column("amount", justify="right")
    for row in rows:
        amount = f"{row['amount']} {row['currency']}" if row["currency"] else ""
        table.add_row(
            age(row["ageSeconds"]),
            row["class"],
            row["account"],
            f"{row['objectType']} {row['stripeId']}",
            amount,
        )
    console.print(table)
