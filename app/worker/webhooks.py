"""Received webhooks: apply each in SQL, then mark it; one that fails is marked in a second step."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import orjson

from app.config import Settings
from app.database.client import Database, Jsonb
from app.database.group_commit import MicroBatch
from app.database.notify import OPERATIONS, Notifier
from app.errors import Refused
from app.failpoints import failpoint
from app.observability import metrics
from app.observability.event_traces import EventTraces
from app.observability.logs import get_logger, trace_id
from app.observability.tracing import spans, trace_of
from app.worker.persist import persist
from app.worker.queue import Claimed

log = get_logger("webhooks")

APPLY_CONCURRENCY = 6
MAX_BATCH = 50
MAX_REASON_CHARS = 300

Event = dict[str, Any]


class Webhooks:
    """The inbox, as the engine sees it.

    Args:
        settings: the lease.
        database: the inbox.
        notifier: wakes the workers when an event made operations due.
        worker: this process's name.
    """

    name = "webhooks"

    def __init__(
        self, settings: Settings, database: Database, notifier: Notifier, worker: str
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._worker = worker
        self._lease = settings.operation_lease_seconds
        self._places = asyncio.Semaphore(APPLY_CONCURRENCY)
        self._event_traces = EventTraces(database)
        self._finishes = MicroBatch(self._finish, function="inbox_finish", max_items=MAX_BATCH)

    async def claim(self, room: int) -> Claimed[Event]:
        """Lease received events; those whose tenant is known come back to be applied."""
        rows = await self._database.rows(
            "inbox_claim", worker=self._worker, limit=room, lease_seconds=self._lease
        )
        await failpoint("webhooks.after_claim")
        # Without a payload SQL has settled it already: unknown object, type we do not handle.
        events = [row for row in rows if row["payload"] is not None]
        return Claimed(events, again=bool(rows))

    async def handle(self, event: Event) -> None:
        """Apply one event and record where it ended."""
        kind = _type_of(event)
        context = await self._event_traces.of(event["payload"]) if spans.on else None
        trace_id.set(trace_of(context))
        with spans.item("webhook_inbox", event["event_id"], context, event_type=kind):
            await self._settle(event, kind)

    async def _settle(self, event: Event, kind: str) -> None:
        async with self._places:
            await failpoint("webhooks.before_apply", kind)
            state, reason = await self._apply(event)
        await failpoint("webhooks.after_apply", kind)
        result = {
            "source": event["source"],
            "eventId": event["event_id"],
            "leaseEpoch": event["lease_epoch"],
            "state": state,
            "reason": reason,
        }
        await persist("mark event", lambda: self._finishes.submit(result))
        await failpoint("webhooks.after_finish", kind)
        metrics.count_event(kind, state)
        usual = state in {"done", "ignored"}
        if usual and not log.is_enabled_for(logging.DEBUG):
            return  # a line would cost a look-up of its trace
        await self._recall(event)
        write = log.debug if usual else log.info
        write(
            "event",
            eventId=event["event_id"],
            type=kind,
            tenantId=str(event["tenant_id"]),
            state=state,
            reason=reason,
        )

    async def _apply(self, event: Event) -> tuple[str, str | None]:
        try:
            row = await persist("apply event", lambda: self._call(event))
        except Refused as error:
            await self._recall(event)
            log.warning("cannot apply", eventId=event["event_id"], sqlstate=error.sqlstate)
            return "error", str(error)[:MAX_REASON_CHARS]
        if row["enqueued"]:
            self._notifier.wake(OPERATIONS)
        return row["state"], row["reason"]

    async def _recall(self, event: Event) -> None:
        """Have the next line tell the trace: few events have one, so it is not looked up before."""
        if not trace_id.get():
            trace_id.set(trace_of(await self._event_traces.of(event["payload"])))

    async def _call(self, event: Event) -> dict[str, Any]:
        return await self._database.row(
            "inbox_apply",
            tenant_id=event["tenant_id"],
            source=event["source"],
            event_id=event["event_id"],
            payload=event["payload"],
        )

    async def _finish(self, results: list[dict[str, Any]]) -> Sequence[None]:
        await self._database.rows("inbox_finish", results=Jsonb(results))
        return [None] * len(results)


def _type_of(event: Event) -> str:
    try:
        return str(orjson.loads(event["payload"])["type"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
