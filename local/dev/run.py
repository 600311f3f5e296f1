"""The stack of `payment-service dev`: in the foreground until Ctrl-C, restarted as files change."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

from app.paths import checkout_root, sql_root
from local.dev.parent import Parent
from local.dev.reload import Watched
from local.dev.stack import ANYWHERE, Addresses, Ports, Stack
from local.embedded import ServerError

POLL_SECONDS = 0.5
ADMIN_PORT, WORKER_ADMIN_PORT, SIMULATOR_PORT = 9103, 9104, 12111
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(port: int, database_url: str | None) -> bool:
    """Run the stack until a signal; return whether it came up."""
    stop = Event()
    for number in SIGNALS:
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        with Stack(sys.stderr.buffer, ports=_ports(port), database_url=database_url) as stack:
            _serve(stack, stop)
    except ServerError as error:
        _say(str(error))
        return False
    return True


def _serve(stack: Stack, stop: Event) -> None:
    addresses = stack.addresses()
    _write_note(addresses)
    sys.stdout.write(f"{addresses.line()}\n")
    sys.stdout.flush()
    _say("ready; Ctrl-C stops everything")
    try:
        _follow(stack, stop)
    finally:
        if read_note() == addresses:  # another stack may have started here since
            note_path().unlink(missing_ok=True)
    _say("stopping")


def _follow(stack: Stack, stop: Event) -> None:
    """Restart and migrate as files change, until told to stop."""
    parent = Parent()
    code = Watched([_root() / "app", _root() / "local"], ".py")
    database = Watched([sql_root()], ".sql")
    while not (stop.wait(POLL_SECONDS) or parent.gone()):
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
    """The well-known ports, or any."""
    return Ports(api, ADMIN_PORT, WORKER_ADMIN_PORT, SIMULATOR_PORT) if api else ANYWHERE


def note_path() -> Path:
    """Where a running stack leaves its addresses for other commands, such as `clock advance`."""
    return _root() / ".dev" / "stack.json"


def read_note() -> Addresses | None:
    """The addresses of the stack that runs in this checkout; None when none does."""
    try:
        return Addresses(**json.loads(note_path().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write_note(addresses: Addresses) -> None:
    path = note_path()
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"{addresses.line()}\n")
    except OSError as error:
        _say(f"{path}: {error.strerror}: `clock advance` will need DATABASE_URL")


def _root() -> Path:
    return checkout_root() or Path.cwd()


def _names(paths: list[Path]) -> str:
    shown = ", ".join(path.name for path in paths[:3])
    return shown if len(paths) <= 3 else f"{shown} and {len(paths) - 3} more"  # noqa: PLR2004


def _say(text: str) -> None:
    sys.stderr.write(f"dev: {text}\n")
    sys.stderr.flush()
