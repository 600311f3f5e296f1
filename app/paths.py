"""Where the SQL lives: beside the package in a checkout, inside it in an installed wheel."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def sql_root() -> Path:
    """Return the directory that holds `schema`, `functions` and `policies`.

    Raises:
        FileNotFoundError: neither the wheel nor the checkout has them.
    """
    for candidate in (_PACKAGE / "sql", _PACKAGE.parent / "sql"):
        if (candidate / "schema").is_dir():
            return candidate
    raise FileNotFoundError(f"no sql/schema in {_PACKAGE} or {_PACKAGE.parent}")


@cache
def migration_names() -> frozenset[str]:
    """Return the names of the migrations that this release brings."""
    files = (sql_root() / "schema").glob("*.sql")
    return frozenset(file.stem for file in files if not file.stem.endswith(".rollback"))


def checkout_root() -> Path | None:
    """Return the root of the checkout this package runs from, None when installed as a wheel."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() else None
