"""What we ship: every pinned line has a hash, a bill of materials, no version known as vulnerable.

Advisories come over the network. Where their service cannot be reached this says so and passes;
nothing else passes unchecked.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = sorted(ROOT.glob("requirements*.txt"))
SHIPPED = ROOT / "requirements-otel.txt"
"""What the image installs."""
BILL = ROOT / "build" / "sbom.cdx.json"
BIN = Path(sys.executable).parent
TIMEOUT_SECONDS = 15


class Unreachable(Exception):  # noqa: N818 -- what happened
    """The advisory service did not answer; the text says how."""


def main() -> int:
    """Check everything; 0 when all is well or only the network was missing."""
    faults = [f"{path.name}: {line} has no hash" for path in PINNED for line in unhashed(path)]
    faults += write_bill()
    try:
        faults += known_vulnerabilities()
    except Unreachable as error:
        print(f"supply chain: NOT CHECKED for known vulnerabilities: {error}", file=sys.stderr)
    for fault in faults:
        print(f"supply chain: {fault}", file=sys.stderr)
    return 1 if faults else 0


def requirements(path: Path) -> list[str]:
    """The lines of a pinned file, each whole."""
    return [line for line in path.read_text().replace("\\\n", " ").splitlines() if line.strip()]


def unhashed(path: Path) -> list[str]:
    """Requirements that could be replaced by something else of the same name."""
    return [line.split()[0] for line in requirements(path) if "--hash=sha256:" not in line]


def write_bill() -> list[str]:
    """Write the CycloneDX bill of what is shipped, unless it is newer than the pinned file."""
    if not BILL.exists() or BILL.stat().st_mtime < SHIPPED.stat().st_mtime:
        BILL.parent.mkdir(exist_ok=True)
        _run("cyclonedx-py", "requirements", str(SHIPPED), "--of", "JSON", "-o", str(BILL))
    listed = {one["name"] for one in json.loads(BILL.read_text())["components"]}
    pinned = {re.split(r"[=\[ ]", line)[0] for line in requirements(SHIPPED)}
    return [f"{name} is not in {BILL.name}" for name in sorted(pinned - listed)]


def known_vulnerabilities() -> list[str]:
    """Advisories for any pinned version.

    Raises:
        Unreachable: nobody could be asked.
    """
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder) / "requirements.txt"
        probe.write_text(requirements(SHIPPED)[0] + "\n")
        answered, silent = audit([probe])
    if silent:
        raise Unreachable(f"the advisory service does not answer ({silent[0]})")
    answered, silent = audit(PINNED)
    return [*answered, *silent]


def audit(files: Sequence[Path]) -> tuple[list[str], list[str]]:
    """Ask about every version in some pinned files.

    Returns:
        Vulnerabilities, and what the service did not answer about.

    Raises:
        Unreachable: it broke off.
    """
    asked = [option for path in files for option in ("-r", str(path))]
    options = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    done = subprocess.run(
        [BIN / "pip-audit", *asked, *options, "--timeout", str(TIMEOUT_SECONDS)],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        told = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise Unreachable((done.stderr.strip().splitlines() or ["no answer"])[-1]) from None
    vulnerable = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {fault['fix_versions']}"
        for one in told
        for fault in one.get("vulns", ())
    ]
    return vulnerable, [one["skip_reason"] for one in told if "skip_reason" in one]


def _run(name: str, *arguments: str) -> None:
    subprocess.run([BIN / name, *arguments], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
