"""Notices changed files. Polling modification times is enough for a few hundred files."""

from pathlib import Path


class Watched:
    """Files under some folders.

    Args:
        folders: looked through with everything below.
        suffix: of the files that count.
    """

    def __init__(self, folders: list[Path], suffix: str) -> None:
        self._folders = folders
        self._suffix = suffix
        self._seen = self._look()

    def changed(self) -> list[Path]:
        """Files added, changed or removed since the last call."""
        now = self._look()
        before, self._seen = self._seen, now
        return sorted(
            path for path in now.keys() | before.keys() if now.get(path) != before.get(path)
        )

    def _look(self) -> dict[Path, int]:
        found: dict[Path, int] = {}
        for folder in self._folders:
            for path in folder.rglob(f"*{self._suffix}"):
                try:
                    found[path] = path.stat().st_mtime_ns
                except OSError:  # gone between listing and looking
                    continue
        return found
