"""The doctor's look at Stripe: the key, the clock, and the webhook endpoints with their events."""

import time
from email.utils import parsedate_to_datetime
from typing import Any

from app.commands.doctor.findings import Finding, clock, when
from app.config import Settings
from app.database.client import Database
from app.stripe.gateway import API_VERSION, Gateway, LookError

ENDPOINTS = {"platform": "/webhooks/stripe", "connect": "/webhooks/stripe/connect"}


async def look_at_stripe(settings: Settings) -> list[Finding]:
    """The key is accepted, is of the right mode, and both clocks agree."""
    gateway = Gateway(settings)
    try:
        date = await gateway.ping()
        live = bool((await gateway.page("balance", {}))["livemode"])
    except LookError as error:
        todo = "Look at STRIPE_SECRET_KEY in Stripe's dashboard, and at the way out to the network."
        return [Finding("stripe", "fault", f"does not answer as it should: {error}", todo)]
    finally:
        await gateway.close()
    mode = "live" if live else "test"
    fits = live == (settings.app_env == "production")
    return [
        when(
            fits,
            Finding("stripe", "ok", f"{mode} mode, API version {API_VERSION}"),
            Finding(
                "stripe",
                "warning",
                f"a {mode} key in {settings.app_env}",
                "Is this the key, and is this APP_ENV, that you meant?",
            ),
        ),
        # The header has whole seconds: half of one is the best guess.
        clock("stripe clock", parsedate_to_datetime(date).timestamp() + 0.5 - time.time()),
    ]


async def look_at_webhooks(settings: Settings) -> list[Finding]:
    """Each endpoint is registered, enabled, of our API version, and sent all that we act on."""
    gateway, database = Gateway(settings), Database(settings, name="doctor", size=1)
    await database.open()
    try:
        rows = await database.rows("stripe_event_types")
        endpoints = (await gateway.page("webhook_endpoints", {"limit": 100}))["data"]
    except LookError as error:
        return [Finding("webhooks", "fault", f"cannot be listed: {error}", "See stripe above.")]
    finally:
        await database.close()
        await gateway.close()
    wanted = {
        source: {row["event_type"] for row in rows if row["source"] == source}
        for source in ENDPOINTS
    }
    return [_endpoint(source, endpoints, wanted[source]) for source in ENDPOINTS]


def _endpoint(source: str, endpoints: list[dict[str, Any]], wanted: set[str]) -> Finding:
    check, path = f"webhooks {source}", ENDPOINTS[source]
    ours = [one for one in endpoints if one["url"].endswith(path) and one["status"] == "enabled"]
    if not ours:
        return Finding(
            check,
            "fault",
            f"no enabled endpoint ends in {path}",
            f"Register https://…{path} in Stripe, with the events of api.stripe_event_types().",
        )
    sent = {event for one in ours for event in one["enabled_events"]}
    missing = set() if "*" in sent else wanted - sent
    if missing:
        todo = f"Enable them for the endpoint {ours[0]['id']} in Stripe."
        return Finding(check, "fault", f"is not sent {', '.join(sorted(missing))}", todo)
    versions = {one["api_version"] for one in ours} - {None, API_VERSION}
    if versions:
        return Finding(
            check,
            "warning",
            f"sends API version {', '.join(sorted(map(str, versions)))}, not {API_VERSION}",
            "Make a second endpoint of our version, then disable the old one.",
        )
    return Finding(check, "ok", f"{len(wanted)} types of events")
