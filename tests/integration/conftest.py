"""Fixtures of the integration tests."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.support.database import (
    Database,
    Server,
    close_as_template,
    create_database,
    drop_database,
    temporary_database,
)
from tests.support.furnished import Furnished, furnish
from tests.support.service import Service, running_service


@pytest_asyncio.fixture
async def service(database: Database) -> AsyncIterator[Service]:
    """API and simulator on a database of this test."""
    async with running_service(database) as running:
        yield running


@pytest.fixture(scope="session")
def furnished_server(server: Server) -> Iterator[Server]:
    """The servers, with a template in which two tenants have rows in every table."""
    made = create_database(server, "payments_furnished", server.template)
    furnish(made)
    try:
        yield close_as_template(made)
    finally:
        drop_database(made)


@pytest.fixture
def furnished(furnished_server: Server) -> Iterator[Furnished]:
    """A database of this test alone, in which two tenants have rows in every table."""
    with temporary_database(furnished_server, "payments_furnished") as database:
        yield Furnished(database)
