"""The service as its callers see it: HTTP, tokens, Idempotency-Key, and waiting."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp

from local.demo.progress import Progress
from local.dev.stack import Stack

Json = dict[str, Any]

WAIT_SECONDS = 0.1
MAX_WAIT_SECONDS = 1.0
TOKEN_SECONDS = 3600
ACCEPTED, CONFLICT, TOO_MANY, SERVER_ERROR = 202, 409, 429, 500
BUSY_CODES = frozenset({"idempotency_in_progress"})


class DemoError(Exception):
    """The story cannot go on; the text says what happened."""


class NotYetError(DemoError):
    """What was waited for did not come while anything moved."""


@dataclass(frozen=True)
class Caller:
    """Who speaks to the service: a user of a tenant, at an address."""

    tenant: UUID
    subject: str
    address: str


class Service:
    """Our API.

    Args:
        stack: where it runs; makes the tokens.
        session: connections.
        progress: a caller repeats a request that was not answered, or not finally, and looks
            again for what has not come, as long as anything moves.
    """

    def __init__(self, stack: Stack, session: aiohttp.ClientSession, progress: Progress) -> None:
        self._stack = stack
        self._progress = progress
        self._base = stack.addresses().api
        self._session = session

    async def post(
        self, caller: Caller, path: str, body: Json, key: str, *, background: bool = False
    ) -> Json:
        """POST until it is answered for good; the key makes repeating harmless.

        Args:
            caller: who asks.
            path: what for.
            body: its details.
            key: the Idempotency-Key.
            background: 202 is the answer: the work goes on without the caller.

        Raises:
            DemoError: it was refused, or took too long.
        """
        status, answer = await self._answered(caller, path, body, key, background=background)
        if not 200 <= status < 300 or (status == ACCEPTED and not background):  # noqa: PLR2004 -- success, final
            raise DemoError(f"POST {path} ({key}): {status} {answer}")
        return answer

    async def refused(self, caller: Caller, path: str, body: Json, key: str) -> str:
        """POST what must not be allowed; return the code of the refusal.

        Raises:
            DemoError: it was allowed, or took too long.
        """
        status, answer = await self._answered(caller, path, body, key, background=True)
        if not 400 <= status < SERVER_ERROR:  # noqa: PLR2004 -- refusals
            raise DemoError(f"POST {path} ({key}) was not refused: {status} {answer}")
        return str(answer["code"])

    async def _answered(
        self, caller: Caller, path: str, body: Json, key: str, *, background: bool
    ) -> tuple[int, Json]:
        """POST until the answer is final, or it takes too long."""
        headers = {**self._headers(caller), "Idempotency-Key": key}
        wait, pause = self._progress.wait(), WAIT_SECONDS
        while True:
            status, answer = await self._once("POST", path, headers, body)
            if not _is_passing(status, answer) or (background and status == ACCEPTED):
                return status, answer
            if await wait.over():
                return status, answer
            await asyncio.sleep(pause)
            pause = min(pause * 2, MAX_WAIT_SECONDS)

    async def get(self, caller: Caller, path: str) -> Json:
        """GET, repeated while the service is away.

        Raises:
            DemoError: it was refused, or took too long.
        """
        wait = self._progress.wait()
        while True:
            status, answer = await self._once("GET", path, self._headers(caller), None)
            if status == 200:  # noqa: PLR2004 -- HTTP
                return answer
            if not _is_passing(status, answer) or await wait.over():
                raise DemoError(f"GET {path}: {status} {answer}")
            await asyncio.sleep(WAIT_SECONDS)

    async def until_status(self, caller: Caller, payment: str, wanted: str) -> Json:
        """Read a payment until it has the status.

        Raises:
            NotYetError: nothing moved any more.
        """
        path = f"/api/v1/payments/{payment}"
        return await self.until(caller, path, lambda found: bool(found["status"] == wanted), wanted)

    async def until(
        self, caller: Caller, path: str, good: Callable[[Json], bool], wanted: str
    ) -> Json:
        """Read, ever more slowly, until what is found is good; `wanted` says what that is.

        Raises:
            NotYetError: nothing moved any more.
        """
        wait, pause = self._progress.wait(), WAIT_SECONDS
        while True:
            found = await self.get(caller, path)
            if good(found):
                return found
            if await wait.over():
                stands = f", stands at {found['status']}" if "status" in found else ""
                raise NotYetError(f"GET {path} waited for {wanted}{stands}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, MAX_WAIT_SECONDS)

    async def _once(
        self, method: str, path: str, headers: dict[str, str], body: Json | None
    ) -> tuple[int, Json]:
        try:
            async with self._session.request(
                method, f"{self._base}{path}", headers=headers, json=body
            ) as answer:
                return answer.status, await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return 0, {"detail": f"{type(error).__name__}: {error}"}

    def _headers(self, caller: Caller) -> dict[str, str]:
        token = self._stack.token(caller.tenant, caller.subject, TOKEN_SECONDS)
        return {"Authorization": f"Bearer {token}", "X-Forwarded-For": caller.address}


def _is_passing(status: int, answer: Json) -> bool:
    """Whether to ask again: no answer, not yet, too many, or trouble that may pass."""
    if status == CONFLICT:
        return answer.get("code") in BUSY_CODES
    return status in {0, ACCEPTED, TOO_MANY} or status >= SERVER_ERROR
