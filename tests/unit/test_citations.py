"""What the tree cites is in the tree: numbered lines, decisions, pages, paths."""

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_EXPLAINED_IN = ("docs/invariants.md", "docs/faults.md", "CONTRIBUTING.md")
"""Their tables have a row for each code, which stands in the first column."""

_CODE = re.compile(r"\b(?:[MF]\d\d|[RH]\d{1,2})\b")
_INVARIANT = re.compile(r"^\| (M\d\d) \| `(\w+)` \|", re.MULTILINE)
_BREACHES = re.compile(r"^    'Breaches of (M\d\d)\b", re.MULTILINE)
_ROW = re.compile(rf"^\| ({_CODE.pattern}) \|", re.MULTILINE)
_DECISION = re.compile(r"\bdecision (\d+)\b")
_PAGE = re.compile(r"[\w./-]*\w\.md\b")
_LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")
_SECTION = re.compile("\u00a7")
_PATH = re.compile(r"(?<![\w./-])\w+/[\w./-]*\w")
_ELSEWHERE = re.compile(r"NAME|NNN|DOMAIN|TABLE|^app/sql\b")
"""A word to be filled in; where a wheel has what is in sql/ here."""


@cache
def _tree() -> dict[Path, str]:
    """The text of each file that belongs to the project; pinned hashes say nothing."""
    ignored = (_ROOT / ".gitignore").read_text(encoding="utf-8").split()
    left_out = [".git", "requirements*.txt", *(pattern.rstrip("/") for pattern in ignored)]

    def kept(names: list[str]) -> list[str]:
        return [name for name in names if not any(fnmatch(name, out) for out in left_out)]

    texts = {}
    for folder, folders, files in os.walk(_ROOT):
        folders[:] = kept(folders)
        for path in (Path(folder, name) for name in kept(files)):
            texts[path] = path.read_text(encoding="utf-8", errors="replace")
    return texts


def _cited(pattern: re.Pattern[str]) -> Iterator[tuple[Path, str]]:
    """Each place that has the pattern: the file, and the match or its group."""
    for path, text in _tree().items():
        for match in pattern.finditer(text):
            yield path, match[match.re.groups]


def test_the_tree_is_seen() -> None:
    """Files of every kind are read, and nothing that was installed or cached."""
    names = {str(path.relative_to(_ROOT)) for path in _tree()}
    assert {"README.md", "Makefile", ".gitignore", "sql/policies/grants.sql"} <= names
    assert not any(name.startswith((".venv", ".git/", "requirements")) for name in names)


def test_every_invariant_is_the_check_of_its_name() -> None:
    """The page's numbers and names are those of the checks, as the COMMENT of each tells."""
    listed = dict(_INVARIANT.findall(_tree()[_ROOT / "docs/invariants.md"]))
    checks = {
        match[1]: path.stem.removeprefix("invariant_")
        for path, text in _tree().items()
        if path.parent == _ROOT / "sql/functions/invariants"
        for match in [_BREACHES.search(text)]
        if match
    }
    assert checks
    assert listed == checks


def test_every_code_has_its_row() -> None:
    """An invariant, a fault or a rule of the lint that is cited by its code is explained, once."""
    explained = [row for name in _EXPLAINED_IN for row in _ROW.findall(_tree()[_ROOT / name])]
    assert len(set(explained)) == len(explained)
    cited = list(_cited(_CODE))
    assert {code[0] for _, code in cited} == set("MFRH")
    assert [(path, code) for path, code in cited if code not in explained] == []


def test_every_decision_is_written_down() -> None:
    """A decision that is cited by its number has its page."""
    cited = list(_cited(_DECISION))
    assert cited
    pages = {int(path.name[:4]) for path in (_ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    assert [(path, number) for path, number in cited if int(number) not in pages] == []


def test_every_page_exists() -> None:
    """A page is named by its path from the root, or beside who names it, or by a name we have."""
    names = {path.name for path in _tree()}
    cited = list(_cited(_PAGE))
    assert cited
    assert [
        (path, page)
        for path, page in cited
        if page not in names
        and not (_ROOT / page.lstrip("/")).exists()
        and not (path.parent / page).exists()
    ] == []


def test_every_path_exists() -> None:
    """A path that begins with one of our folders is that of a file or a folder."""
    ours = {path.relative_to(_ROOT).parts[0] for path in _tree() if path.parent != _ROOT}
    cited = [
        (path, name)
        for path, name in _cited(_PATH)
        if name.partition("/")[0] in ours and not _ELSEWHERE.search(name)
    ]
    assert cited
    assert [(path, name) for path, name in cited if not (_ROOT / name).exists()] == []


def test_every_link_leads_somewhere() -> None:
    """A link of a page leads to a file or a folder, from where the page is."""
    links = [(path, link) for path, link in _cited(_LINK) if path.suffix == ".md"]
    assert links
    assert [(path, link) for path, link in links if not (path.parent / link).exists()] == []


def test_no_section_is_cited_by_number() -> None:
    """What has numbered sections is not in the tree."""
    assert list(_cited(_SECTION)) == []
