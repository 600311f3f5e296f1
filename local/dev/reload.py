"""Notices changed files: the kernel tells, so that nothing turns while nothing is written."""

from pathlib import Path
from threading import Lock

from watchdog.events import (
    FileAttribEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

CHANGES = [
    FileAttribEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
"""Not what reading a file causes: starting Python would wake us for each module."""


class Watched(FileSystemEventHandler):
    """Files under some folders.

    Args:
        folders: looked after with everything below, from now until we end.
        suffix: of the files that count.
    """

    def __init__(self, folders: list[Path], suffix: str) -> None:
        self._suffix = suffix
        self._lock = Lock()
        self._changed: set[Path] = set()
        observer = Observer()
        for folder in filter(Path.is_dir, folders):
            observer.schedule(self, str(folder), recursive=True, event_filter=CHANGES)
        observer.start()

    def changed(self) -> list[Path]:
        """Files added, changed or removed since the last call."""
        with self._lock:
            changed, self._changed = self._changed, set()
        return sorted(changed)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Remember the files, under both names when one was moved."""
        paths = {Path(str(name)) for name in (event.src_path, event.dest_path) if name}
        with self._lock:
            self._changed |= {path for path in paths if path.suffix == self._suffix}
