"""`payment-service migrate`: bring the database to what sql/ says, and back."""

from typing import Annotated

import typer

from app.commands.shared import migration_url
from app.migrations import migrate as migrations

commands = typer.Typer(help="Bring the database to what sql/ says, and back.")


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(commands, name="migrate")


@commands.callback(invoke_without_command=True)
def migrate(context: typer.Context) -> None:
    """Apply pending migrations, then load changed functions and policies."""
    if context.invoked_subcommand is None:
        migrations.migrate(migration_url(), report=typer.echo)


@commands.command("rollback")
def rollback(
    count: Annotated[int, typer.Argument(min=1)] = 1,
    *,
    force_data_loss: Annotated[
        bool, typer.Option(help="Drop rows that nothing brings back.")
    ] = False,
) -> None:
    """Undo the last COUNT migrations."""
    migrations.rollback(migration_url(), count, force_data_loss=force_data_loss, report=typer.echo)


@commands.command("make")
def make(name: str) -> None:
    """Write the next numbered migration and its rollback."""
    for path in migrations.make(name):
        typer.echo(path)


@commands.command("status")
def status() -> None:
    """Compare the database with sql/; exit 1 when something is pending."""
    found = migrations.status(migration_url())
    for name, moment in found.applied.items():
        typer.echo(f"applied  {name}  {moment:%Y-%m-%d %H:%M:%S}")
    for word in ("pending", "unknown", "changed", "orphaned"):
        for name in getattr(found, word):
            typer.echo(f"{word:<8} {name}")
    if not found.current:
        raise typer.Exit(1)
