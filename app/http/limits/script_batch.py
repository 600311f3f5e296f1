"""Batched Redis scripts: those of concurrent requests share one round trip."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import NoScriptError

from app.database.group_commit import MicroBatch

MAX_CALLS = 64
FLUSHES = 2

Script = Callable[[Sequence[Any], Sequence[Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Call:
    script: AsyncScript
    keys: Sequence[Any]
    args: Sequence[Any]


class ScriptBatch:
    """Calls scripts; those that wait at the same moment share a pipeline, in their order.

    Args:
        client: of the server.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._batch: MicroBatch[_Call, Any] = MicroBatch(
            self._flush, max_items=MAX_CALLS, concurrency=FLUSHES
        )

    def through(self, script: AsyncScript) -> Script:
        """The same script, called together with others."""

        async def call(keys: Sequence[Any], args: Sequence[Any]) -> Any:
            result = await self._batch.submit(_Call(script, keys, args))
            if isinstance(result, Exception):
                raise result
            return result

        return call

    async def _flush(self, calls: list[_Call]) -> Sequence[Any]:
        pipeline = self._client.pipeline(transaction=False)
        for call in calls:
            pipeline.evalsha(call.script.sha, len(call.keys), *call.keys, *call.args)
        results = await pipeline.execute(raise_on_error=False)
        return [
            # The server was restarted or emptied: by itself the script is sent again.
            await call.script(call.keys, call.args) if isinstance(result, NoScriptError) else result
            for call, result in zip(calls, results, strict=True)
        ]
