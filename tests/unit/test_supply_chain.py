"""Supply chain check: what it finds, and what it does without a network."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts import supply_chain

FINE = {"name": "a", "version": "1", "vulns": []}
VULNERABLE = {
    "name": "b",
    "version": "1",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["2"], "aliases": [], "description": ""}],
}
SKIPPED = {"name": "c", "skip_reason": "c (1) could not be audited"}


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> None:
    """Let pip-audit answer so, call by call."""
    told = iter(answers)

    def run(*_args: Any, **_options: Any) -> subprocess.CompletedProcess[str]:
        answer = next(told)
        text = json.dumps({"dependencies": answer}) if isinstance(answer, list) else ""
        return subprocess.CompletedProcess([], 1, text, "" if text else str(answer))

    monkeypatch.setattr(subprocess, "run", run)


def test_a_line_without_a_hash_is_found(tmp_path: Path) -> None:
    """Continuation lines belong to their requirement."""
    path = tmp_path / "requirements.txt"
    path.write_text("a==1 \\\n    --hash=sha256:00\nb==2\n")
    assert supply_chain.unhashed(path) == ["b==2"]


def test_vulnerable_and_unanswered_versions_are_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the service answers, it must answer about everything."""
    answering(monkeypatch, [FINE], [FINE, VULNERABLE, SKIPPED])
    faults = supply_chain.known_vulnerabilities()
    assert faults == ["b 1: PYSEC-2026-1, mended in ['2']", "c (1) could not be audited"]


@pytest.mark.parametrize("answer", [[SKIPPED], "ConnectionError: no route to host"])
def test_only_a_missing_network_passes_unchecked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: Any
) -> None:
    """And it is said."""
    answering(monkeypatch, answer)
    monkeypatch.setattr(supply_chain, "write_bill", list)
    assert supply_chain.main() == 0
    assert "NOT CHECKED" in capsys.readouterr().err


def test_a_package_missing_from_the_bill_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The bill lists every requirement that is shipped."""
    bill = tmp_path / "sbom.json"
    names = [line.split("==")[0] for line in supply_chain.requirements(supply_chain.SHIPPED)]
    bill.write_text(json.dumps({"components": [{"name": name} for name in names[1:]]}))
    monkeypatch.setattr(supply_chain, "BILL", bill)
    assert supply_chain.write_bill() == [f"{names[0]} is not in sbom.json"]
