"""Layers of app/ and local/: imports go down, never up, never round."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = (
    {"local", "app.__main__"},
    {"app.commands"},
    {"app.http", "app.worker"},
    {"app.stripe", "app.database", "app.observability"},
    {
        "app",
        "app.config",
        "app.errors",
        "app.failpoints",
        "app.pauses",
        "app.migrations",
        "app.paths",
        "app.public_keys",
        "app.sockets",
    },
)
"""From the top: a part may import those below it, and those beside it."""

STRANGERS = {("app.http", "app.worker"), ("app.worker", "app.http")}
"""Beside each other, and none of each other's business: two processes."""


def imports(path: Path) -> set[str]:
    """Every name that a file imports, those of its functions included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def module(path: Path) -> str:
    """The dotted name of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {module(path): path for top in ("app", "local") for path in (ROOT / top).rglob("*.py")}
GRAPH = {
    name: {
        target
        for found in imports(path)
        for target in [found if found in FILES else found.rpartition(".")[0]]
        if target in FILES and target != name
    }
    for name, path in FILES.items()
}
"""Module to the modules that it imports."""


def part(name: str) -> str:
    """What stands in LAYERS for a module: its longest beginning there."""
    while not any(name in layer for layer in LAYERS):
        name = name.rpartition(".")[0]
    return name


def is_upward(importer: str, imported: str) -> bool:
    """Whether an import goes against the layers."""
    one, other = part(importer), part(imported)
    height = {name: -depth for depth, layer in enumerate(LAYERS) for name in layer}
    return height[other] > height[one] or (one, other) in STRANGERS


def test_every_module_has_a_layer() -> None:
    """A new folder or file at the root of app/ takes a place; `app` itself is no excuse."""
    placed = {name: part(name) for name in FILES}
    assert {name for name, where in placed.items() if where == "app"} == {"app"}


def test_arrows_go_one_way() -> None:
    """No module imports from a layer above it, and web and worker do not know each other."""
    against = [
        f"{name} -> {target}"
        for name, targets in GRAPH.items()
        for target in targets
        if is_upward(name, target)
    ]
    assert sorted(against) == []


def test_the_service_stands_alone() -> None:
    """What goes into production needs no test, no script and no simulator of Stripe."""
    foreign = {
        f"{name} -> {found}"
        for name, path in FILES.items()
        if part(name) not in LAYERS[0] or name == "app.__main__"
        for found in imports(path)
        if found.partition(".")[0] in {"bench", "scripts", "stripe_simulator", "tests"}
    }
    assert foreign == set()


def test_no_circle() -> None:
    """No cycle of imports, not even inside functions or for types."""
    TopologicalSorter(GRAPH).prepare()


def test_relative_imports_are_not_used() -> None:
    """They would be invisible to the tests above."""
    for path in FILES.values():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level], path


@pytest.mark.parametrize(
    ("importer", "imported", "upward"),
    [
        ("app.worker.process", "app.http.routes.webhooks", True),
        ("app.http.routes.events", "app.worker", True),
        ("app.errors", "app.observability.logs", True),
        ("app.commands.main", "local.dev", True),
        ("app.observability.health.checks", "app.stripe.gateway", False),
        ("local.dev.child", "app.config", False),
    ],
)
def test_what_counts_as_upward(importer: str, imported: str, *, upward: bool) -> None:
    """The rule itself, at arrows that once were."""
    assert is_upward(importer, imported) is upward
