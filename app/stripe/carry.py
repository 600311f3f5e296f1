"""Carrying a request's own operation: written and fenced by one commit, finished by a second.

If Stripe cannot be asked or heard in time, SQL answers 202 with the current state, and the worker
completes it.
"""

import time
from typing import Any
from uuid import UUID

from app.database.client import Answer
from app.database.notify import OPERATIONS, Notifier
from app.database.payment_commits import Batches
from app.errors import DatabaseError
from app.failpoints import failpoint
from app.observability import metrics
from app.stripe.gateway import Gateway, Result
from app.stripe.rate import Rate

LEAVES_WORK = frozenset({"capture", "refund"})
"""Calls whose success makes others due: transfers, reversals."""

LEASE_SHARE = 0.8
"""A call must have ended by this share of its lease; the rest is for recording the answer."""

TOKEN_WAIT_SECONDS = 2.0
"""Longest wait of a request for its turn at Stripe; then 202."""


class Carrier:
    """Sends what a request prepared, and records what came back.

    Args:
        gateway: to Stripe.
        rate: shared with all processes.
        batches: where results are recorded.
        notifier: wakes the workers for what is left to do.
        lease_seconds: how long an operation belongs to its request.
    """

    def __init__(
        self,
        gateway: Gateway,
        rate: Rate,
        batches: Batches,
        notifier: Notifier,
        lease_seconds: float,
    ) -> None:
        self._gateway = gateway
        self._rate = rate
        self._batches = batches
        self._notifier = notifier
        self._lease = lease_seconds

    async def carry(self, answer: Answer, started: float) -> Answer:
        """The last answer, once no operation is left to send.

        Args:
            answer: of the function that decided.
            started: monotonic seconds, when the request came.

        Raises:
            DatabaseError: the database refused the result, or did not answer.
        """
        deadline = started + self._lease * LEASE_SHARE
        if answer.operation is None and not answer.replayed:
            self._notifier.wake(OPERATIONS)
        while answer.operation is not None:
            answer = await self._carry(answer.operation, deadline)
        return answer

    async def _carry(self, operation: dict[str, Any], deadline: float) -> Answer:
        kind = operation["kind"]
        await failpoint("request.before_carry", kind)
        result = await self._send(operation, deadline)
        await failpoint("request.before_finish", kind)
        finished = {
            "operationId": operation["id"],
            "leaseEpoch": operation["leaseEpoch"],
            "result": result,
        }
        answer = await self._batches.finish(UUID(operation["tenantId"]), finished)
        await failpoint("request.after_finish", kind)
        metrics.count_operation(kind, result["outcome"])
        if result["outcome"] in {"unknown", "not_sent"} or kind in LEAVES_WORK:
            self._notifier.wake(OPERATIONS)
        return answer

    async def _send(self, operation: dict[str, Any], deadline: float) -> Result:
        left = deadline - time.monotonic()
        try:
            granted = await self._rate.acquire(min(TOKEN_WAIT_SECONDS, left))
        except DatabaseError as error:
            return self._gateway.not_sent("rate_unavailable", str(error))
        if not granted:
            reason = "our own rate towards Stripe is used up"
            return self._gateway.not_sent("rate_limited", reason)
        return await self._gateway.send(operation, deadline)
