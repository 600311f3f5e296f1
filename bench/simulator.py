"""How dear a simulated call is beside a bare aiohttp echo, and how much memory payments take.

Prints `bench: NAME ours=… floor=… ratio=… unit=…`; the limits are 4 times the echo and 1 GiB for
100,000 payments. Run alone: `python -m bench.simulator`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

CALLS = 3_000
ROUNDS = 3
PAYMENTS = int(os.environ.get("BENCH_PAYMENTS", "100000"))
GIB = 2**30
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Bearer sk_bench"}
PAY = (
    "amount=10000&currency=usd&payment_method=pm_card_visa&confirm=true&metadata[operation_id]=1"
    "&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
)
CREATE = (
    "amount=10000&currency=usd&metadata[operation_id]=1"
    "&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
)


async def echo(request: web.Request) -> web.Response:
    """Answer with what was sent: the least an aiohttp server can do with a body."""
    return web.Response(body=await request.read(), content_type="application/json")


async def cost(url: str, body: str, calls: int) -> float:
    """Return seconds of this process's processor time per call, client included."""
    async with aiohttp.ClientSession() as http:
        start = time.process_time()
        for number in range(calls):
            headers = FORM | {"Idempotency-Key": f"{body[:20]}{time.monotonic_ns()}{number}"}
            async with http.post(url, data=body, headers=headers) as got:
                await got.read()
                assert got.status == 200
        return (time.process_time() - start) / calls


async def best(make: Callable[[], Awaitable[float]]) -> float:
    """Return the smallest of a few measurements: noise only ever adds."""
    return min([await make() for _ in range(ROUNDS)])


async def speed() -> list[str]:
    """Measure the echo and three kinds of call, in one run."""
    from stripe_simulator.app import make_app
    from stripe_simulator.cli import GC_THRESHOLDS
    from stripe_simulator.config import Config
    from stripe_simulator.control.base import SIMULATOR
    from stripe_simulator.simulator import Start

    plain = web.Application()
    plain.router.add_post("/echo", echo)
    app = make_app(Config(secret_key="sk_bench", settle="now"), Start(balances={"usd": 10**12}))
    lines = []
    gc.set_threshold(*GC_THRESHOLDS)  # as the command sets them
    async with TestServer(plain) as bare, TestServer(app) as ours:
        world = app[SIMULATOR].world
        floor = await best(lambda: cost(str(bare.make_url("/echo")), PAY, CALLS))
        transfer = f"amount=1&currency=usd&destination={artist(world)}&transfer_group=g"
        for name, path, body in (
            ("create", "/v1/payment_intents", CREATE),
            ("create_and_confirm", "/v1/payment_intents", PAY),
            ("transfer", "/v1/transfers", transfer),
        ):
            url = str(ours.make_url(path))
            mine = await best(lambda url=url, body=body: cost(url, body, CALLS))  # type: ignore[misc]
            lines.append(line(f"simulator_{name}", mine * 1e6, floor * 1e6, "us/call"))
    return lines


def artist(world: object) -> str:
    """Make a connected account that can receive."""
    from stripe_simulator.objects.account import Account
    from stripe_simulator.world import World

    assert isinstance(world, World)
    active = {"requested": True, "status": "active", "requested_at": None}
    row = Account(
        id="acct_bench",
        account=world.platform,
        created=0,
        type="express",
        country="US",
        default_currency="usd",
        capabilities={"transfers": active},
    )
    return world.store.accounts.add(row).id


def line(name: str, ours: float, floor: float, unit: str) -> str:
    """Write one measure."""
    return f"bench: {name} ours={ours:.1f} floor={floor:.1f} ratio={ours / floor:.2f} unit={unit}"


async def fill() -> None:
    """Make the payments in this process, through the API's own path, and print the memory."""
    from stripe_simulator.api import Incoming
    from stripe_simulator.app import make_app
    from stripe_simulator.config import Config
    from stripe_simulator.control.base import SIMULATOR
    from stripe_simulator.simulator import Start

    before = resident()
    app = make_app(Config(secret_key="sk_bench", settle="now"), Start(wall=False))
    api = app[SIMULATOR].api
    for number in range(PAYMENTS):
        headers = FORM | {"Idempotency-Key": f"key-{number}"}
        answer = await api.answer(Incoming("POST", "/v1/payment_intents", PAY, headers))
        assert answer.status == 200
    sys.stdout.write(json.dumps({"bytes": resident() - before}) + "\n")


def resident() -> int:
    """Return the resident size of this process now, in bytes."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE")


def memory() -> str:
    """Measure the memory of the payments in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.simulator", "fill"], check=True, capture_output=True
    )
    used = json.loads(done.stdout)["bytes"] * 100_000 / PAYMENTS
    return line("simulator_memory_100k_payments", used / 2**20, GIB / 2**20, "MiB")


def run() -> list[str]:
    """Measure everything and return the lines."""
    return [*asyncio.run(speed()), memory()]


if __name__ == "__main__":
    if sys.argv[1:] == ["fill"]:
        asyncio.run(fill())
    else:
        for text in run():
            print(text)
