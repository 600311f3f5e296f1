"""The world as a whole: settings, journal, ledger, reset, snapshot and restore."""

from __future__ import annotations

import dataclasses
from typing import Any

from aiohttp import web

from stripe_simulator import invariants
from stripe_simulator.clock import Clock
from stripe_simulator.control.base import ControlError, body, simulator
from stripe_simulator.http import codec
from stripe_simulator.world import World

Json = dict[str, Any]


async def config(request: web.Request) -> web.Response:
    """GET and POST /_sim/config: the settings of the world."""
    settings = simulator(request).config
    if request.method == "POST":
        given = await body(request, *(field.name for field in dataclasses.fields(settings)))
        settings.change(given)
        simulator(request).world.keys.lifetime = settings.key_seconds
    return web.json_response(dataclasses.asdict(settings))


async def requests(request: web.Request) -> web.Response:
    """GET /_sim/requests?method=&path=&key=&status=&executed=&limit=: the journal."""
    journal = simulator(request).world.journal
    return web.json_response({"requests": journal.select(dict(request.query))})


async def clear_requests(request: web.Request) -> web.Response:
    """DELETE /_sim/requests: an empty journal."""
    simulator(request).world.journal.records.clear()
    return web.json_response({"requests": []})


async def ledger(request: web.Request) -> web.Response:
    """GET /_sim/ledger: every balance, the sums, and an audit from scratch."""
    world = simulator(request).world
    book = world.ledger
    names = {
        account.id: "platform" if account.id == world.platform else account.id
        for account in world.store.accounts.oldest()
    }
    accounts: Json = {}
    for account, currency in book.totals:
        accounts.setdefault(account, {"name": names.get(account, account)})[currency] = {
            "available": book.available[account, currency],
            "pending": book.pending[account, currency],
            "transactions": book.totals[account, currency],
        }
    counters: Json = {}
    for (name, currency), amount in book.counters.items():
        counters.setdefault(name, {})[currency] = amount
    faults = invariants.audit(world) + world.bugs
    return web.json_response(
        {
            "platform": world.platform,
            "accounts": accounts,
            "counters": counters,
            "sums": book.sums(),
            "violations": faults,
            "ok": not faults,
        }
    )


async def reset(request: web.Request) -> web.Response:
    """POST /_sim/reset {seed, endpoints}: an empty world; endpoints stay unless false."""
    given = await body(request, "seed", "endpoints")
    sim = simulator(request)
    await sim.reset(given.get("seed"), keep_endpoints=bool(given.get("endpoints", True)))
    return web.json_response({"platform": sim.world.platform, "seed": sim.world.seed})


async def snapshot(request: web.Request) -> web.Response:
    """GET /_sim/snapshot: the whole world as JSON."""
    return web.json_response(codec.dump(simulator(request).world))


async def restore(request: web.Request) -> web.Response:
    """POST /_sim/restore: the world of a snapshot, time included."""
    saved = await request.json()
    sim = simulator(request)
    world = World(sim.config, 0, Clock(wall=sim.start_with.wall, start=0))
    try:
        codec.load(world, saved)
    except (KeyError, TypeError, ValueError) as error:
        raise ControlError(f"not a snapshot of this simulator: {error!r}") from error
    await sim.replace(world)
    return web.json_response({"platform": world.platform, "now": world.clock.now()})


async def keys(request: web.Request) -> web.Response:
    """POST /_sim/keys {key, allow}: a restricted key; allow lists `METHOD /path*` patterns."""
    given = await body(request, "key", "allow")
    simulator(request).world.restricted[given["key"]] = list(given["allow"])
    return web.json_response({"key": given["key"]}, status=201)


async def state(request: web.Request) -> web.Response:
    """GET /_sim/state: counts of everything, for a look."""
    sim = simulator(request)
    tables = {table.kind: len(table) for table in sim.world.store.tables()}
    return web.json_response(
        {
            "platform": sim.world.platform,
            "seed": sim.world.seed,
            "now": sim.world.clock.now(),
            "objects": tables,
            "requests": len(sim.world.journal.records),
            "keys": len(sim.world.keys.saved),
            "bugs": sim.world.bugs,
        }
    )


ROUTES = [
    web.get("/_sim/config", config),
    web.post("/_sim/config", config),
    web.get("/_sim/requests", requests),
    web.delete("/_sim/requests", clear_requests),
    web.get("/_sim/ledger", ledger),
    web.post("/_sim/reset", reset),
    web.get("/_sim/snapshot", snapshot),
    web.post("/_sim/restore", restore),
    web.post("/_sim/keys", keys),
    web.get("/_sim/state", state),
]
