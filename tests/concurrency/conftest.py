"""Fixtures of the two-session tests."""

from collections.abc import Iterator

import pytest

from tests.support.database import Database
from tests.support.scenario import Scenarios
from tests.support.sessions import Sessions


@pytest.fixture
def sessions(database: Database) -> Iterator[Sessions]:
    """Sessions of a fresh tenant with a venue and an artist that can be paid."""
    with Scenarios(database) as scenarios:
        scenario = scenarios.new()
        scenario.account("venue", "v1")
        scenario.account("artist", "a1")
        made = Sessions(scenarios, scenario)
        yield made
        made.close()
