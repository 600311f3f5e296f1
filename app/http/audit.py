"""Audit log: where a call came from, and the calls that were refused.

An accepted call is recorded by the function that accepts it, in its transaction; `origin` is an
argument of that function. A refused call's transaction is gone, so its row is a statement of its
own: it costs a round trip where nothing was changed, and none where money moves.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.database.client import Database, Jsonb
from app.errors import DatabaseError, Refused, code_of
from app.http.context import Trace
from app.observability.logs import get_logger

log = get_logger("audit")

Origin = Mapping[str, Any]


def origin(action: str, trace: Trace, key_id: str | None) -> Origin:
    """Where a call came from, as payments.audit_add takes it.

    Args:
        action: method and path template.
        trace: of the request.
        key_id: of the key that another service signed it with.
    """
    client = str(trace.client) if trace.client else None
    return {"action": action, "ip": client, "traceId": trace.trace_id, "keyId": key_id}


async def record_refusal(
    database: Database,
    tenant_id: UUID,
    subject: str,
    object_id: str | None,
    came_from: Origin,
    error: Refused,
) -> None:
    """Record that a rule of ours refused a call; nothing when the fault was not the caller's.

    A database that cannot take the row does not change the caller's answer.
    """
    code = code_of(error.sqlstate)
    if not error.sqlstate.startswith("PY") or code == "internal":
        return
    try:
        await database.rows(
            "audit_refusal",
            tenant_id=tenant_id,
            subject=subject,
            object_id=object_id,
            code=code,
            origin=Jsonb(came_from),
        )
    except DatabaseError as failure:
        log.warning("refusal not recorded", code=code, reason=str(failure))
