"""The journal: every API request with its key, whether it ran, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stripe_simulator.errors import ApiError
from stripe_simulator.http import form

Json = dict[str, Any]


@dataclass(slots=True)
class Record:
    """One request. `executed` is true when it took effect or was refused in execution."""

    id: str
    at: float
    method: str
    path: str
    text: str  # the form or query as sent
    account: str | None = None
    key: str | None = None
    status: int = 0
    executed: bool = False
    replayed: bool = False
    answered: bool = True
    fault: str | None = None
    object_id: str | None = None

    def render(self) -> Json:
        """Show the request to the control API."""
        try:
            params: Json = form.decode(self.text)
        except ApiError:
            params = {}
        return {
            "id": self.id,
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "params": params,
            "account": self.account,
            "idempotencyKey": self.key,
            "status": self.status or None,
            "executed": self.executed,
            "replayed": self.replayed,
            "answered": self.answered,
            "fault": self.fault,
            "object": self.object_id,
        }


class Journal:
    """Every request since the last reset, in order of arrival."""

    def __init__(self) -> None:
        """Start empty."""
        self.records: list[Record] = []

    def select(self, query: dict[str, str]) -> list[Json]:
        """Return the requests that match `method`, `path` (prefix), `key`, `status`, `executed`."""
        found = [record for record in self.records if _matches(record, query)]
        limit = int(query.get("limit", "0"))
        return [record.render() for record in (found[-limit:] if limit else found)]


def _matches(record: Record, query: dict[str, str]) -> bool:
    return (
        query.get("method", record.method).upper() == record.method
        and record.path.startswith(query.get("path", ""))
        and query.get("key", record.key) == record.key
        and query.get("status", str(record.status)) == str(record.status)
        and query.get("executed", str(record.executed).lower()) == str(record.executed).lower()
    )
