"""/v1/webhook_endpoints."""

from __future__ import annotations

import re
from typing import Any

from stripe_simulator.errors import invalid, refused
from stripe_simulator.metadata import merge_metadata
from stripe_simulator.objects.webhook_endpoint import WebhookEndpoint
from stripe_simulator.routes.base import LIST, Call, Route, Shown, listing
from stripe_simulator.schema import schema

Json = dict[str, Any]
CREATE = schema(
    "api_version:str connect:bool description:str? enabled_events!:[str] metadata:map? url!:str"
)
UPDATE = schema("description:str? disabled:bool enabled_events:[str] metadata:map? url:str")
LISTED = schema(LIST)
MAX_ENDPOINTS = 16
VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")
KIND = re.compile(r"\*|[a-z0-9_]+(\.[a-z0-9_]+)+")


def create(call: Call) -> Json:
    """Register an endpoint; only this answer shows its secret."""
    world, params = call.world, call.params
    _check(call)
    if len(world.store.webhook_endpoints) >= MAX_ENDPOINTS:
        raise refused(f"You have reached the maximum of {MAX_ENDPOINTS} test webhook endpoints.")
    metadata = merge_metadata({}, params)
    secret = metadata.pop("sim_secret", None) or world.ids.make("whsec_")
    endpoint = world.store.webhook_endpoints.add(
        WebhookEndpoint(
            id=world.ids.make("we_"),
            account=call.account,
            created=world.clock.seconds(),
            url=params["url"],
            enabled_events=params["enabled_events"],
            secret=secret,
            connect=params.get("connect", False),
            api_version=params.get("api_version"),
            description=params.get("description"),
            metadata=metadata,
        )
    )
    return endpoint.render(world) | {"secret": endpoint.secret}


def _check(call: Call) -> None:
    url = call.params.get("url")
    if url is not None and not url.startswith(("http://", "https://")):
        raise invalid(
            "Invalid URL: An explicit scheme (such as https) must be provided.",
            "url",
            "url_invalid",
        )
    if url is not None and call.world.config.livemode and not url.startswith("https://"):
        raise invalid("Invalid URL: URL must be HTTPS in live mode.", "url", "url_invalid")
    version = call.params.get("api_version")
    if version is not None and not VERSION.fullmatch(version):
        raise invalid(f"Invalid Stripe API version: {version}", "api_version")
    for place, kind in enumerate(call.params.get("enabled_events", [])):
        if not KIND.fullmatch(kind):
            raise invalid(
                f"Invalid enabled_events[{place}]: must be an event type or *",
                f"enabled_events[{place}]",
            )


def retrieve(call: Call) -> Shown:
    """Show one endpoint."""
    return call.find(call.world.store.webhook_endpoints)


def update(call: Call) -> Shown:
    """Change an endpoint."""
    endpoint = call.find(call.world.store.webhook_endpoints)
    _check(call)
    endpoint.metadata = merge_metadata(endpoint.metadata, call.params)
    for name in ("url", "enabled_events", "description"):
        if name in call.params:
            setattr(endpoint, name, call.params[name])
    if "disabled" in call.params:
        endpoint.status = "disabled" if call.params["disabled"] else "enabled"
    return endpoint


def delete(call: Call) -> Json:
    """Remove an endpoint."""
    endpoint = call.find(call.world.store.webhook_endpoints)
    call.world.store.webhook_endpoints.remove(endpoint.id)
    return {"id": endpoint.id, "object": "webhook_endpoint", "deleted": True}


def listed(call: Call) -> Json:
    """List endpoints."""
    return listing(call, call.world.store.webhook_endpoints)


ROUTES = [
    Route("POST", "/v1/webhook_endpoints", create, CREATE),
    Route("GET", "/v1/webhook_endpoints", listed, LISTED),
    Route("GET", "/v1/webhook_endpoints/{}", retrieve),
    Route("POST", "/v1/webhook_endpoints/{}", update, UPDATE),
    Route("DELETE", "/v1/webhook_endpoints/{}", delete),
]
