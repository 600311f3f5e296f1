"""The tenant of a transaction ends with it: the next one on the same connection starts without."""

import uuid

import psycopg
import pytest

from tests.support.database import Database
from tests.support.servers import Connect

_CONTEXT = "SELECT coalesce(current_setting('app.current_tenant_id', true), '')"


@pytest.fixture
def tenants(database: Database) -> tuple[uuid.UUID, uuid.UUID]:
    """Two registered tenants."""
    made = (uuid.uuid4(), uuid.uuid4())
    for tenant in made:
        database.execute("SELECT ops.tenant_register(%s, 'a tenant')", tenant)
    return made


def _context(connection: psycopg.Connection[tuple[object, ...]]) -> object:
    row = connection.execute(_CONTEXT).fetchone()
    assert row is not None
    return row[0]


def test_a_call_in_autocommit_leaves_no_tenant(
    connect: Connect, tenants: tuple[uuid.UUID, uuid.UUID]
) -> None:
    """Two tenants served in turn on one connection: neither meets the other's context."""
    connection = connect()
    for tenant in (*tenants, *tenants):
        connection.execute("SELECT api.payment_list(%s, '{}', 20)", [tenant])
        assert _context(connection) == ""


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_the_end_of_a_transaction_leaves_the_tenant(
    connect: Connect, tenants: tuple[uuid.UUID, uuid.UUID], end: str
) -> None:
    """api.set_tenant holds until the transaction ends, however it ends, and no longer."""
    connection = connect()
    connection.execute("BEGIN")
    connection.execute("SELECT api.set_tenant(%s)", [tenants[0]])
    assert _context(connection) == str(tenants[0])
    connection.execute(end.encode())
    assert _context(connection) == ""
    connection.execute("SELECT api.tenant_check(%s)", [tenants[1]])


def test_a_refused_call_leaves_no_tenant(
    connect: Connect, tenants: tuple[uuid.UUID, uuid.UUID]
) -> None:
    """A call that raises after it entered its tenant takes the context away with it."""
    connection = connect()
    with pytest.raises(psycopg.DatabaseError) as caught:
        connection.execute("SELECT api.payment_get(%s, %s)", [tenants[0], uuid.uuid4()])
    assert caught.value.sqlstate == "PY010"
    assert _context(connection) == ""
    connection.execute("SELECT api.payment_list(%s, '{}', 20)", [tenants[1]])


def test_a_session_setting_of_a_stranger_is_refused(
    connect: Connect, tenants: tuple[uuid.UUID, uuid.UUID]
) -> None:
    """A tenant set on the session, past its transaction, is an error and no access."""
    connection = connect()
    connection.execute(f"SET app.current_tenant_id = '{tenants[0]}'".encode())
    with pytest.raises(psycopg.DatabaseError) as caught:
        connection.execute("SELECT api.payment_list(%s, '{}', 20)", [tenants[1]])
    assert caught.value.sqlstate == "PY002"
