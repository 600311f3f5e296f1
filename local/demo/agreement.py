"""Reconciliation in the demo, as an operator runs it."""

import asyncio
import json
import sys
from collections.abc import Iterable

from local.demo.books import Books
from local.demo.service import DemoError
from local.demo.stripe import Json
from local.dev.child import inherited
from local.dev.stack import Stack

ANSWERED = frozenset({0, 1})
COMMAND = ("-m", "app", "reconcile", "--since", "all", "--format", "json")
NOTHING_IS_TOO_YOUNG = {"RECONCILE_GRACE_SECONDS": "0"}


async def compare(stack: Stack, books: Books) -> Json:
    """Run `payment-service reconcile` and return its report.

    The money that the simulated platform has from the start is nobody's: it is explained first.

    Raises:
        DemoError: there was no report.
    """
    for item in (await _report(stack))["unowned"]:
        if item["facts"].get("type") == "adjustment":
            await books.rows(
                "SELECT ops.unowned_object_resolve(%s, %s, 'the platform''s money from the start')",
                (item["account"], item["stripeId"]),
            )
    return await _report(stack)


def lines(report: Json) -> Iterable[str]:
    """Say what is open, a line each."""
    for tenant in report["tenants"]:
        for item in tenant["discrepancies"]:
            sides = f"Stripe {item['atStripe']}, ours {item['ours']}"
            yield f"reconcile: {item['class']} {item['stripeId']}: {sides}"
    for item in report["unowned"]:
        yield f"reconcile: {item['class']} {item['stripeId']}"


def told(report: Json) -> str:
    """What the comparison came to, in a few words."""
    totals = [row for tenant in report["tenants"] for row in tenant["totals"]]
    accounts = {row["account"] for row in totals}
    count = sum(row["transactions"] for row in totals)
    return f"{count} balance transactions of {len(accounts)} accounts, {report['open']} items open"


async def _report(stack: Stack) -> Json:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *COMMAND,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**inherited(), **stack.service_environ(), **NOTHING_IS_TOO_YOUNG},
    )
    out, errors = await process.communicate()
    if process.returncode not in ANSWERED or not out:
        raise DemoError(f"reconcile ended with {process.returncode}: {errors.decode()[-500:]}")
    report: Json = json.loads(out)
    return report
