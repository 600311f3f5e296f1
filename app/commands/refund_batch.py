"""`payment-service refund-batch`: cancel an event, look how far its refunds are, stop and resume.

A person's commands over the functions of schema ops; the worker does the work. On a terminal the
progress is a bar, elsewhere a line whenever something has changed.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Annotated, Any, LiteralString
from uuid import UUID

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.config import database_url
from app.database.notify import DUE_WORK

LOOK_SECONDS = 0.5
MAX_FAILURES_SHOWN = 20

Connection = psycopg.Connection[Any]
Tenant = Annotated[UUID, typer.Argument(help="The tenant's id.")]
Batch = Annotated[UUID, typer.Argument(help="As `refund-batch list` shows it.")]
Watch = Annotated[bool, typer.Option(help="Stay and show the progress.")]

commands = typer.Typer(help="Refund everybody of a canceled event.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(commands, name="refund-batch")


@dataclass(frozen=True, slots=True)
class State:
    """How far a cancellation is, in payments; `amount` is in minor units."""

    status: str
    total: int
    succeeded: int
    failed: int
    pending: int
    amount: int
    show_id: str

    @property
    def over(self) -> bool:
        """Nothing more will change by itself."""
        return self.status in {"stopped", "finished"}

    def __str__(self) -> str:
        return (
            f"{self.show_id} {self.status}: {self.succeeded} of {self.total} refunded, "
            f"{self.pending} pending, {self.failed} failed, {self.amount} minor units"
        )


@commands.command("start")
def start(
    tenant: Tenant,
    event: Annotated[str, typer.Argument(help="The event's id, as on its payments.")],
    reason: Annotated[str, typer.Option(help="Why; kept.")],
    *,
    watch: Watch = True,
) -> None:
    """Cancel an event: refund each of its payments. Again for the same event: the same batch."""
    with _connect() as connection:
        query: LiteralString = "SELECT ops.refund_batch_start(%s, %s, %s)"
        batch = _value(connection, query, [tenant, event, reason])
        typer.echo(batch)
        _wake_and_show(connection, tenant, batch, watch=watch)


@commands.command("list")
def list_(tenant: Tenant) -> None:
    """List the canceled events, newest first."""
    query: LiteralString = (
        "SELECT batch_id, show_id, status, total, started_at FROM ops.refund_batches(%s)"
    )
    with _connect() as connection:
        for batch, event, status, total, started in connection.execute(query, [tenant]):
            typer.echo(f"{batch}  {status:<8}  {total:>7}  {started:%Y-%m-%d %H:%M:%S}  {event}")


@commands.command("watch")
def watch(tenant: Tenant, batch: Batch) -> None:
    """Show the progress to its end; exit 1 when a payment has failed."""
    with _connect() as connection:
        _show(connection, tenant, batch)


@commands.command("stop")
def stop(tenant: Tenant, batch: Batch) -> None:
    """Request no more refunds; those requested go on."""
    with _connect() as connection:
        _value(connection, "SELECT ops.refund_batch_stop(%s, %s)", [tenant, batch])
        typer.echo(_state(connection, tenant, batch))


@commands.command("resume")
def resume(tenant: Tenant, batch: Batch, *, watch: Watch = True) -> None:
    """Go on with a stopped batch; try failed payments again."""
    with _connect() as connection:
        _value(connection, "SELECT ops.refund_batch_resume(%s, %s)", [tenant, batch])
        _wake_and_show(connection, tenant, batch, watch=watch)


def _connect() -> closing[Connection]:
    return closing(psycopg.connect(database_url(), autocommit=True))


def _value(connection: Connection, query: LiteralString, values: list[Any]) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None


def _state(connection: Connection, tenant: UUID, batch: UUID) -> State:
    query: LiteralString = (
        "SELECT status, total, succeeded, failed, pending, amount, show_id"
        " FROM ops.refund_batch_progress(%s, %s)"
    )
    row = connection.execute(query, [tenant, batch]).fetchone()
    assert row is not None  # noqa: S101 -- no such batch raises
    return State(*row)


def _states(connection: Connection, tenant: UUID, batch: UUID) -> Iterator[State]:
    while True:
        state = _state(connection, tenant, batch)
        yield state
        if state.over:
            return
        time.sleep(LOOK_SECONDS)


def _wake_and_show(connection: Connection, tenant: UUID, batch: UUID, *, watch: bool) -> None:
    connection.execute("SELECT pg_catalog.pg_notify(%s, '')", [DUE_WORK])
    if watch:
        _show(connection, tenant, batch)


def _show(connection: Connection, tenant: UUID, batch: UUID) -> None:
    console = Console()
    states = _states(connection, tenant, batch)
    last = show_bar(states, console) if console.is_terminal else show_lines(states)
    if console.is_terminal:
        typer.echo(last)
    if last.failed:
        _show_failures(connection, tenant, batch)
        raise typer.Exit(1)


def show_bar(states: Iterator[State], console: Console) -> State:
    """Draw a bar until the states end; return the last."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        state = next(states)
        task = progress.add_task(state.show_id, total=state.total, failed=state.failed)
        progress.update(task, completed=state.succeeded + state.failed)
        for state in states:
            done = state.succeeded + state.failed
            progress.update(task, completed=done, failed=state.failed)
    return state


def show_lines(states: Iterator[State]) -> State:
    """Print each state that is news; return the last."""
    said = None
    for state in states:
        if state != said:
            typer.echo(state)
        said = state
    assert said is not None  # noqa: S101 -- there is always a first
    return said


def _show_failures(connection: Connection, tenant: UUID, batch: UUID) -> None:
    query: LiteralString = (
        "SELECT payment_id, error, attempts FROM ops.refund_batch_failures(%s, %s)"
    )
    failures = connection.execute(query, [tenant, batch]).fetchall()
    for payment, error, attempts in failures[:MAX_FAILURES_SHOWN]:
        typer.echo(f"failed  {payment}  {error} (attempts: {attempts})", err=True)
    if len(failures) > MAX_FAILURES_SHOWN:
        more = len(failures) - MAX_FAILURES_SHOWN
        typer.echo(f"and {more} more: see ops.refund_batch_failures", err=True)
