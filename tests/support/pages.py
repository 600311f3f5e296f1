"""The fenced blocks of the pages that people read."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "k8s/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)

_FENCE = re.compile(
    r"^(?:<!-- not run by a test: (?P<why>[^\n]+) -->\n)?```(?P<kind>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        kind: sh, sql, python, text …
        text: as it stands there.
        why: it is not run by a test; empty where it is.
    """

    kind: str
    text: str
    why: str


def blocks(page: Path) -> list[Block]:
    """Every fenced block of a page, in order."""
    return blocks_of(page.read_text(encoding="utf-8"))


def blocks_of(text: str) -> list[Block]:
    """Every fenced block of a text, in order."""
    return [
        Block(found["kind"], found["text"], found["why"] or "") for found in _FENCE.finditer(text)
    ]


def commands(page: Path) -> list[Block]:
    """The shell's blocks of a page that a test has to run."""
    return [block for block in blocks(page) if block.kind == "sh" and not block.why]
