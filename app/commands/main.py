"""`payment-service`: every command. Exit codes: 0 ok, 1 failure, 2 usage.

`serve` and `worker` read the whole environment; operators' commands only what they need.
"""

import asyncio
import csv
import importlib.util
import os
import sys
import time
from collections.abc import Coroutine
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, LiteralString
from uuid import UUID, uuid4

import jwt
import orjson
import psycopg
import typer
from psycopg.rows import TupleRow

from app import __version__, failpoints
from app.commands.refund_batch import batch_cli
from app.config import Settings, SettingsError, database_url, load_settings, unknown_variables
from app.database.client import LoginError
from app.errors import DatabaseError
from app.http.auth.tokens import SHARED
from app.migrations.errors import MigrationError
from app.observability import logs

USAGE = 2
ALL_SCOPES = (
    "payments:read payments:write refunds:write accounts:write escrow:write reviews:write internal"
)
DEFAULT_TTL_SECONDS = 3600
LOCAL_STACK = ("dev", "demo", "clock")
"""Modules that add commands of their own when they are there: a function `register(cli)`."""


class ReportFormat(StrEnum):
    """How a report is printed."""

    table = "table"
    csv = "csv"
    json = "json"


cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
migrate_cli = typer.Typer(help="Bring the database to what sql/ says, and back.")
sanctions_cli = typer.Typer(
    help="Lists of sanctioned and politically exposed names.", no_args_is_help=True
)
tenant_cli = typer.Typer(help="Marketplaces that may use the service.", no_args_is_help=True)
cli.add_typer(migrate_cli, name="migrate")
cli.add_typer(tenant_cli, name="tenant")
cli.add_typer(sanctions_cli, name="sanctions")
cli.add_typer(batch_cli, name="refund-batch")


def main() -> None:
    """Run the command line."""
    try:
        _add_local_stack(sys.argv[1:2])
        cli()
    except SettingsError as error:
        _fail(error.faults, USAGE)
    except (MigrationError, LoginError, OSError) as error:
        _fail([str(error)], 1)
    except psycopg.Error as error:
        said = error.diag.message_primary or str(error).strip()
        _fail([f"database: {said}"], 1)


@cli.command()
def serve() -> None:
    """Serve the HTTP API and the webhooks."""
    from app.http.application import serve as run  # the worker does not need it

    _run(run(_settings()))


@cli.command()
def worker(
    *,
    reconcile_first: Annotated[
        bool, typer.Option(help="Send nothing before Stripe and we agree: after a restore.")
    ] = False,
) -> None:
    """Carry due operations to Stripe and apply received webhooks."""
    from app.worker import run  # the web process does not need it

    settings = _settings()
    _run(
        run(settings.model_copy(update={"reconcile_first": True}) if reconcile_first else settings)
    )


@cli.command()
def reconcile(
    since: Annotated[
        str | None, typer.Option(help="36h, 7d, a date or time, or all; RECONCILE_DAYS if absent.")
    ] = None,
    report: Annotated[
        Literal["text", "json"], typer.Option("--format", help="For a person or a program.")
    ] = "text",
) -> None:
    """Fetch missed events, compare Stripe with our books; exit 1 when they do not agree."""
    from app.commands import reconcile as reconcile_command
    from app.worker.reconcile.stripe_lists import UnreadableError

    settings = _settings(logs_beside=True)
    try:
        start = reconcile_command.parse_since(since, settings.reconcile_days)
    except ValueError:
        raise typer.BadParameter("36h, 7d, a date or time, or all", param_hint="--since") from None
    try:
        agrees = asyncio.run(reconcile_command.run(settings, start, as_json=report == "json"))
    except (UnreadableError, DatabaseError) as error:
        _fail([str(error)], 1)
    else:
        if not agrees:
            raise typer.Exit(1)


@cli.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@migrate_cli.callback(invoke_without_command=True)
def migrate(context: typer.Context) -> None:
    """Apply pending migrations, then load changed functions and policies."""
    if context.invoked_subcommand is None:
        from app.migrations.migrate import migrate as run

        run(_migration_url(), report=typer.echo)


@migrate_cli.command("rollback")
def migrate_rollback(
    count: Annotated[int, typer.Argument(min=1)] = 1,
    *,
    force_data_loss: Annotated[
        bool, typer.Option(help="Drop rows that nothing brings back.")
    ] = False,
) -> None:
    """Undo the last COUNT migrations."""
    from app.migrations.migrate import rollback

    rollback(_migration_url(), count, force_data_loss=force_data_loss, report=typer.echo)


@migrate_cli.command("make")
def migrate_make(name: str) -> None:
    """Write the next numbered migration and its rollback."""
    from app.migrations.migrate import make

    for path in make(name):
        typer.echo(path)


@migrate_cli.command("status")
def migrate_status() -> None:
    """Compare the database with sql/; exit 1 when something is pending."""
    from app.migrations.migrate import status

    found = status(_migration_url())
    for name, moment in found.applied.items():
        typer.echo(f"applied  {name}  {moment:%Y-%m-%d %H:%M:%S}")
    for word in ("pending", "unknown", "changed", "orphaned"):
        for name in getattr(found, word):
            typer.echo(f"{word:<8} {name}")
    if not found.current:
        raise typer.Exit(1)


@tenant_cli.command("register")
def tenant_register(
    tenant_id: Annotated[UUID | None, typer.Argument(help="Made up when absent.")] = None,
    name: Annotated[str, typer.Option(help="For people.")] = "unnamed",
    return_url: Annotated[str | None, typer.Option(help="After a payee's onboarding.")] = None,
    refresh_url: Annotated[str | None, typer.Option(help="For an expired link.")] = None,
) -> None:
    """Let a marketplace in; prints its id. Again with the same id: changes name and URLs."""
    rows = _ops(
        "SELECT ops.tenant_register(p_tenant_id => %s, p_name => %s,"
        " p_return_url => %s, p_refresh_url => %s)",
        [tenant_id or uuid4(), name, return_url, refresh_url],
    )
    typer.echo(rows[0][0])


@tenant_cli.command("list")
def tenant_list() -> None:
    """List the tenants."""
    for tenant, name, status, created in _ops(
        "SELECT tenant_id, name, status, created_at FROM ops.tenant_list()", []
    ):
        typer.echo(f"{tenant}  {status:<8}  {created:%Y-%m-%d %H:%M:%S}  {name}")


@tenant_cli.command("disable")
def tenant_disable(tenant_id: UUID) -> None:
    """Refuse a tenant's requests; money in flight still settles."""
    _ops("SELECT ops.tenant_disable(p_tenant_id => %s)", [tenant_id])


@tenant_cli.command("enable")
def tenant_enable(tenant_id: UUID) -> None:
    """Let a disabled tenant in again."""
    _ops("SELECT ops.tenant_enable(p_tenant_id => %s)", [tenant_id])


class ListFormat(StrEnum):
    """Layouts of lists."""

    ofac = "ofac"
    opensanctions = "opensanctions"


@sanctions_cli.command("import")
def sanctions_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="UTF-8.")],
    form: Annotated[
        ListFormat,
        typer.Option("--format", help="OFAC's SDN.CSV, OpenSanctions' targets.simple.csv."),
    ],
) -> None:
    """Put a list in force in place of its last version, and screen all payees against it."""
    from app.commands.sanctions.formats import FormatError
    from app.commands.sanctions.importing import import_list

    try:
        with typer.progressbar(length=file.stat().st_size, label=file.name) as bar:
            done = import_list(_migration_url(), file, form.value, bar.update)
    except (FormatError, UnicodeDecodeError, csv.Error) as error:
        _fail([f"{file}: {error}"], 1)
    if done.names is None:
        typer.echo("unchanged: this file is in force already")
        return
    screened = ", ".join(f"{count} {decision}" for decision, count in done.screened.items())
    typer.echo(f"imported {done.names} names; payees screened: {screened or 'none'}")


@sanctions_cli.command("search")
def sanctions_search(name: str) -> None:
    """Who on the lists in force has a name like this one, in any script."""
    from app.http.input.transliteration import transliterate

    query: LiteralString = (
        "SELECT score, listed_as, name, format, entry_id, note FROM ops.sanctions_search(%s)"
    )
    for score, listed_as, found, form, entry, note in _ops(query, [transliterate(name)]):
        typer.echo(f"{score:>3}  {listed_as:<8}  {found}  ({form} {entry})  {note or ''}")


@sanctions_cli.command("status")
def sanctions_status() -> None:
    """Which lists were imported, and which are in force."""
    for form, version, names, moment, who, in_force in _ops(
        "SELECT * FROM ops.sanctions_versions()", []
    ):
        word = "in force" if in_force else "replaced"
        typer.echo(
            f"{word}  {form:<13}  {moment:%Y-%m-%d %H:%M:%S}  {names} names  {version}  {who}"
        )


@cli.command()
def token(
    tenant: Annotated[UUID, typer.Option(help="The tenant it speaks for.")],
    subject: Annotated[str, typer.Option(help="Who it speaks for.")] = "developer",
    scope: Annotated[str, typer.Option(help="Space separated.")] = ALL_SCOPES,
    ttl: Annotated[int, typer.Option(min=1, help="Seconds.")] = DEFAULT_TTL_SECONDS,
) -> None:
    """Print a bearer token. Development and test only."""
    settings = _settings()
    if settings.app_env == "production" or settings.jwt_secret is None:
        raise SettingsError(["APP_ENV: tokens are made in development and test only"])
    now = int(time.time())
    claims: dict[str, Any] = {
        "sub": subject,
        "tenant_id": str(tenant),
        "scope": scope,
        "iat": now,
        "exp": now + ttl,
    }
    claims |= {"iss": settings.jwt_issuer} if settings.jwt_issuer else {}
    claims |= {"aud": settings.jwt_audience} if settings.jwt_audience else {}
    typer.echo(jwt.encode(claims, settings.jwt_secret.get_secret_value(), SHARED))


@cli.command()
def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Look at the whole deployment and say what to do; exit 1 when something will not work."""
    from app.commands.doctor import examine

    async def run() -> bool:
        well = True
        async for finding in examine(_settings()):
            well = well and finding.verdict != "fault"
            if as_json:
                typer.echo(orjson.dumps(finding))
                continue
            typer.echo(f"{finding.verdict:<8} {finding.check}: {finding.says}")
            if finding.todo:
                typer.echo(f"         → {finding.todo}")
        return well

    if not asyncio.run(run()):
        raise typer.Exit(1)


@cli.command()
def report(
    name: Annotated[str | None, typer.Argument(help="Absent: list the reports.")] = None,
    tenant: Annotated[UUID | None, typer.Option(help="Whose figures.")] = None,
    arg: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE, an argument of the function without p_.")
    ] = None,
    form: Annotated[
        ReportFormat, typer.Option("--format", help="For people, spreadsheets or programs.")
    ] = ReportFormat.table,
) -> None:
    """Print a report of schema ops, as an analyst: DATABASE_URL is the analyst's login."""
    from app.commands import report as reports

    url = database_url()
    if name is None:
        for one in reports.reports(url):
            typer.echo(f"{one.name}({one.arguments})\n    {one.comment}")
        return
    pairs = [pair.partition("=") for pair in arg or []]
    if any(not separator for _, separator, _ in pairs):
        raise typer.BadParameter("is NAME=VALUE", param_hint="--arg")
    arguments = {key: value for key, _, value in pairs}
    try:
        given = {"tenant_id": str(tenant)} | arguments if tenant else arguments
        answer = reports.ask(url, name, given)
    except reports.UnknownReportError as error:
        raise typer.BadParameter(str(error), param_hint="NAME") from None
    except reports.WrongArgumentsError as error:
        raise typer.BadParameter(str(error), param_hint="--tenant, --arg") from None
    typer.echo(reports.render(answer, form.value), nl=False)


def _add_local_stack(wanted: list[str]) -> None:
    # Production commands neither load nor depend on it.
    names = LOCAL_STACK if wanted in ([], ["--help"]) else set(wanted) & set(LOCAL_STACK)
    for name in names:
        if importlib.util.find_spec(f"local.{name}"):
            import_module(f"local.{name}").register(cli)


def _settings(*, logs_beside: bool = False) -> Settings:
    settings = load_settings()
    logs.configure(settings.log_level, beside=logs_beside)
    try:
        failpoints.arm(os.environ)
    except ValueError as error:
        raise SettingsError([str(error)]) from None
    for name in unknown_variables(os.environ):
        logs.get_logger("config").warning("unknown variable", name=name)
    return settings


def _run(main_task: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main_task)


def _migration_url() -> str:
    return database_url("MIGRATION_DATABASE_URL")


def _ops(query: LiteralString, values: list[Any]) -> list[TupleRow]:
    with psycopg.connect(_migration_url(), autocommit=True) as connection:
        return connection.execute(query, values).fetchall()


def _fail(messages: list[str], code: int) -> None:
    for message in messages:
        sys.stderr.write(f"payment-service: {message}\n")
    sys.exit(code)
