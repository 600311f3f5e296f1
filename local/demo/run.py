"""One run of the demo, from the first process to the summary line."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from local.demo import trouble
from local.demo.report import Report, Summary
from local.demo.service import DemoError
from local.demo.story import Options, tell
from local.dev.parent import Parent
from local.dev.stack import Addresses, Stack
from local.embedded import ServerError
from local.embedded.process import tail

STRIPE_RATE = "500"
LOG_LINES = 15
POLL_SECONDS = 0.5


def run(options: Options, *, keep: bool) -> bool:
    """Start the stack, play, report, stop; return whether all is well."""
    signal.signal(signal.SIGTERM, _interrupt)
    logs = Path(tempfile.mkdtemp(prefix="payment-service-demo-"))
    report = Report(sys.stdout)
    clean = False
    try:
        clean = _play(options, report, logs / "service.log", keep=keep)
    except KeyboardInterrupt:
        report.line()
        report.line("stopped")
    except (DemoError, ServerError) as error:
        _explain(error, logs / "service.log")
    if clean:
        shutil.rmtree(logs, ignore_errors=True)
    else:
        sys.stderr.write(f"demo: the service's log is in {logs}/service.log\n")
    return clean


def _play(options: Options, report: Report, log: Path, *, keep: bool) -> bool:
    """Play the story; return whether all is well."""
    started = time.monotonic()
    faults = "on" if options.faults else "off"
    report.line(
        f"payment-service demo: {options.orders} orders, seed {options.seed}, faults {faults}"
    )
    report.line()
    environ = {"STRIPE_RATE": STRIPE_RATE} | (trouble.SERVICE_ENVIRON if options.faults else {})
    with log.open("wb") as sink:
        stack = Stack(sink, seed=options.seed, environ=environ, database_url=options.database_url)
        with report.step("servers up") as step:
            stack.start()
            step.detail = "PostgreSQL, Valkey, simulated Stripe, web, worker; schema migrated"
        try:
            summary = asyncio.run(tell(options, stack, report))
            summary.seconds = time.monotonic() - started
            if keep:
                _linger(stack, report, summary, log)
        finally:
            stack.stop()
    report.line(summary.line())
    return summary.clean


def _linger(stack: Stack, report: Report, summary: Summary, log: Path) -> None:
    """Leave everything running until Ctrl-C, and tell how to look."""
    report.line(summary.line())
    report.line()
    parent = Parent()
    # From the first line that says so, whoever reads it may end it.
    try:
        _tell_how_to_look(stack.addresses(), report, log)
        while not parent.gone():
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        report.line()


def _tell_how_to_look(addresses: Addresses, report: Report, log: Path) -> None:
    report.line("Still running; Ctrl-C stops it.")
    report.line(f"    database   psql {addresses.databaseUrl}")
    report.line("               SELECT * FROM payments.pending_transfers;")
    report.line("               SELECT * FROM ops.money_violations();")
    report.line(f"    tenants    {addresses.tenantId}  {addresses.otherTenantId}")
    report.line(f"    API        curl -H 'Authorization: Bearer {addresses.token}' \\")
    report.line(f"                    {addresses.api}/api/v1/payments")
    report.line(f"    metrics    curl {addresses.admin}/metrics")
    report.line(f"    Stripe     curl {addresses.stripe}/_sim/ledger")
    report.line(f"    log        {log}")


def _explain(error: Exception, log: Path) -> None:
    sys.stderr.write(f"demo: {error}\n")
    for line in tail(log, LOG_LINES).splitlines():
        sys.stderr.write(f"    {line}\n")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
