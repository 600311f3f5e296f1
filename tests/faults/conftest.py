"""Fixtures of the fault tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.database import Server, temporary_database
from tests.support.stack import Stack, running_stack


@pytest.fixture(scope="module")
def stack(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Real processes on one database, for a whole module; their log is shown with a failure."""
    path: Path = tmp_path_factory.mktemp("stack") / "log"
    with (
        path.open("wb") as log,
        temporary_database(server, "payments_faults") as database,
        running_stack(database, log) as running,
    ):
        yield running
        print(path.read_text())  # noqa: T201 - pytest shows it with a failure
