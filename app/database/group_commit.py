"""Group commit: whatever arrives while one flush is under way goes out with the next one.

Nothing waits for a timer. Alone, an item is flushed at once; under load batches form by themselves.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from app.errors import Busy
from app.observability.tracing import spans

T = TypeVar("T")
R = TypeVar("R")


class MicroBatch(Generic[T, R]):
    """Turns many concurrent calls into few.

    Args:
        flush: takes the items, returns one result per item in the same order.
        function: of schema api that a flush calls, for the span of who waits for it.
        max_items: most items of one flush.
        concurrency: flushes under way at once.
        one_by_one: after one of these errors flush each item alone, so that only the guilty fail;
            not when the database is busy: then each would wait as long as all did.
    """

    def __init__(
        self,
        flush: Callable[[list[T]], Awaitable[Sequence[R]]],
        *,
        function: str = "",
        max_items: int = 64,
        concurrency: int = 1,
        one_by_one: tuple[type[Exception], ...] = (),
    ) -> None:
        self._flush = flush
        self._function = function
        self._max_items = max_items
        self._concurrency = concurrency
        self._one_by_one = one_by_one
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not self._waiting and not self._running

    async def submit(self, item: T) -> R:
        """Flush the item with whatever else is waiting.

        Raises:
            Exception: what the flush that contained the item raised.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running < self._concurrency:
            self._running += 1
            # A flush is many callers': it runs in the trace of none.
            task = asyncio.create_task(self._run(), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with spans.sql(self._function):
            return await future

    async def _run(self) -> None:
        # Between the last look at the queue and the decrement nothing awaits: no item is forgotten.
        try:
            while self._waiting:
                size = min(self._max_items, len(self._waiting))
                await self._flush_batch([self._waiting.popleft() for _ in range(size)])
        finally:
            self._running -= 1

    async def _flush_batch(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._flush([item for item, _ in batch])
            pairs = list(zip(batch, results, strict=True))
        except Exception as error:  # noqa: BLE001 -- handed to whoever waits
            await self._after_failure(batch, error)
            return
        for (_, future), result in pairs:
            if not future.done():
                future.set_result(result)

    async def _after_failure(
        self, batch: list[tuple[T, asyncio.Future[R]]], error: Exception
    ) -> None:
        guilty = isinstance(error, self._one_by_one) and not isinstance(error, Busy)
        if guilty and len(batch) > 1:
            for entry in batch:
                await self._flush_batch([entry])
            return
        for _, future in batch:
            if not future.done():
                future.set_exception(error)
