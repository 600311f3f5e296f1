"""The command line of the demo; what it needs is imported when it runs."""

from typing import Annotated

import typer

from local.dev.command import DatabaseUrl


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(demo)


def demo(
    orders: Annotated[int, typer.Option(min=1, help="How many fans buy.")] = 200,
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Leave it running until Ctrl-C.")] = False,
    faults: Annotated[
        bool, typer.Option("--faults", help="Lost answers and webhooks, 429s, a killed worker.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Same seed, same orders.")] = 1,
    database_url: DatabaseUrl = None,
) -> None:
    """Play the whole story on embedded servers and check every cent of it."""
    from local.demo.run import run
    from local.demo.story import Options

    if not run(Options(orders, faults, seed, database_url), keep=keep):
        raise typer.Exit(1)
