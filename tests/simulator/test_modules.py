"""Imports of the simulator: no circle, nothing of the service."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "stripe_simulator"


def imports(path: Path) -> set[str]:
    """Every module a file names in an import, those for types only included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


def test_arrows_go_one_way() -> None:
    """No cycle of imports, not even for types, and nothing of the service it was built for."""
    named = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): imports(path)
        for path in PACKAGE.rglob("*.py")
    }
    TopologicalSorter({name: found & named.keys() for name, found in named.items()}).prepare()
    foreign = {name.partition(".")[0] for found in named.values() for name in found}
    assert not foreign & {"app", "bench", "local", "scripts", "tests", "stripe"}
