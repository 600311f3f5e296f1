"""Inbox: what is stored of an event beside its bytes."""

import hashlib

import orjson
import pytest

from app.database.inbox import describe


def test_ids_that_may_name_a_tenant() -> None:
    """Of the event's account and of its object, expanded ones too, each once."""
    event = {
        "id": "evt_1",
        "type": "charge.updated",
        "account": "acct_1",
        "data": {
            "object": {
                "id": "ch_1",
                "payment_intent": {"id": "pi_1"},
                "transfer": None,
                "destination": "acct_1",
                "metadata": {"id": "no"},
            }
        },
    }
    body = orjson.dumps(event)
    found = describe("connect", body)
    assert (found.source, found.event_id, found.event_type) == (
        "connect",
        "evt_1",
        "charge.updated",
    )
    assert found.object_ids == ["acct_1", "ch_1", "pi_1"]
    assert found.payload is body


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"{}", b'{"id":1}', b'{"id":""}', b'{"id":"a\\u0000"}', b"\xff"],
)
def test_what_cannot_be_read_is_kept_under_its_hash(body: bytes) -> None:
    """It was signed: it is stored, and ends dead where people see it."""
    found = describe("platform", body)
    assert found.event_id == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert (found.event_type, found.object_ids) == ("", [])


@pytest.mark.parametrize("data", [None, [], {"object": []}, {"object": {"id": 5, "charge": []}}])
def test_an_odd_object_names_nothing(data: object) -> None:
    """No crash over the shape of what is inside."""
    found = describe("platform", orjson.dumps({"id": "evt_1", "type": None, "data": data}))
    assert (found.event_id, found.event_type, found.object_ids) == ("evt_1", "", [])
