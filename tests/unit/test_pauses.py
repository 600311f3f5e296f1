"""What is tried again, and what is not."""

import asyncio
import contextlib

import pytest
from structlog.testing import capture_logs

from app.pauses import every, jittered, until_it_works


def test_a_pause_is_within_its_range() -> None:
    """And not always the same."""
    seen = {jittered((1.0, 2.0)) for _ in range(20)}
    assert len(seen) > 1
    assert 1.0 <= min(seen) <= max(seen) <= 2.0


async def test_what_may_pass_is_tried_until_it_works() -> None:
    """Each failure is told, by us alone."""
    told: list[str] = []
    tries = 0
    with capture_logs() as lines:
        async for attempt in until_it_works(OSError, (0.0, 0.001), lambda e: told.append(str(e))):
            with attempt:
                tries += 1
                if tries < 20:
                    raise OSError(tries)
    assert told == [str(number) for number in range(1, 20)]
    assert lines == []


@pytest.mark.parametrize("error", [ValueError, asyncio.CancelledError])
async def test_anything_else_ends_it(error: type[BaseException]) -> None:
    """A bug or the end of the process is no outage."""

    async def work() -> None:
        async for attempt in until_it_works(OSError, (0.0, 0.0), lambda e: pytest.fail(str(e))):
            with attempt:
                raise error

    with pytest.raises(error):
        await work()


async def test_a_round_comes_at_once_and_again_after_a_pause() -> None:
    """For as long as somebody wants one."""
    rounds = 0
    async for _ in every((0.0, 0.001)):
        rounds += 1
        if rounds == 5:
            return


async def test_a_lost_cancellation_ends_the_loop() -> None:
    """An error in place of the cancellation does not keep a loop alive that outlives errors."""
    started = asyncio.Event()

    async def outlives_errors() -> None:
        async for _ in every((0.0, 0.0)):
            with contextlib.suppress(asyncio.CancelledError):
                started.set()
                await asyncio.Event().wait()

    task = asyncio.create_task(outlives_errors())
    await started.wait()
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert done
    assert task.cancelled()
