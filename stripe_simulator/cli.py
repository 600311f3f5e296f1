"""The command `stripe-simulator`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import signal
import socket
import sqlite3
import sys
from collections.abc import Sequence

from aiohttp import web

from stripe_simulator import __version__
from stripe_simulator.app import make_app
from stripe_simulator.config import CHOICES, Config
from stripe_simulator.control.base import SIMULATOR
from stripe_simulator.money import CURRENCIES
from stripe_simulator.routes.accounts import COUNTRIES
from stripe_simulator.simulator import Simulator, Start
from stripe_simulator.state_file import StateError

# A world only grows and its records have no cycles: looking for them often would be wasted.
GC_THRESHOLDS = (20_000, 20, 50)
MAX_PORT = 65_535


def parser() -> argparse.ArgumentParser:
    """Return the options of the command."""
    out = argparse.ArgumentParser(
        prog="stripe-simulator",
        description="A stateful Stripe Connect with faults on demand. When ready it prints one "
        "line of JSON with its address; SIGINT and SIGTERM stop it.",
        epilog="Exit codes: 0 after a signal, 1 without port or state file, 2 for wrong options.",
    )
    out.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    add = out.add_argument
    add("--port", type=port, default=12111, metavar="N", help="default 12111; 0 picks a free one")
    add("--fd", type=int, metavar="N", help="a listening socket of the starter, instead of a port")
    add("--host", default="127.0.0.1", metavar="H", help="default %(default)s")
    add("--seed", type=int, default=1, metavar="S", help="of ids and of random faults, default 1")
    for name, key in (
        ("--secret-key", "sk_test_simulator"),
        ("--publishable-key", "pk_test_simulator"),
    ):
        add(name, default=key, metavar="KEY", help="default %(default)s")
    add(
        "--settle",
        choices=CHOICES["settle"],
        default="standard",
        help="when charges become available: after two business days by default",
    )
    add(
        "--clock",
        choices=("wall", "virtual"),
        default="wall",
        help="wall, the default, runs by itself; virtual stands still until it is advanced",
    )
    add(
        "--onboarding",
        choices=CHOICES["onboarding"],
        default="manual",
        help="auto: requested capabilities are active at once; default manual",
    )
    add(
        "--balance",
        action="append",
        default=[],
        metavar="CUR=AMOUNT",
        type=balance,
        help="what the platform has at the start, minor units; repeat per currency",
    )
    add("--state", metavar="FILE", help="SQLite file that lets the world survive a restart")
    add("--country", type=country, default="US", metavar="CC", help="of the platform, default US")
    return out


def port(text: str) -> int:
    """Read a port."""
    if not text.isdecimal() or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port")
    return int(text)


def country(text: str) -> str:
    """Read a country, `US` or `us`."""
    if text.upper() not in COUNTRIES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a country Stripe works in")
    return text.upper()


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
    app, stop = make_app(config, start), _stop_on_signal()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    try:
        await runner.setup()
        await _site(runner, options).start()
        _say_ready(app[SIMULATOR], runner)
        await stop.wait()
    finally:
        await runner.cleanup()


def _site(runner: web.AppRunner, options: argparse.Namespace) -> web.BaseSite:
    if options.fd is None:
        return web.TCPSite(runner, options.host, options.port)
    return web.SockSite(runner, socket.socket(fileno=options.fd))


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


def _stop_on_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command: 0 after a signal, 1 without port or state file, 2 for wrong options."""
    options = parser().parse_args(argv)
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run(options))
    except (OSError, sqlite3.Error, StateError) as error:
        sys.stderr.write(f"stripe-simulator: {error}\n")
        return 1
    return 0
