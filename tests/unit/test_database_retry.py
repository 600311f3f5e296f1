"""Retries of the database client: which refusals, and how often."""

from typing import Any

import pytest

from app.config import load_settings
from app.database.client import MAX_TRIES, Database
from app.errors import Refused
from tests.unit.test_config import GOOD


@pytest.mark.parametrize(
    ("engine", "sqlstate", "tries"),
    [
        ("postgresql", "40P01", MAX_TRIES),
        ("postgresql", "40001", MAX_TRIES),
        ("postgresql", "42501", 1),
        ("postgresql", "PY030", 1),
        ("citus", "40001", MAX_TRIES),
        ("citus", "42501", 2),
        ("citus", "0A000", 2),
    ],
)
async def test_a_refusal_is_tried_again_when_that_can_help(
    monkeypatch: pytest.MonkeyPatch, engine: str, sqlstate: str, tries: int
) -> None:
    """A conflict three times more; on Citus a shard that was moved once more."""
    database = Database(load_settings(GOOD | {"DATABASE_ENGINE": engine}), name="test", size=1)
    asked = 0

    async def refuse(_: Any) -> None:
        nonlocal asked
        asked += 1
        raise Refused(sqlstate, "no")

    monkeypatch.setattr(database, "_run_once", refuse)
    with pytest.raises(Refused):
        await database.notify("x")
    assert asked == tries
