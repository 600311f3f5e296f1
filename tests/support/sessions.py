"""Two and more real sessions, brought to exact points by transactions left open and lock waits."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg

from tests.support.scenario import Connection, Scenario, Scenarios
from tests.support.waiting import until

T = TypeVar("T")

POLL_SECONDS = 0.002
WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE pid = ANY (%s) AND wait_event_type = 'Lock'
"""


@dataclass
class Sessions:
    """Sessions of the service in one database, each with a thread of its own.

    Attributes:
        scenario: one tenant; its connection is none of these sessions.
    """

    scenarios: Scenarios
    scenario: Scenario
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(80))

    def open(self) -> Connection:
        """Another session as payments_service."""
        return self.scenarios.connect(self.scenario.database.service_url)

    def start(self, work: Callable[[], T]) -> "Future[T]":
        """Do something in a thread."""
        return self._threads.submit(work)

    def await_blocked(self, *sessions: Connection) -> None:
        """Wait until every one of these sessions waits for a lock."""
        pids = [session.info.backend_pid for session in sessions]
        query = WAITING.encode()

        def all_wait() -> bool:
            row = self.scenario.owner.execute(query, [pids]).fetchone()
            return row is not None and row[0] == len(pids)

        until(all_wait, "sessions waiting for a lock", glance=POLL_SECONDS)

    @contextmanager
    def held(self, session: Connection) -> Iterator[None]:
        """A transaction that stays open until the end of the block, then commits."""
        with session.transaction():
            yield

    def together(self, works: Sequence[Callable[[], T]]) -> "list[T | psycopg.Error]":
        """Do all at the same moment; return each result, or the error of the database."""
        barrier = threading.Barrier(len(works))

        def run(work: Callable[[], T]) -> "T | psycopg.Error":
            barrier.wait()
            return outcome(work)

        futures = [self._threads.submit(run, work) for work in works]
        return [future.result() for future in futures]

    def close(self) -> None:
        """End the threads; connections are closed by the scenarios."""
        self._threads.shutdown()


def outcome(work: Callable[[], T]) -> "T | psycopg.Error":
    """What work returns, or the error the database raises."""
    try:
        return work()
    except psycopg.Error as error:
        return error


def sqlstate(found: Any) -> str | None:
    """The SQLSTATE of an outcome that is an error."""
    return found.sqlstate if isinstance(found, psycopg.Error) else None
