"""The audit log's chain, with two sessions at once."""

from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb

from tests.support.scenario import Connection, call
from tests.support.sessions import Sessions
from tests.support.waiting import until

ROWS = """
    SELECT a.subject, l.seq FROM payments.audit_log AS a
      LEFT JOIN payments.audit_links AS l
        ON l.tenant_id = a.tenant_id AND l.recorded_xid = a.recorded_xid AND l.audit_id = a.id
     WHERE a.tenant_id = %s AND a.outcome = 'refused'
"""
OLDER_RUNS = """
    SELECT FROM payments.audit_log AS a
     WHERE a.tenant_id = %s AND a.recorded_xid >= pg_snapshot_xmin(pg_current_snapshot())
"""
BREAKS = "SELECT * FROM payments.audit_breaks(%s)"


def record(sessions: Sessions, subject: str, on: Connection) -> None:
    """A row of the audit log."""
    call(
        on,
        "audit_refusal",
        tenant_id=sessions.scenario.tenant,
        subject=subject,
        object_id=str(uuid4()),
        code="not_found",
        origin=Jsonb({"action": "POST /x"}),
    )


def chain(sessions: Sessions, on: Connection) -> Any:
    """Chain what can be chained."""
    return call(on, "audit_chain", tenant_id=sessions.scenario.tenant, limit=100)[0]


def await_older(sessions: Sessions) -> None:
    """Wait until no transaction of the whole server is older than our rows."""
    until(
        lambda: not sessions.scenario.read(OLDER_RUNS, sessions.scenario.tenant),
        "the end of every transaction that is older than our rows",
    )


def links(sessions: Sessions) -> dict[str, int | None]:
    """Place in the chain of each subject's row."""
    rows = sessions.scenario.read(ROWS, sessions.scenario.tenant)
    return {row["subject"]: row["seq"] for row in rows}


def test_a_late_commit_finds_its_place_in_the_chain(sessions: Sessions) -> None:
    """While an older transaction runs nothing behind it is linked; then both are, in its order."""
    older, quick, worker = (sessions.open() for _ in range(3))
    with sessions.held(older):
        record(sessions, "late", older)
        record(sessions, "quick", quick)
        chain(sessions, worker)
        assert links(sessions) == {"quick": None}
    await_older(sessions)
    chain(sessions, worker)
    found = links(sessions)
    assert found["late"] is not None
    assert found["quick"] == found["late"] + 1
    assert sessions.scenario.read(BREAKS, sessions.scenario.tenant) == []


def test_two_chainers_link_a_row_once(sessions: Sessions) -> None:
    """The second waits for the first and goes on from its end."""
    one, other = sessions.open(), sessions.open()
    record(sessions, "somebody", one)
    await_older(sessions)
    with sessions.held(one):
        first = chain(sessions, one)
        waiting = sessions.start(lambda: chain(sessions, other))
        sessions.await_blocked(other)
    second = waiting.result()
    assert (second["linked"], second["digest"]) == (0, first["digest"])
    assert sessions.scenario.read(BREAKS, sessions.scenario.tenant) == []
