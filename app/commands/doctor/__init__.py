"""`payment-service doctor`: looks at a deployment as a whole and says what to do about it.

Every look is made from outside, as the service would: nothing is changed but one notification.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

import orjson
import psycopg
import typer
from redis.exceptions import RedisError

from app.commands.doctor.database import (
    look_at_listen,
    look_at_login,
    look_at_migrations,
    look_at_server,
)
from app.commands.doctor.findings import Finding
from app.commands.doctor.redis import look_at_redis
from app.commands.doctor.stripe import look_at_stripe, look_at_webhooks
from app.commands.doctor.traces import look_at_collector
from app.commands.shared import settings
from app.config import Settings
from app.errors import DatabaseError

__all__ = ["Finding", "examine", "register"]


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(doctor)


def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Look at the whole deployment and say what to do; exit 1 when something will not work."""

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


async def examine(loaded: Settings) -> AsyncIterator[Finding]:
    """Look at everything, in the order in which things depend on each other."""
    looks: tuple[tuple[str, Callable[[Settings], Awaitable[list[Finding]]]], ...] = (
        ("postgresql", look_at_server),
        ("login", look_at_login),
        ("migrations", look_at_migrations),
        ("listen", look_at_listen),
        ("redis", look_at_redis),
        ("stripe", look_at_stripe),
        ("webhooks", look_at_webhooks),
        ("traces", look_at_collector),
    )
    for name, look in looks:
        try:
            findings = await look(loaded)
        except (psycopg.Error, DatabaseError, RedisError, OSError, TimeoutError) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            findings = [Finding(name, "fault", reason, "Is it there, and is the address right?")]
        for finding in findings:
            yield finding
