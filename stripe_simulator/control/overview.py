"""What the page at `/` shows: the last payments with their events and deliveries."""

from __future__ import annotations

import itertools
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from aiohttp import web

from stripe_simulator.control.base import simulator

if TYPE_CHECKING:
    from stripe_simulator.world import World

Json = dict[str, Any]
PAYMENTS = 20
EVENTS = 400  # how far back the events of payments are looked for
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:"
)


async def overview(request: web.Request) -> web.Response:
    """GET /_sim/overview: the last payments, newest first."""
    world = simulator(request).world
    events = _events_by_payment(world)
    payments = []
    for _, intent in itertools.islice(world.store.payment_intents.newest(), PAYMENTS):
        charge = world.store.charges.get(intent.latest_charge)
        payments.append(
            {
                "id": intent.id,
                "amount": intent.amount,
                "currency": intent.currency,
                "status": intent.status,
                "charge": intent.latest_charge,
                "refunded": charge.amount_refunded if charge else 0,
                "disputed": bool(charge and charge.disputed),
                "disputable": bool(charge and charge.captured),
                "events": events.get(intent.id, []),
            }
        )
    return web.json_response({"payments": payments})


def _events_by_payment(world: World) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for _, event in itertools.islice(world.store.events.newest(), EVENTS):
        shown = json.loads(event.body(world))["data"]["object"]
        payment = (
            shown["id"] if shown["object"] == "payment_intent" else (shown.get("payment_intent"))
        )
        deliveries = world.store.deliveries.where("event", event.id)
        line = {
            "type": event.type,
            "deliveries": [f"{row.status} ({row.attempts})" for row in deliveries],
        }
        if isinstance(payment, str):
            found.setdefault(payment, []).insert(0, line)
    return found


def asset(name: str, kind: str) -> web.Response:
    """Return a file of the page, from inside the package."""
    text = resources.files("stripe_simulator").joinpath("page", name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type=kind, headers={"Content-Security-Policy": POLICY})


async def index(_request: web.Request) -> web.Response:
    """GET /: the page."""
    return asset("index.html", "text/html")


async def script(_request: web.Request) -> web.Response:
    """GET /page.js."""
    return asset("page.js", "text/javascript")


async def style(_request: web.Request) -> web.Response:
    """GET /page.css."""
    return asset("page.css", "text/css")


ROUTES = [
    web.get("/_sim/overview", overview),
    web.get("/", index),
    web.get("/page.js", script),
    web.get("/page.css", style),
]
