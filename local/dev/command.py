"""The command line of the local stack; what it needs is imported when it runs."""

from typing import Annotated

import typer

API_PORT = 3003
DatabaseUrl = Annotated[
    str | None,
    typer.Option(help="Superuser of a server to use instead; gets a database, dropped at the end."),
]


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(dev)


def dev(
    port: Annotated[
        int,
        typer.Option(min=0, max=65_535, help="Of the API; another when taken. 0: any, for all."),
    ] = API_PORT,
    database_url: DatabaseUrl = None,
) -> None:
    """Run the whole stack on this machine, with reload; prints its addresses as one JSON line."""
    from local.dev.run import run

    if not run(port, database_url):
        raise typer.Exit(1)
