"""Faults of the API and of webhooks."""

from __future__ import annotations

from aiohttp import web

from stripe_simulator.control.base import ControlError, body, find, simulator
from stripe_simulator.objects.webhook_endpoint import WebhookEndpoint

SETTINGS = {
    "concurrency": "webhook_concurrency",
    "hold": "webhook_hold",
    "retry_seconds": "webhook_retries",
    "timeout_seconds": "webhook_timeout",
}


async def add(request: web.Request) -> web.Response:
    """POST /_sim/faults: a rule; from now on matching calls suffer it."""
    world = simulator(request).world
    return web.json_response(world.faults.add(await body(request)).render(), status=201)


async def show(request: web.Request) -> web.Response:
    """GET /_sim/faults: the rules, how often each was looked at and struck."""
    rules = simulator(request).world.faults.rules
    return web.json_response({"faults": [rule.render() for rule in rules]})


async def remove(request: web.Request) -> web.Response:
    """DELETE /_sim/faults[/{id}]: one rule or all."""
    removed = simulator(request).world.faults.remove(request.match_info.get("id"))
    return web.json_response({"removed": removed})


async def webhooks(request: web.Request) -> web.Response:
    """POST /_sim/webhooks: settings of the sender and faults of deliveries."""
    sim = simulator(request)
    world, given = sim.world, await body(request)
    seed = given.pop("seed", None)
    if seed is not None:
        world.webhook_faults.seed = seed
        world.webhook_faults.random.seed(seed)
    world.config.change(
        {SETTINGS[name]: given.pop(name) for name in SETTINGS.keys() & given.keys()}
    )
    for name, value in given.items():
        if name == "reorder":
            window = value.get("window", 0) if isinstance(value, dict) else value
            world.webhook_faults.reorder = int(window)
        else:
            world.webhook_faults.add(name, value)
    sim.sender.nudge()
    return web.json_response(_webhooks(request))


def _webhooks(request: web.Request) -> dict[str, object]:
    world = simulator(request).world
    faults = world.webhook_faults
    return {
        "concurrency": world.config.webhook_concurrency,
        "hold": world.config.webhook_hold,
        "retrySeconds": world.config.webhook_retries,
        "timeoutSeconds": world.config.webhook_timeout,
        "reorder": faults.reorder,
        "faults": [rule.render() for rule in faults.rules],
    }


async def show_webhooks(request: web.Request) -> web.Response:
    """GET /_sim/webhooks: settings and faults."""
    return web.json_response(_webhooks(request))


async def clear_webhooks(request: web.Request) -> web.Response:
    """DELETE /_sim/webhooks: deliver properly again; settings stay."""
    simulator(request).world.webhook_faults.clear()
    return web.json_response(_webhooks(request))


async def deliveries(request: web.Request) -> web.Response:
    """GET /_sim/deliveries?event=&endpoint=&status=: every delivery and its attempts."""
    query = request.query
    rows = [
        row.render(simulator(request).world)
        for row in simulator(request).world.store.deliveries.oldest()
    ]
    found = [
        row
        for row in rows
        if all(query.get(name, row[name]) == row[name] for name in ("event", "endpoint", "status"))
    ]
    return web.json_response({"deliveries": found})


async def drain(request: web.Request) -> web.Response:
    """POST /_sim/drain: deliver everything due; answers when that is done."""
    sim = simulator(request)
    sim.world.run_due()
    return web.json_response(await sim.sender.drain())


async def endpoint(request: web.Request) -> web.Response:
    """POST /_sim/webhook_endpoints {url, secret, connect, events}: register with a known secret."""
    given = await body(request, "url", "secret", "connect", "events", "api_version")
    world = simulator(request).world
    if not str(given.get("url", "")).startswith("http"):
        raise ControlError("url is wanted")
    if not isinstance(given.get("secret") or "", str) or not isinstance(
        given.get("events", []), list
    ):
        raise ControlError("secret is a text, events a list of types")
    row = world.store.webhook_endpoints.add(
        WebhookEndpoint(
            id=world.ids.make("we_"),
            account=world.platform,
            created=world.clock.seconds(),
            url=given["url"],
            enabled_events=given.get("events", ["*"]),
            secret=given.get("secret") or world.ids.make("whsec_"),
            connect=bool(given.get("connect", False)),
            api_version=given.get("api_version"),
        )
    )
    return web.json_response(row.render(world) | {"secret": row.secret}, status=201)


async def roll(request: web.Request) -> web.Response:
    """POST /_sim/webhook_endpoints/{id}/roll {secret, seconds}: both secrets sign for a while."""
    given = await body(request, "secret", "seconds")
    world = simulator(request).world
    row = world.store.webhook_endpoints.get(request.match_info["id"])
    if row is None:
        raise ControlError("no such webhook endpoint", 404)
    row.old_secret, row.secret = row.secret, given.get("secret") or world.ids.make("whsec_")
    row.old_secret_until = world.clock.now() + float(given.get("seconds", 86_400))
    return web.json_response(row.render(world) | {"secret": row.secret})


async def resend(request: web.Request) -> web.Response:
    """POST /_sim/events/{id}/resend: deliver an event once more to every endpoint it went to."""
    sim = simulator(request)
    event = find(sim.world.store.events, request.match_info["id"])
    rows = sim.world.store.deliveries.where("event", event.id)
    for row in rows:
        row.status, row.losses = "pending", 0
        sim.sender.push(row.id)
    return web.json_response({"deliveries": len(rows)})


ROUTES = [
    web.post("/_sim/faults", add),
    web.get("/_sim/faults", show),
    web.delete("/_sim/faults", remove),
    web.delete("/_sim/faults/{id}", remove),
    web.post("/_sim/webhooks", webhooks),
    web.get("/_sim/webhooks", show_webhooks),
    web.delete("/_sim/webhooks", clear_webhooks),
    web.get("/_sim/deliveries", deliveries),
    web.post("/_sim/drain", drain),
    web.post("/_sim/webhook_endpoints", endpoint),
    web.post("/_sim/webhook_endpoints/{id}/roll", roll),
    web.post("/_sim/events/{id}/resend", resend),
]
