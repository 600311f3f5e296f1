"""Containers: manifests and compose file name the program's commands, ports, probes, variables."""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from app.commands.main import command_line
from app.config import Settings
from app.http import application as web
from app.worker import process
from stripe_simulator import client

ROOT = Path(__file__).resolve().parent.parent.parent
VARIABLES = {name.upper() for name in Settings.model_fields}
COMMANDS = set(getattr(get_command(command_line()), "commands", {}))


def documents() -> dict[str, dict[str, Any]]:
    """Every manifest, by kind and name."""
    found = {}
    for file in (ROOT / "k8s").glob("*.yaml"):
        for document in yaml.safe_load_all(file.read_text()):
            name = document.get("metadata", {}).get("name", "")
            found[f"{document['kind']}/{name}"] = document
    return found


K8S = documents()
DEPLOYMENTS = ["web", "worker"]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def pod(component: str) -> dict[str, Any]:
    """The pod of a deployment."""
    return dict(K8S[f"Deployment/payment-service-{component}"]["spec"]["template"]["spec"])


def container(component: str) -> dict[str, Any]:
    """Its one container."""
    (only,) = pod(component)["containers"]
    return dict(only)


def test_every_manifest_is_applied_but_the_secret() -> None:
    """What kustomize applies is what lies there."""
    listed = set(K8S["Kustomization/"]["resources"])
    files = {file.name for file in (ROOT / "k8s").glob("*.yaml")}
    assert files - listed == {"kustomization.yaml", "secret.example.yaml"}


def test_variables_are_the_program_s() -> None:
    """No manifest sets what nobody reads; together they set all that is required."""
    given = set(K8S["ConfigMap/payment-service"]["data"])
    given |= set(K8S["Secret/payment-service"]["stringData"])
    assert given <= VARIABLES
    assert set(K8S["Secret/payment-service-migrate"]["stringData"]) <= VARIABLES
    required = {
        name.upper() for name, field in Settings.model_fields.items() if field.is_required()
    }
    assert required | {"JWT_SECRET"} <= given
    for name in ("web", "worker", "migrate"):
        assert set(COMPOSE[name]["environment"]) <= VARIABLES, name
    assert required <= set(COMPOSE["web"]["environment"])


def test_the_simulator_is_told_where_its_events_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both endpoints of web, each with its own secret; nothing would ever settle without."""
    told: list[tuple[tuple[str, ...], dict[str, bool]]] = []
    monkeypatch.setattr(client, "register", lambda *words, **more: told.append((words, more)))
    for name, text in COMPOSE["web"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))
    (program,) = COMPOSE["webhooks"]["command"]
    exec(program, {})  # noqa: S102 -- our own file
    base, hooks = "http://simulator:12111", "http://web:3003/webhooks/stripe"
    assert told == [
        ((base, hooks, "whsec_compose_platform"), {}),
        ((base, f"{hooks}/connect", "whsec_compose_connect"), {"connect": True}),
    ]


@pytest.mark.parametrize("component", DEPLOYMENTS)
def test_probes_are_those_of_the_readme(component: str) -> None:
    """Path, seconds and times as the table says, on a port that the container has."""
    table = (ROOT / "README.md").read_text()
    told = {
        "livenessProbe": ("/health", re.search(r"`GET /health` every (\d+) s", table)),
        "readinessProbe": ("/health/ready", re.search(r"`GET /health/ready` every (\d+) s", table)),
        "startupProbe": (
            "/health/startup",
            re.search(r"`GET /health/startup` every (\d+) s", table),
        ),
    }
    ports = {port["name"] for port in container(component)["ports"]}
    for probe, (path, seconds) in told.items():
        found = container(component)[probe]
        assert found["httpGet"]["path"] == path
        assert found["httpGet"]["port"] in ports
        assert seconds
        assert found["periodSeconds"] == int(seconds[1])
    startup = container(component)["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] == 300
    assert container(component)["livenessProbe"]["failureThreshold"] == 3


def test_what_compose_imports_is_shipped() -> None:
    """The image has what the wheel has: a script in the compose file needs no checkout."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    shipped = {*project["targets"]["wheel"]["packages"], *sys.stdlib_module_names}
    texts = [word for one in COMPOSE.values() for word in one.get("command", []) if "\n" in word]
    assert texts
    found = re.findall(r"^(?:from|import) (\w+)", "\n".join(texts), re.MULTILINE)
    assert set(found) <= shipped


def test_the_grace_period_is_longer_than_the_drain() -> None:
    """SIGKILL comes after the process has ended by itself."""
    pause = int(container("web")["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod("web")["terminationGracePeriodSeconds"] > pause + web.SHUTDOWN_SECONDS + 5
    assert pod("worker")["terminationGracePeriodSeconds"] > process.STOP_SECONDS + 5
    for name in DEPLOYMENTS:
        assert int(COMPOSE[name]["stop_grace_period"].rstrip("s")) > process.STOP_SECONDS + 5


def test_commands_and_ports_are_the_program_s() -> None:
    """What the containers start exists, and listens where it is asked."""
    job = K8S["Job/payment-service-migrate"]["spec"]["template"]["spec"]["containers"][0]
    started = [container("web")["args"], container("worker")["args"], job["args"]]
    started += [COMPOSE[name]["command"] for name in ("web", "worker", "migrate")]
    assert {words[0] for words in started} <= COMMANDS
    numbers = {port["name"]: port["containerPort"] for port in container("web")["ports"]}
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    assert numbers == {"http": defaults["port"], "admin": defaults["admin_port"]}
    assert container("worker")["ports"][0]["containerPort"] == defaults["worker_admin_port"]


def test_pods_run_without_privileges() -> None:
    """As the user of the image, on a read-only root, without a token of the cluster."""
    uid = re.search(r"^USER (\d+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert uid
    job = K8S["Job/payment-service-migrate"]["spec"]["template"]["spec"]
    for spec in (pod("web"), pod("worker"), job):
        assert spec["securityContext"]["runAsUser"] == int(uid[1])
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["automountServiceAccountToken"] is False
        for one in spec["containers"]:
            assert one["securityContext"]["readOnlyRootFilesystem"] is True
            assert one["securityContext"]["allowPrivilegeEscalation"] is False
            assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
