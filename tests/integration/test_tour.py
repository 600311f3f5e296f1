"""README's tour, typed in as they stand there, in a checkout of their own."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.local_stack import environ_without_servers
from tests.support.pages import ROOT, commands

DEMO, DEV, *TOUR = [block.text for block in commands(ROOT / "README.md")]
SECONDS = 120
NOT_OURS = shutil.ignore_patterns(
    ".git", ".venv", ".cache", ".dev", ".*_cache", "__pycache__", "build", "dist"
)

CURL = """
import argparse, base64, sys
from urllib.request import Request, urlopen

parser = argparse.ArgumentParser()
parser.add_argument("url")
parser.add_argument("-s", action="store_true")
parser.add_argument("-X")
parser.add_argument("-u")
parser.add_argument("-H", action="append", default=[])
parser.add_argument("-d", action="append", default=[])
asked = parser.parse_args()
headers = dict(line.split(": ", 1) for line in asked.H)
if asked.u:
    headers["Authorization"] = "Basic " + base64.b64encode(asked.u.encode()).decode()
body = "&".join(asked.d).encode() or None
with urlopen(Request(asked.url, body, headers, method=asked.X)) as answer:
    sys.stdout.write(answer.read().decode())
"""
"""For machines without it: as much of curl as the tour needs."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files as somebody has just cloned them, and a .venv that is already built."""
    # A copy: another test saves files of this one, at which `make dev` here would restart.
    cloned = tmp_path / "payment-service"
    shutil.copytree(ROOT, cloned, ignore=NOT_OURS)
    venv = cloned / ".venv"
    venv.mkdir()
    for part in Path(sys.prefix).iterdir():
        if not part.name.endswith("-stamp"):
            (venv / part.name).symlink_to(part)
    # Up to date for make, which would otherwise install this copy into the .venv of the tests.
    (venv / ".run-stamp").touch()
    return cloned


@pytest.fixture
def environ(checkout: Path, tmp_path: Path) -> dict[str, str]:
    """Of a shell in that checkout, on a machine with curl."""
    programs = os.environ["PATH"]
    if shutil.which("curl") is None:
        curl = tmp_path / "bin" / "curl"
        curl.parent.mkdir()
        curl.write_text(f"#!{sys.executable}{CURL}")
        curl.chmod(0o755)
        programs = f"{curl.parent}:{programs}"
    kept = environ_without_servers()
    for name in ("ARGS", "MAKEFLAGS", "MFLAGS"):  # what make hands on of its own command line
        kept.pop(name, None)
    # The .venv knows the checkout it was built in.
    return {**kept, "PATH": programs, "PYTHONPATH": str(checkout)}


@pytest.fixture
def dev(checkout: Path, environ: dict[str, str], tmp_path: Path) -> Iterator[None]:
    """The stack in the first terminal, until Ctrl-C."""
    said = tmp_path / "dev.log"
    with (
        said.open("wb") as log,
        subprocess.Popen(
            ["sh", "-c", DEV],  # noqa: S607 -- whichever the user has
            cwd=checkout,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert json.loads(line or "{}"), said.read_text()[-2000:]
            yield
            os.killpg(process.pid, signal.SIGINT)
            process.wait(SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _type(text: str, checkout: Path, environ: dict[str, str]) -> str:
    done = subprocess.run(
        ["sh", "-eu", "-c", text],  # noqa: S607 -- whichever the user has
        cwd=checkout,
        env=environ,
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.usefixtures("dev")
def test_the_tour_ends_with_a_payment_paid_split_and_refunded(
    checkout: Path, environ: dict[str, str]
) -> None:
    """Every command of the second terminal works; the last one finds no violation."""
    said = _type("".join(TOUR), checkout, environ)
    payment, end = json.JSONDecoder().raw_decode(said)
    refund, end = json.JSONDecoder().raw_decode(said, end + 1)
    assert (payment["status"], payment["amountCaptured"]) == ("succeeded", 10_000)
    assert [(part["recipientId"], part["amount"]) for part in payment["transfers"]] == [
        ("blue-note", 8_500)
    ]
    assert (refund["status"], refund["amount"]) == ("succeeded", 4_000)
    assert [reversal["amount"] for reversal in refund["reversals"]] == [3_400]
    operations = re.findall(r"^ (\w+) +\| succeeded", said[end:], re.MULTILINE)
    assert {"account", "intent", "transfer", "refund", "reversal"} <= set(operations)
    assert said.rstrip().endswith("(0 rows)"), said


@pytest.mark.full
def test_the_first_screen_ends_with_zeros(checkout: Path, environ: dict[str, str]) -> None:
    """The demo as README has it: 200 orders, and not a cent is missing."""
    last = _type(DEMO, checkout, environ).splitlines()[-1]
    assert last.startswith("demo: orders=200 ")
    assert "unexplained=0 violations=0 duplicates=0 lost=0" in last
