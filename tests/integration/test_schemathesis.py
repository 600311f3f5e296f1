"""Requests made from our own description: no 5xx, no answer that it does not describe."""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.hostile.attack import SCOPES
from tests.support.hostile.world import Ids, furnish
from tests.support.service import Service, token

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
)
RESOURCES = {
    "payments": "paid",
    "refunds": "refund",
    "transfers": "transfer",
    "escrows": "escrow",
    "disputes": "dispute",
    "connected-accounts": "account",
    "refund-batches": "batch",
}
VALID = token(scope=SCOPES, seconds=86_400)
INVALID = VALID[:-4] + "AAAA"


async def described(service: Service, ids: Ids, folder: Path) -> Path:
    """Our description with ids that exist as examples, so that more than 404 is met."""
    document = (await service.ask("GET", "/openapi.json")).body
    for path, methods in document["paths"].items():
        resource = path.split("/")[3] if path.startswith("/api") else ""
        for operation in methods.values():
            _name_ids(operation, ids.get(RESOURCES.get(resource, ""), ""))
    file = folder / "openapi.json"
    file.write_text(json.dumps(document))
    return file


def _name_ids(operation: dict[str, Any], identity: str) -> None:
    for parameter in operation["parameters"]:
        if parameter["name"] == "id" and identity:
            parameter["example"] = identity


async def run(service: Service, file: Path, bearer: str, *options: str) -> int:
    """Run `st` against the service; return how many cases it sent.

    Raises:
        AssertionError: it found something; the text is its report.
    """
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(file), "--url", service.url]
    command += ["--header", f"Authorization: Bearer {bearer}", "--checks", ",".join(CHECKS)]
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--seed", "20261123", "--no-color", "--continue-on-failure", *options),
        cwd=file.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told = (await process.communicate())[0].decode()
    assert process.returncode == 0, told[-8_000:]
    counted = re.search(r"(\d+) generated", told)
    assert counted, told[-8_000:]
    return int(counted[1])


async def test_the_service_is_as_it_describes_itself(service: Service, tmp_path: Path) -> None:
    """Every operation at the edges of its schema, with a token that is good."""
    file = await described(service, await furnish(service), tmp_path)
    assert await run(service, file, VALID, "--phases", "examples,coverage") > 300
    assert service.violations() == []


@pytest.mark.full
@pytest.mark.parametrize("bearer", [VALID, INVALID], ids=["valid", "invalid"])
async def test_two_thousand_cases(service: Service, tmp_path: Path, bearer: str) -> None:
    """With a token that is good, and with one whose signature is not."""
    file = await described(service, await furnish(service), tmp_path)
    assert await run(service, file, bearer, "--max-examples", "40") >= 2_000
    assert service.violations() == []
