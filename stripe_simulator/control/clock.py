"""Time: reading and advancing the clock."""

from __future__ import annotations

from aiohttp import web

from stripe_simulator.control.base import ControlError, body, simulator

MAX_ADVANCE = 366 * 86_400


async def show(request: web.Request) -> web.Response:
    """GET /_sim/clock: now, in Unix seconds, and the next timer."""
    clock = simulator(request).world.clock
    return web.json_response(
        {
            "now": clock.now(),
            "mode": "wall" if clock.wall else "virtual",
            "offset": clock.offset,
            "nextDue": clock.next_due(),
            "timers": len(clock.timers),
        }
    )


async def advance(request: web.Request) -> web.Response:
    """POST /_sim/clock/advance {seconds}: run every timer up to then."""
    seconds = (await body(request, "seconds"))["seconds"]
    if not isinstance(seconds, (int, float)) or not 0 <= seconds <= MAX_ADVANCE:
        raise ControlError(f"seconds must be between 0 and {MAX_ADVANCE}")
    world = simulator(request).world
    ran = world.advance(float(seconds))
    return web.json_response({"now": world.clock.now(), "timers": ran})


ROUTES = [
    web.get("/_sim/clock", show),
    web.post("/_sim/clock/advance", advance),
]
