"""Command line: usage errors, and what is imported for a command."""

import subprocess
import sys

import pytest

from app.commands import main as cli
from stripe_simulator.cli import main as simulator


@pytest.mark.parametrize("port", ["70000", "-1", "http"])
def test_a_port_that_cannot_be(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the local stack and of the simulator; nothing is started."""
    with pytest.raises(SystemExit) as ended:
        simulator(["--port", port])
    assert ended.value.code == 2
    monkeypatch.setattr("sys.argv", ["payment-service", "dev", "--port", port])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("--port") >= 2


@pytest.mark.parametrize("command", ["dev", "demo", "clock"])
def test_what_is_not_installed_is_no_command(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The wheel has no local stack: its commands are unknown there, the others stay."""
    for name in ("local", "local.dev"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr("sys.argv", ["payment-service", command])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert f"No such command '{command}'" in capsys.readouterr().err
    cli.command_line("--help")


def test_a_command_loads_its_own_module_only() -> None:
    """What reads the database has no use for the web process, the worker or Stripe."""
    code = (
        "import sys; from app.commands.main import command_line; command_line('tenant')\n"
        "assert not {'aiohttp', 'stripe', 'app.http', 'app.worker', 'local'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
