"""Project files that must agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest

import app
from app.config import Settings

_ROOT = Path(__file__).resolve().parent.parent.parent
_PINNED = sorted(_ROOT.glob("requirements*.txt"))


def test_env_example_lists_every_variable() -> None:
    """Each setting is in .env.example, and nothing there is unknown to the service."""
    text = (_ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize("path", _PINNED, ids=lambda path: path.name)
def test_pinned_files_hold_versions_and_hashes_only(path: Path) -> None:
    """Every requirement has one version and hashes; no line says where to fetch it."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in filter(None, text.splitlines()):
        assert re.match(r"^[a-z0-9.-]+==\S+", line), line
        assert "--hash=sha256:" in line
        assert "://" not in line
        assert "index" not in line.partition("--hash")[2]


def test_pinned_files_agree() -> None:
    """A package has the same version in every pinned file."""
    versions: dict[str, set[str]] = {}
    for path in _PINNED:
        text = path.read_text(encoding="utf-8")
        found: dict[str, set[str]] = {}
        for name, version, marker in re.findall(
            r"^([a-z0-9.-]+)==(\S+)( ;[^\\]*)?", text, re.MULTILINE
        ):
            found.setdefault(f"{name}{marker}", set()).add(version)
        for name, seen in found.items():
            assert versions.setdefault(name, seen) == seen, name


def test_version_is_said_once() -> None:
    """The package and its metadata name the same version."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert app.__version__ == project["version"]


def test_every_function_has_its_pgtap_file() -> None:
    """At the same path, and none is of a function that is gone; four are of all of them."""
    functions, tests = (
        {path.relative_to(_ROOT / folder) for path in (_ROOT / folder).rglob("*.sql")}
        for folder in ("sql/functions", "sql/tests")
    )
    of_all = {Path(name) for name in ("attack.sql", "privileges.sql", "rls.sql", "structure.sql")}
    helpers = {path for path in tests if path.parts[0] == "helpers"}
    assert tests - of_all - helpers == functions
