"""`payment-service doctor`: looks at a deployment as a whole and says what to do about it.

Every look is made from outside, as the service would: nothing is changed but one notification.
"""

import asyncio
from typing import Annotated

import orjson
import typer

from app.commands.shared import settings


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(doctor)


def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Look at the whole deployment and say what to do; exit 1 when something will not work."""
    from app.commands.doctor.examination import examine  # what it looks with is slow to import

    async def run() -> bool:
        well = True
        async for finding in examine(settings()):
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
