"""/v1/events."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from stripe_simulator.errors import invalid, missing
from stripe_simulator.routes.base import CREATED, LIST, Call, Route, Shown, listing
from stripe_simulator.schema import schema

if TYPE_CHECKING:
    from stripe_simulator.objects.event import Event

Json = dict[str, Any]
LISTED = schema(LIST, CREATED, "delivery_success:bool type:str types:[str]")
MAX_TYPES = 20


def retrieve(call: Call) -> Shown:
    """Show one event of the last 30 days."""
    event = call.find(call.world.store.events)
    if event.created < _oldest(call):
        raise missing("event", call.id)
    return event


def _oldest(call: Call) -> float:
    return call.world.clock.now() - call.world.config.event_seconds


def listed(call: Call) -> Json:
    """List events of the last 30 days."""
    params = call.params
    types = [*params.get("types", []), *([params["type"]] if "type" in params else [])]
    if "type" in params and "types" in params:
        raise invalid("You may only specify one of these parameters: type, types.", "types")
    if len(types) > MAX_TYPES:
        raise invalid(f"You may specify at most {MAX_TYPES} types.", "types")
    success, oldest = params.get("delivery_success"), _oldest(call)

    def wanted(event: Event) -> bool:
        return (
            event.created >= oldest
            and success in {None, not event.undelivered}
            and (not types or any(fnmatch.fnmatchcase(event.type, kind) for kind in types))
        )

    return listing(call, call.world.store.events, wanted)


ROUTES = [
    Route("GET", "/v1/events", listed, LISTED),
    Route("GET", "/v1/events/{}", retrieve),
]
