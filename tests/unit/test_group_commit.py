"""Group commit."""

import asyncio
from collections.abc import Sequence

import pytest

from app.database.group_commit import MicroBatch
from app.errors import Busy, Refused


class Store:
    """Records batches; waits where told; refuses bad items."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = asyncio.Event()
        self.go.set()

    async def flush(self, items: list[int]) -> Sequence[int]:
        """Ten times each item."""
        self.batches.append(items)
        await self.go.wait()
        if any(item < 0 for item in items):
            raise ValueError("negative")
        return [item * 10 for item in items]


async def test_a_lone_item_goes_at_once() -> None:
    """Nothing waits for company."""
    store = Store()
    assert await MicroBatch(store.flush).submit(1) == 10
    assert store.batches == [[1]]


async def test_what_arrives_meanwhile_shares_the_next_flush() -> None:
    """And each gets its own result."""
    store = Store()
    store.go.clear()
    batch = MicroBatch(store.flush, max_items=3)
    tasks = [asyncio.create_task(batch.submit(n)) for n in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    late = asyncio.create_task(batch.submit(5))
    await asyncio.sleep(0)
    store.go.set()
    assert await asyncio.gather(*tasks, late) == [0, 10, 20, 30, 40, 50]
    assert store.batches == [[0, 1, 2], [3, 4, 5]]
    assert batch.idle


async def test_a_failure_reaches_everybody_in_the_batch_only() -> None:
    """The next batch is not affected."""
    store = Store()
    batch = MicroBatch(store.flush)
    results = await asyncio.gather(batch.submit(1), batch.submit(-1), return_exceptions=True)
    assert [type(result) for result in results] == [ValueError, ValueError]
    assert await batch.submit(2) == 20


async def test_one_by_one_only_the_guilty_fail() -> None:
    """After a batch was refused."""
    store = Store()
    batch = MicroBatch(store.flush, one_by_one=(ValueError,))
    results = await asyncio.gather(batch.submit(1), batch.submit(-1), return_exceptions=True)
    assert results[0] == 10
    assert isinstance(results[1], ValueError)
    assert store.batches == [[1, -1], [1], [-1]]


async def test_other_errors_are_not_repeated_one_by_one() -> None:
    """A lost connection would be lost for each of them."""
    store = Store()
    batch = MicroBatch(store.flush, one_by_one=(KeyError,))
    await asyncio.gather(batch.submit(1), batch.submit(-1), return_exceptions=True)
    assert store.batches == [[1, -1]]


async def test_a_busy_database_is_not_asked_one_by_one() -> None:
    """F49: each would wait for the same lock, one after the other."""
    flushes = []

    async def locked(items: list[int]) -> list[int]:
        flushes.append(items)
        raise Busy("55P03", "lock timeout")

    batch = MicroBatch(locked, one_by_one=(Refused,))
    results = await asyncio.gather(batch.submit(1), batch.submit(2), return_exceptions=True)
    assert [type(result) for result in results] == [Busy, Busy]
    assert flushes == [[1, 2]]


async def test_a_caller_who_leaves_takes_nobody_along() -> None:
    """Cancelling one submit does not touch the flush."""
    store = Store()
    store.go.clear()
    batch = MicroBatch(store.flush)
    leaving = asyncio.create_task(batch.submit(1))
    staying = asyncio.create_task(batch.submit(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    leaving.cancel()
    store.go.set()
    assert await staying == 20
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_no_item_is_forgotten_between_two_flushes() -> None:
    """Many rounds of arrivals right when a flush ends."""
    store = Store()
    batch = MicroBatch(store.flush, concurrency=2)

    async def chain(start: int) -> None:
        for n in range(start, start + 50):
            assert await batch.submit(n) == n * 10

    async with asyncio.timeout(5):
        await asyncio.gather(*(chain(100 * n) for n in range(10)))
