"""Checks what runs in containers, without a container engine: manifests, compose file, Dockerfile.

`make containers`: every document of k8s/ against the schema of its kind, compose.yaml against the
Compose specification, and the Dockerfile by running its steps in a clean directory, where /src,
/opt and /tmp become folders of that directory. What only an engine can tell stays unchecked: the
base image, `useradd`, the health check's interval.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from compose_spec.models import ComposeSpecification
from dockerfile_parse import DockerfileParser

from scripts.supply_chain import write_bill

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS_TO_RUN = ("useradd ",)
MOVED = re.compile(r"(?<![\w.])/(src|opt|tmp)\b")
"""Paths inside the image."""


def main() -> int:
    """Check everything; exit code 1 at the first fault."""
    if faults := write_bill():
        raise SystemExit("\n".join(faults))
    for name, document in manifests():
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
        print(f"k8s/{name}: {document['kind']} {document['metadata']['name']}")
    services = ComposeSpecification(**yaml.safe_load((ROOT / "compose.yaml").read_text())).services
    print(f"compose.yaml: {', '.join(services or {})}")
    with tempfile.TemporaryDirectory(prefix="payments-image-") as image:
        build(Path(image))
    return 0


def manifests() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every document of k8s/ that is a resource, with its file's name."""
    for file in sorted((ROOT / "k8s").glob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            if document["kind"] != "Kustomization":
                yield file.name, document


def build(image: Path) -> None:
    """Run the Dockerfile's steps below a directory, then start what the image would start.

    Raises:
        subprocess.CalledProcessError: a step failed.
    """
    parser = DockerfileParser(fileobj=(ROOT / "Dockerfile").open("rb"))
    (image / "tmp").mkdir()
    environ = {"PATH": os.environ["PATH"], "HOME": str(image / "root"), "PIP_QUIET": "2"}
    workdir = image
    for step in parser.structure:
        words, rest = step["instruction"], step["value"]
        if words == "WORKDIR":
            workdir = Path(moved(rest, image))
            workdir.mkdir(parents=True, exist_ok=True)
        elif words == "COPY" and "--from" not in rest:
            *sources, target = shlex.split(rest)
            copy(sources, workdir / moved(target, image))
        elif words == "RUN" and not rest.startswith(NOT_OURS_TO_RUN):
            print(f"RUN {' '.join(rest.split())}", flush=True)
            subprocess.run(["sh", "-ec", moved(rest, image)], cwd=workdir, env=environ, check=True)  # noqa: S607
    check_bill(parser.labels["com.tickettoken.sbom"], image)
    program = image / "opt/venv/bin/payment-service"
    done = subprocess.run([program, "version"], cwd=image, env=environ, check=True, stdout=-1)
    print(f"ENTRYPOINT payment-service {done.stdout.decode().strip()}")
    refused = subprocess.run([program, "serve"], cwd=image, env=environ, check=False, stderr=-1)
    if refused.returncode != 2 or b"DATABASE_URL" not in refused.stderr:  # noqa: PLR2004
        raise SystemExit("serve without an environment must name what is missing, and exit 2")


def check_bill(label: str, image: Path) -> None:
    """The label names a bill of materials that is in the image.

    Raises:
        SystemExit: there is none, or it lists nothing.
    """
    bill = Path(moved(label, image))
    if not bill.is_file() or not json.loads(bill.read_text())["components"]:
        raise SystemExit(f"no bill of materials at {label}")
    print(f"LABEL {label}")


def copy(sources: list[str], target: Path) -> None:
    """What COPY does; .dockerignore lets through nothing but what the Dockerfile names."""
    if len(sources) > 1:
        target.mkdir(parents=True, exist_ok=True)
    for source in sources:
        for found in ROOT.glob(source):
            subprocess.run(["cp", "-r", str(found), str(target)], check=True)  # noqa: S607


def moved(text: str, image: Path) -> str:
    """The text with the image's folders below the directory."""
    return MOVED.sub(lambda match: f"{image}{match[0]}", text)


if __name__ == "__main__":
    sys.exit(main())
