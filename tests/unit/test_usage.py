"""A wrong option is a usage error: exit code 2, a line that names it, and no traceback."""

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
