"""The doctor's look at the collector of traces."""

from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp

from app.commands.doctor.findings import Finding, when
from app.config import Settings

TIMEOUT_SECONDS = 2.0


async def look_at_collector(settings: Settings) -> list[Finding]:
    """Whoever is to take our spans answers; nothing to look at when there are none."""
    if not settings.traces_are_exported:
        return []
    url, kind = settings.traces_endpoint, {"Content-Type": "application/x-protobuf"}
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            answer = await session.post(url, data=b"", headers=kind)
        found, says = answer.status != HTTPStatus.NOT_FOUND, f"answers {answer.status}"
    except (aiohttp.ClientError, TimeoutError) as error:
        found, says = False, f"does not answer: {type(error).__name__}"
    host = urlsplit(url).hostname
    todo = "Spans get lost, nothing else does. Check OTEL_EXPORTER_OTLP_ENDPOINT."
    return [
        when(
            found,
            Finding("traces", "ok", f"{host} {says}"),
            Finding("traces", "warning", f"{host} {says}", todo),
        )
    ]
