"""`payment-service dev`: everything in the foreground until Ctrl-C, restarted as files change."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from app.dev.reload import Watched
from app.dev.stack import Addresses, Ports, Stack
from app.embedded import ServerError
from app.embedded.process import free_port
from app.paths import checkout_root, sql_root

POLL_SECONDS = 0.5
API_PORT, ADMIN_PORT, WORKER_ADMIN_PORT, SIMULATOR_PORT = 3003, 9103, 9104, 12111
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(dev)


def dev(
    port: Annotated[int, typer.Option(help="Of the API; another one when it is taken.")] = API_PORT,
) -> None:
    """Run the whole stack on this machine, with reload; prints its addresses as one JSON line."""
    stop = Event()
    for number in SIGNALS:
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        with Stack(sys.stderr.buffer, ports=_ports(port)) as stack:
            _run(stack, stop)
    except ServerError as error:
        _say(str(error))
        raise typer.Exit(1) from None


def _run(stack: Stack, stop: Event) -> None:
    addresses = stack.addresses()
    note = _write_note(addresses)
    sys.stdout.write(f"{addresses.line()}\n")
    sys.stdout.flush()
    _say("ready; Ctrl-C stops everything")
    try:
        _follow(stack, stop)
    finally:
        if read_note() == addresses:  # another stack may have started here since
            note.unlink(missing_ok=True)
    _say("stopping")


def _follow(stack: Stack, stop: Event) -> None:
    """Restart and migrate as files change, until told to stop."""
    code = Watched([Path(__file__).resolve().parents[1]], ".py")
    database = Watched([sql_root()], ".sql")
    while not stop.wait(POLL_SECONDS):
        changed = database.changed()
        if changed:
            _say(f"changed: {_names(changed)}: migrating")
            _migrate(stack)
        changed = code.changed()
        if changed:
            _say(f"changed: {_names(changed)}: restarting web and worker")
            _restart(stack)


def _migrate(stack: Stack) -> None:
    # In a process of its own: it runs the code as it is now, and says itself what is wrong.
    environ = {**os.environ, "MIGRATION_DATABASE_URL": stack.database_url}
    command = [sys.executable, "-m", "app", "migrate"]
    subprocess.run(
        command, env=environ, stdout=sys.stderr, check=False, cwd=_root(), start_new_session=True
    )


def _restart(stack: Stack) -> None:
    stack.stop_service()
    try:
        stack.start_service()
    except ServerError as error:
        _say(f"{error}; waiting for the next change")
    else:
        _say("restarted")


def _ports(api: int) -> Ports:
    """The well-known ports, each replaced by a free one where somebody else listens."""
    return Ports(
        *(
            port if _is_free(port) else free_port()
            for port in (api, ADMIN_PORT, WORKER_ADMIN_PORT, SIMULATOR_PORT)
        )
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def note_path() -> Path:
    """Where a running stack leaves its addresses for other commands, such as `clock advance`."""
    return _root() / ".dev" / "stack.json"


def read_note() -> Addresses | None:
    """The addresses of the stack that runs in this checkout; None when none does."""
    try:
        return Addresses(**json.loads(note_path().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write_note(addresses: Addresses) -> Path:
    path = note_path()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(f"{addresses.line()}\n")
    return path


def _root() -> Path:
    return checkout_root() or Path.cwd()


def _names(paths: list[Path]) -> str:
    shown = ", ".join(path.name for path in paths[:3])
    return shown if len(paths) <= 3 else f"{shown} and {len(paths) - 3} more"  # noqa: PLR2004


def _say(text: str) -> None:
    sys.stderr.write(f"dev: {text}\n")
    sys.stderr.flush()
