"""`payment-service tenant`: marketplaces that may use the service."""

from typing import Annotated
from uuid import UUID, uuid4

import typer

from app.commands.shared import ops

commands = typer.Typer(help="Marketplaces that may use the service.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(commands, name="tenant")


@commands.command("register")
def register_tenant(
    tenant_id: Annotated[UUID | None, typer.Argument(help="Made up when absent.")] = None,
    name: Annotated[str, typer.Option(help="For people.")] = "unnamed",
    return_url: Annotated[str | None, typer.Option(help="After a payee's onboarding.")] = None,
    refresh_url: Annotated[str | None, typer.Option(help="For an expired link.")] = None,
) -> None:
    """Let a marketplace in; prints its id. Again with the same id: changes name and URLs."""
    rows = ops(
        "SELECT ops.tenant_register(p_tenant_id => %s, p_name => %s,"
        " p_return_url => %s, p_refresh_url => %s)",
        [tenant_id or uuid4(), name, return_url, refresh_url],
    )
    typer.echo(rows[0][0])


@commands.command("list")
def list_() -> None:
    """List the tenants."""
    for tenant, name, status, created in ops(
        "SELECT tenant_id, name, status, created_at FROM ops.tenant_list()", []
    ):
        typer.echo(f"{tenant}  {status:<8}  {created:%Y-%m-%d %H:%M:%S}  {name}")


@commands.command("disable")
def disable(tenant_id: UUID) -> None:
    """Refuse a tenant's requests; money in flight still settles."""
    ops("SELECT ops.tenant_disable(p_tenant_id => %s)", [tenant_id])


@commands.command("enable")
def enable(tenant_id: UUID) -> None:
    """Let a disabled tenant in again."""
    ops("SELECT ops.tenant_enable(p_tenant_id => %s)", [tenant_id])
