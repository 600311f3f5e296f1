"""`payment-service`: the processes, and the assembling of all commands.

Exit codes: 0 ok, 1 failure, 2 usage. `serve` and `worker` read the whole environment; operators'
commands only what they need. Only the module of the command that is asked for is imported.
"""

import asyncio
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated

import psycopg
import typer

from app import __version__
from app.commands.shared import fail, settings
from app.config import SettingsError
from app.errors import LoginError
from app.migrations.errors import MigrationError

USAGE = 2
OPERATORS = (
    "doctor",
    "migrate",
    "reconcile",
    "refund-batch",
    "report",
    "sanctions",
    "tenant",
    "token",
)
LOCAL_STACK = ("dev", "demo", "clock")
"""Of a checkout: what is installed in production does not have them."""


def main() -> None:
    """Run the command line."""
    try:
        command_line(next(iter(sys.argv[1:]), None))()
    except SettingsError as error:
        fail(error.faults, USAGE)
    except (MigrationError, LoginError, OSError) as error:
        fail([str(error)], 1)
    except psycopg.Error as error:
        said = error.diag.message_primary or str(error).strip()
        fail([f"database: {said}"], 1)


def command_line(wanted: str | None = None) -> typer.Typer:
    """The processes, and the command that is wanted; every command when it is none of them."""
    cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    processes = {command.__name__: cli.command()(command) for command in (serve, worker, version)}
    if wanted not in processes:
        for module in _modules(wanted):
            import_module(module).register(cli)
    return cli


def _modules(wanted: str | None) -> list[str]:
    """What adds the command that is wanted, or any: each has a function `register(cli)`."""
    ours = {name: f"app.commands.{name.replace('-', '_')}" for name in OPERATORS}
    if wanted in ours:
        return [ours[wanted]]
    stack = {name: f"local.{name}" for name in LOCAL_STACK} if _is_checkout() else {}
    return [stack[wanted]] if wanted in stack else [*ours.values(), *stack.values()]


def _is_checkout() -> bool:
    try:
        return find_spec("local.dev") is not None
    except ModuleNotFoundError:
        return False


def serve() -> None:
    """Serve the HTTP API and the webhooks."""
    from app.http.application import serve as run  # the worker does not need it

    asyncio.run(run(settings()))


def worker(
    *,
    reconcile_first: Annotated[
        bool, typer.Option(help="Send nothing before Stripe and we agree: after a restore.")
    ] = False,
) -> None:
    """Carry due operations to Stripe and apply received webhooks."""
    from app.worker import run  # the web process does not need it

    update = {"reconcile_first": True} if reconcile_first else {}
    asyncio.run(run(settings().model_copy(update=update)))


def version() -> None:
    """Print the version."""
    typer.echo(__version__)
