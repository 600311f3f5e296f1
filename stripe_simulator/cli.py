"""The command `stripe-simulator`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import signal
import sys
from collections.abc import Sequence

from aiohttp import web

from stripe_simulator.app import make_app
from stripe_simulator.config import Config
from stripe_simulator.control.base import SIMULATOR
from stripe_simulator.money import CURRENCIES
from stripe_simulator.simulator import Simulator, Start

# A world only grows and its records have no cycles: looking for them often would be wasted.
GC_THRESHOLDS = (20_000, 20, 50)
MAX_PORT = 65_535


def parser() -> argparse.ArgumentParser:
    """Return the options of the command."""
    out = argparse.ArgumentParser(
        prog="stripe-simulator", description="A stateful Stripe Connect with faults on demand."
    )
    out.add_argument("--port", type=port, default=12111, help="0 picks a free one")
    out.add_argument("--host", default="127.0.0.1")
    out.add_argument("--seed", type=int, default=1, help="of ids and of random faults")
    out.add_argument("--secret-key", default="sk_test_simulator")
    out.add_argument("--publishable-key", default="pk_test_simulator")
    out.add_argument(
        "--settle",
        choices=("now", "standard", "never"),
        default="standard",
        help="when charges become available",
    )
    out.add_argument("--clock", choices=("wall", "virtual"), default="wall")
    out.add_argument(
        "--onboarding",
        choices=("manual", "auto"),
        default="manual",
        help="auto: requested capabilities are active at once",
    )
    out.add_argument(
        "--balance",
        action="append",
        default=[],
        metavar="CUR=AMOUNT",
        type=balance,
        help="what the platform has at the start, minor units",
    )
    out.add_argument("--state", metavar="FILE", help="SQLite file that survives a restart")
    out.add_argument("--country", default="US", help="of the platform")
    return out


def port(text: str) -> int:
    """Read a port number."""
    if not text.isdecimal() or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {MAX_PORT}")
    return int(text)


def balance(text: str) -> tuple[str, int]:
    """Read `usd=100000`."""
    currency, _, amount = text.partition("=")
    if currency not in CURRENCIES or not amount.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not like usd=100000")
    return currency, int(amount)


async def run(options: argparse.Namespace) -> None:
    """Serve until a signal comes; says on stdout where, in one line of JSON."""
    config = Config(
        secret_key=options.secret_key,
        publishable_key=options.publishable_key,
        settle=options.settle,
        onboarding=options.onboarding,
        country=options.country,
    )
    start = Start(
        seed=options.seed,
        wall=options.clock == "wall",
        balances=dict(options.balance),
        state=options.state,
    )
    app = make_app(config, start)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    try:
        await runner.setup()
        await web.TCPSite(runner, options.host, options.port).start()
        _say_ready(app[SIMULATOR], runner)
        await _signal()
    finally:
        await runner.cleanup()


def _say_ready(simulator: Simulator, runner: web.AppRunner) -> None:
    host, port = runner.addresses[0][:2]
    url = f"http://{host}:{port}"
    simulator.base_url = simulator.world.base_url = url
    ready = {
        "stripe": url,
        "secretKey": simulator.world.config.secret_key,
        "publishableKey": simulator.world.config.publishable_key,
        "platform": simulator.world.platform,
    }
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


async def _signal() -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 after a signal, 1 when the port is taken, 2 for wrong options."""
    options = parser().parse_args(argv)
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run(options))
    except OSError as error:
        sys.stderr.write(f"stripe-simulator: {error}\n")
        return 1
    return 0
