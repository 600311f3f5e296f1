"""Write README's table of calls from what the routes declare."""

import re
from pathlib import Path
from types import ModuleType

from app.http.routes import RESOURCES

README = Path(__file__).resolve().parent.parent / "README.md"
_BETWEEN = re.compile(
    r"(?<=<!-- calls, by `make docs` -->\n)(.*?)(?=\| `POST /webhooks)", re.DOTALL
)


def table() -> str:
    """A row for each resource: its calls, and what its module says of it."""
    return "| call | what it does |\n|---|---|\n" + "".join(map(_row, RESOURCES))


def page(text: str) -> str:
    """README with the table of today in place of that between its marks."""
    return _BETWEEN.sub(lambda _: table(), text)


def _row(resource: ModuleType) -> str:
    calls = ", ".join(f"`{one.method} {one.path}`" for one in resource.ENDPOINTS)
    said = " ".join((resource.__doc__ or "").split()).partition(": ")[2]
    return f"| {calls} | {said.removesuffix('.')} |\n"


if __name__ == "__main__":
    README.write_text(page(README.read_text(encoding="utf-8")), encoding="utf-8")
