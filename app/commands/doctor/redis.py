"""The doctor's look at Redis or Valkey."""

import redis.asyncio

from app.commands.doctor.findings import Finding, when
from app.config import Settings

TIMEOUT_SECONDS = 2.0
MAJOR = 7


async def look_at_redis(settings: Settings) -> list[Finding]:
    """It answers, is new enough, and forgets rather than refuses when it is full."""
    client = redis.asyncio.Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
    )
    try:
        server = await client.info("server")
        memory = await client.info("memory")
    finally:
        await client.aclose()
    version = str(server.get("valkey_version") or server["redis_version"])
    policy = memory.get("maxmemory_policy", "unknown")
    refuses = memory.get("maxmemory", 0) and policy == "noeviction"
    return [
        when(
            int(version.partition(".")[0]) >= MAJOR,
            Finding("redis", "ok", f"version {version}"),
            Finding("redis", "fault", f"version {version}", "Use Redis 7 or newer, or Valkey."),
        ),
        when(
            not refuses,
            Finding("redis memory", "ok", f"policy {policy}"),
            Finding(
                "redis memory",
                "warning",
                "is bounded and refuses writes when full",
                "Set maxmemory-policy to allkeys-lru: it only counts requests.",
            ),
        ),
    ]
