"""`payment-service sanctions`: lists of sanctioned and politically exposed names."""

import csv
from enum import StrEnum
from pathlib import Path
from typing import Annotated, LiteralString

import typer

from app.commands.sanctions.formats import FormatError
from app.commands.sanctions.importing import import_list
from app.commands.shared import fail, migration_url, ops
from app.http.input.transliteration import transliterate

commands = typer.Typer(
    help="Lists of sanctioned and politically exposed names.", no_args_is_help=True
)


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(commands, name="sanctions")


class ListFormat(StrEnum):
    """Layouts of lists."""

    ofac = "ofac"
    opensanctions = "opensanctions"


@commands.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="UTF-8.")],
    form: Annotated[
        ListFormat,
        typer.Option("--format", help="OFAC's SDN.CSV, OpenSanctions' targets.simple.csv."),
    ],
) -> None:
    """Put a list in force in place of its last version, and screen all payees against it."""
    try:
        with typer.progressbar(length=file.stat().st_size, label=file.name) as bar:
            done = import_list(migration_url(), file, form.value, bar.update)
    except (FormatError, UnicodeDecodeError, csv.Error) as error:
        fail([f"{file}: {error}"], 1)
    if done.names is None:
        typer.echo("unchanged: this file is in force already")
        return
    screened = ", ".join(f"{count} {decision}" for decision, count in done.screened.items())
    typer.echo(f"imported {done.names} names; payees screened: {screened or 'none'}")


@commands.command("search")
def search(name: str) -> None:
    """Who on the lists in force has a name like this one, in any script."""
    query: LiteralString = (
        "SELECT score, listed_as, name, format, entry_id, note FROM ops.sanctions_search(%s)"
    )
    for score, listed_as, found, form, entry, note in ops(query, [transliterate(name)]):
        typer.echo(f"{score:>3}  {listed_as:<8}  {found}  ({form} {entry})  {note or ''}")


@commands.command("status")
def status() -> None:
    """Which lists were imported, and which are in force."""
    for form, version, names, moment, who, in_force in ops(
        "SELECT * FROM ops.sanctions_versions()", []
    ):
        word = "in force" if in_force else "replaced"
        typer.echo(
            f"{word}  {form:<13}  {moment:%Y-%m-%d %H:%M:%S}  {names} names  {version}  {who}"
        )
