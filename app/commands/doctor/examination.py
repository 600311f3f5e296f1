"""The doctor's round: every look, in the order in which things depend on each other."""

from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg
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
from app.config import Settings
from app.errors import DatabaseError


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
