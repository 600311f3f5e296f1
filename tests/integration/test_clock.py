"""Clock skew of our own processes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.support.database import Database
from tests.support.service import running_service

STRAYED = """
    SELECT o.kind, o.created_at, o.first_sent_at, o.finished_at, o.next_run_at
      FROM payments.stripe_operations AS o
     WHERE greatest(o.created_at, o.first_sent_at, o.finished_at, o.next_run_at)
           > payments.clock() + interval '5 minutes'
        OR least(o.created_at, o.first_sent_at, o.finished_at)
           < payments.clock() - interval '5 minutes'
"""


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_leases_and_due_times_are_the_database_s(database: Database, minutes: int) -> None:
    """F64: web and worker are ten minutes off: paid out as ever, and every time is PostgreSQL's."""
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=True):
        async with running_service(database) as service:
            await service.payee()
            await service.start_worker()
            await service.paid_out(await service.paid())
            assert database.execute(STRAYED) == []
            assert service.violations() == []
