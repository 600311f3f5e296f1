"""The state file: a SQLite database that lets a world survive a restart of the process.

What a call touched is written in one transaction before its answer leaves.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from typing import TYPE_CHECKING, Any

from stripe_simulator.http import codec
from stripe_simulator.idempotency import Saved
from stripe_simulator.journal import Record

if TYPE_CHECKING:
    from stripe_simulator.state import State

Json = dict[str, Any]
SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS objects (
    kind TEXT, id TEXT, place INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, id)
);
CREATE TABLE IF NOT EXISTS keys (
    account TEXT, key TEXT, created REAL NOT NULL, value TEXT NOT NULL, PRIMARY KEY (account, key)
);
CREATE TABLE IF NOT EXISTS journal (place INTEGER PRIMARY KEY, value TEXT NOT NULL);
"""
FORMAT = "1"


def _final(record: Record) -> bool:
    """Tell whether a request has got its answer, or never will."""
    return record.status != 0 or not record.answered


class StateError(Exception):
    """The state file is not one this version can read."""


class StateFile:
    """Saves a world as it changes and loads it again."""

    def __init__(self, path: str) -> None:
        """Open or create the file."""
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(SCHEMA)
        self._journal = 0

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def clear(self) -> None:
        """Forget everything saved."""
        for table in ("settings", "objects", "keys", "journal"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        self._journal = 0

    def save(self, world: State) -> None:
        """Write whatever was touched since the last save."""
        self._db.execute("BEGIN")
        for kind, table in codec.tables(world).items():
            for row_id in table.unsaved | table.touched:
                self._save_object(kind, row_id, table.place.get(row_id), table)
            table.unsaved.clear()
        for name in world.keys.touched:
            self._save_key(name, world.keys.saved.get(name))
        world.keys.touched.clear()
        if len(world.journal.records) < self._journal:  # it was emptied
            self._db.execute("DELETE FROM journal")
            self._journal = 0
        fresh = list(itertools.takewhile(_final, world.journal.records[self._journal :]))
        self._db.executemany(
            "INSERT INTO journal VALUES (?, ?)",
            [(self._journal + n, json.dumps(codec.pack(r))) for n, r in enumerate(fresh)],
        )
        self._journal += len(fresh)
        text = json.dumps(codec.settings(world) | {"format": FORMAT})
        self._db.execute("INSERT OR REPLACE INTO settings VALUES ('world', ?)", (text,))
        self._db.execute("COMMIT")

    def _save_object(self, kind: str, row_id: str, place: int | None, table: Any) -> None:
        if place is None:
            self._db.execute("DELETE FROM objects WHERE kind = ? AND id = ?", (kind, row_id))
            return
        value = json.dumps(codec.pack(table.rows[place]))
        self._db.execute(
            "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)", (kind, row_id, place, value)
        )

    def _save_key(self, name: tuple[str, str], saved: Saved | None) -> None:
        self._db.execute("DELETE FROM keys WHERE account = ? AND key = ?", name)
        if saved is not None:
            value = json.dumps(codec.pack(saved))
            self._db.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", (*name, saved.created, value))

    def load(self, world: State) -> bool:
        """Fill the world from the file; tell whether there was anything.

        All of it counts as touched, so the next save notes the places without what was removed.
        """
        world.store.persistent = True
        row = self._db.execute("SELECT value FROM settings WHERE name = 'world'").fetchone()
        if row is None:
            return False
        saved: Json = {"settings": json.loads(row[0]), "tables": {}}
        if saved["settings"].get("format") != FORMAT:
            raise StateError("the state file was written by another version of the simulator")
        for kind in codec.tables(world):
            rows = self._db.execute(
                "SELECT value FROM objects WHERE kind = ? ORDER BY place", (kind,)
            )
            saved["tables"][kind] = [json.loads(value) for (value,) in rows]
        keys = self._db.execute("SELECT account, key, value FROM keys ORDER BY created, rowid")
        saved["keys"] = [[account, key, *json.loads(value)] for account, key, value in keys]
        journal = self._db.execute("SELECT value FROM journal ORDER BY place")
        saved["journal"] = [json.loads(value) for (value,) in journal]
        codec.load(world, saved)
        self._journal = len(world.journal.records)
        return True
