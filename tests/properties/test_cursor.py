"""Cursors: what we did not make is refused, whatever it is."""

import base64
import re

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.database import Database
from tests.support.servers import Connect

OURS = re.compile(r"\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [0-9a-f-]{36}")
NOT_OURS = "PY050"
TENANT = "11111111-1111-4111-8111-111111111111"

text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=120)
inside = st.one_of(
    st.binary(max_size=80),
    text.map(str.encode),
    st.tuples(
        st.sampled_from(["now", "infinity", "epoch", "2026-11-23T18:30:00.000000Z", "-1", ""]),
        st.sampled_from(["0192f1c4-0000-4000-8000-000000000000", "x", "{", ""]),
    ).map(lambda two: " ".join(two).encode()),
)
cursors = text | inside.map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="))


@pytest.fixture
def caller(database: Database, connect: Connect) -> psycopg.Connection[object]:
    """The service, on a database where the tenant is known."""
    database.execute("SELECT ops.tenant_register(%s, 'test')", TENANT)
    return connect()


@settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cursor=cursors)
@example(cursor="=")
@example(cursor="A")
@example(cursor="a" * 1000)
@example(
    cursor=base64.urlsafe_b64encode(b"294276-12-31 0192f1c4-0000-4000-8000-000000000000").decode()
)
@example(cursor=base64.urlsafe_b64encode(b"4714-01-01 BC 0192f1c4").decode())
def test_a_cursor_that_is_not_ours(caller: psycopg.Connection[object], cursor: str) -> None:
    """One SQLSTATE for all of them, never a fault of the server's; what passes has our form."""
    try:
        caller.execute(
            "SELECT api.payment_list("
            "p_tenant_id => %s, p_filter => '{}', p_limit => 1, p_cursor => %s)",
            [TENANT, cursor],
        )
    except psycopg.Error as error:
        assert error.sqlstate == NOT_OURS  # noqa: PT017 -- most cursors raise, not all
    else:
        assert OURS.fullmatch(base64.urlsafe_b64decode(cursor + "==").decode())
