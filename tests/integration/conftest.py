"""Fixtures of the integration tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.database import Database
from tests.integration.service import Service, running_service


@pytest_asyncio.fixture
async def service(database: Database) -> AsyncIterator[Service]:
    """API and simulator on a database of this test."""
    async with running_service(database) as running:
        yield running
