"""pgTAP: where it comes from, and how it gets into a database.

In order: the server's own extension, the npm package (fetched once into .cache), the files of a
Debian package. When none can be had the run fails and says what to install.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import psycopg

_ROOT = Path(__file__).resolve().parents[2]
_CACHE = _ROOT / ".cache" / "pgtap"
_PACKAGE = "@electric-sql/pglite-pgtap@0.0.15"
_MEMBER = "share/postgresql/extension/pgtap--1.3.5.sql"
_SHA256 = "92ee8ada9672e6201105a78614be8d07b8a76e5c17c85b42c279f6e48c84da68"
_DEBIAN = Path("/usr/share/postgresql")
_HELP = (
    "pgTAP cannot be had. Install one of: the extension pgtap on the server, npm on the PATH "
    "(with a package registry it can reach), or Debian's postgresql-NN-pgtap."
)
_NPM_SECONDS = 180


class NoPgtapError(RuntimeError):
    """pgTAP is nowhere to be had; the text says what to install."""


def install_pgtap(dsn: str) -> None:
    """Load pgTAP into the schema `tap` and let every role call it.

    Raises:
        NoPgtapError: no source has it.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("CREATE SCHEMA tap")
        connection.execute("SET search_path = tap")
        if _has_extension(connection):
            connection.execute("CREATE EXTENSION pgtap SCHEMA tap")
        else:
            connection.execute(pgtap_source().read_bytes())
        connection.execute("GRANT USAGE ON SCHEMA tap TO PUBLIC")
        connection.execute("GRANT EXECUTE ON ALL ROUTINES IN SCHEMA tap TO PUBLIC")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA tap TO PUBLIC")


def _has_extension(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    query = "SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'pgtap'"
    return connection.execute(query).fetchone() is not None


def pgtap_source() -> Path:
    """Return a file with pgTAP as plain SQL.

    Raises:
        NoPgtapError: neither npm nor Debian has it.
    """
    cached = _CACHE / Path(_MEMBER).name
    if cached.is_file() and _digest(cached) == _SHA256:
        return cached
    problem = ""
    try:
        return _from_npm(cached)
    except (OSError, subprocess.SubprocessError, NoPgtapError) as error:
        problem = str(error)
    if debian := _from_debian():
        return debian
    raise NoPgtapError(f"{_HELP}\n{problem}")


def _from_npm(target: Path) -> Path:
    with tempfile.TemporaryDirectory() as home:
        command = [
            *_npm(),
            "install",
            "--no-save",
            "--no-package-lock",
            "--legacy-peer-deps",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--prefix",
            home,
            _PACKAGE,
        ]
        done = subprocess.run(
            command, capture_output=True, check=False, text=True, timeout=_NPM_SECONDS, cwd=home
        )
        if done.returncode != 0:
            raise NoPgtapError(f"npm: {done.stderr.strip()[-2000:]}")
        archive = Path(home) / "node_modules/@electric-sql/pglite-pgtap/dist/pgtap.tar.gz"
        with tarfile.open(archive) as members:
            member = members.extractfile(_MEMBER)
            text = member.read() if member is not None else b""
    if hashlib.sha256(text).hexdigest() != _SHA256:
        raise NoPgtapError(f"{_PACKAGE} is not the file we know")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_bytes(text)
    partial.rename(target)
    return target


def _npm() -> list[str]:
    """Return npm of the PATH, else of a wheel that is installed for this purpose alone."""
    if found := shutil.which("npm"):
        return [found]
    venv = _ROOT / ".cache" / "npm"
    npm = venv / "bin" / "npm"
    if not npm.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True, capture_output=True)
        pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "-qq", "--require-hashes"]
        wanted = _ROOT / "requirements-npm.txt"
        subprocess.run([*pip, "-r", wanted], check=True, capture_output=True)
    return [str(npm)]


def _from_debian() -> Path | None:
    found = _DEBIAN.glob("*/extension/pgtap--[0-9]*.sql")
    whole = [path for path in found if re.fullmatch(r"pgtap--[0-9.]+\.sql", path.name)]
    return max(whole, default=None)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
