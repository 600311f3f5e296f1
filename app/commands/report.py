"""`payment-service report`: any report of schema ops, for people and for programs.

Which reports there are, and what they take, the database says itself: all that payments_analyst may
execute. A new function of ops is a new report without a line here.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import orjson
import psycopg
import typer
from psycopg import sql
from rich.console import Console
from rich.table import Table

from app.config import database_url

Row = tuple[Any, ...]

_REPORTS = """
    SELECT p.proname, pg_get_function_arguments(p.oid), coalesce(obj_description(p.oid), '')
      FROM pg_catalog.pg_proc AS p
     WHERE p.pronamespace = 'ops'::regnamespace AND p.proretset
       AND has_function_privilege('payments_analyst', p.oid, 'EXECUTE')
     ORDER BY p.proname
"""


class Format(StrEnum):
    """How a report is printed."""

    table = "table"
    csv = "csv"
    json = "json"


class UnknownReportError(ValueError):
    """There is no such report; the text says so."""


class WrongArgumentsError(ValueError):
    """The report takes other arguments; the text says which."""


@dataclass(frozen=True)
class Report:
    """A report that can be asked for.

    Attributes:
        name: of the function in schema ops.
        arguments: names, types and defaults, as PostgreSQL writes them.
        comment: what it tells.
    """

    name: str
    arguments: str
    comment: str


@dataclass(frozen=True)
class Answer:
    """What a report told."""

    columns: Sequence[str]
    rows: Sequence[Row]


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(report)


def report(
    name: Annotated[str | None, typer.Argument(help="Absent: list the reports.")] = None,
    tenant: Annotated[UUID | None, typer.Option(help="Whose figures.")] = None,
    arg: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE, an argument of the function without p_.")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="For people, spreadsheets or programs.")
    ] = Format.table,
) -> None:
    """Print a report of schema ops, as an analyst: DATABASE_URL is the analyst's login."""
    url = database_url()
    if name is None:
        for one in reports(url):
            typer.echo(f"{one.name}({one.arguments})\n    {one.comment}")
        return
    pairs = [pair.partition("=") for pair in arg or []]
    if any(not separator for _, separator, _ in pairs):
        raise typer.BadParameter("is NAME=VALUE", param_hint="--arg")
    arguments = {key: value for key, _, value in pairs}
    try:
        given = {"tenant_id": str(tenant)} | arguments if tenant else arguments
        answer = ask(url, name, given)
    except UnknownReportError as error:
        raise typer.BadParameter(str(error), param_hint="NAME") from None
    except WrongArgumentsError as error:
        raise typer.BadParameter(str(error), param_hint="--tenant, --arg") from None
    typer.echo(render(answer, form), nl=False)


def reports(url: str) -> list[Report]:
    """Every report there is.

    Raises:
        psycopg.Error: the database did not answer.
    """
    with _connect(url) as connection:
        return [Report(*row) for row in connection.execute(_REPORTS)]


def ask(url: str, name: str, arguments: Mapping[str, str]) -> Answer:
    """Ask for one report, in a transaction that may not write.

    Args:
        url: login of an analyst or operator.
        name: of the report.
        arguments: by name without `p_`, as text.

    Raises:
        UnknownReportError: there is no such report.
        WrongArgumentsError: it takes others.
        psycopg.Error: the database refused it.
    """
    with _connect(url) as connection:
        # A date is midnight where the report's days begin, wherever the server stands.
        zone = arguments.get("time_zone", "UTC")
        connection.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        known = {row[0]: row[1] for row in connection.execute(_REPORTS)}
        if name not in known:
            raise UnknownReportError(f"there is no report {name}")
        given = [sql.SQL("{} => %s").format(sql.Identifier(f"p_{one}")) for one in arguments]
        query = sql.SQL("SELECT * FROM ops.{}({})").format(
            sql.Identifier(name), sql.SQL(", ").join(given)
        )
        try:
            cursor = connection.execute(query, list(arguments.values()))
        except psycopg.errors.UndefinedFunction:
            raise WrongArgumentsError(f"{name} takes {known[name]}") from None
        return Answer([column.name for column in cursor.description or []], cursor.fetchall())


def render(answer: Answer, form: Format, width: int | None = None) -> str:
    """The answer as text: a table for people, CSV (RFC 4180) or a JSON array of objects."""
    if form is Format.json:
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        text = orjson.dumps(rows, default=_plain, option=orjson.OPT_INDENT_2).decode()
        return f"{text}\n"
    out = io.StringIO(newline="")
    if form is Format.csv:
        writer = csv.writer(out)
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
    else:
        Console(file=out, width=width).print(_table(answer))
    return out.getvalue()


def _table(answer: Answer) -> Table:
    table = Table()
    for index, column in enumerate(answer.columns):
        numeric = any(isinstance(row[index], (int, Decimal)) for row in answer.rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in answer.rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    return table


def _plain(value: object) -> object:
    # Sums come as numeric: minor units are whole, other measures are not.
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


def _connect(url: str) -> psycopg.Connection[Row]:
    # Not by start-up options: a pooler would refuse them.
    connection = psycopg.connect(url, prepare_threshold=None)
    connection.read_only = True
    return connection
