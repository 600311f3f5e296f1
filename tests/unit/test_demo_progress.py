"""Progress: the demo waits for as long as anything moves."""

from local.demo.progress import LOOK_SECONDS, STILL_SECONDS, Progress


class World:
    """A clock, and something that may move."""

    now = 0.0
    done = 0
    looks = 0

    def clock(self) -> float:
        """Seconds."""
        return self.now

    async def look(self) -> int:
        """How much is done."""
        self.looks += 1
        return self.done


async def test_a_wait_lasts_while_something_moves() -> None:
    """However long it takes in all; it ends when nothing has moved for long."""
    world = World()
    wait = Progress(world.look, world.clock).wait()
    for _ in range(50):
        world.now += STILL_SECONDS * 0.9
        world.done += 1
        assert not await wait.over()
    world.now += STILL_SECONDS * 0.9
    assert not await wait.over()
    world.now += STILL_SECONDS * 0.2
    assert await wait.over()


async def test_who_begins_to_wait_in_a_standstill_waits_as_long() -> None:
    """The stillness before a wait says nothing of what it waits for."""
    world = World()
    progress = Progress(world.look, world.clock)
    early = progress.wait()
    for _ in range(3):
        world.now += STILL_SECONDS
        await progress.moved_at()
    late = progress.wait()
    assert await early.over()
    assert not await late.over()


async def test_many_who_wait_share_a_look() -> None:
    """Counting costs the machine that is waited for: one look serves all for a while."""
    world = World()
    progress = Progress(world.look, world.clock)
    world.now += LOOK_SECONDS
    for _ in range(20):
        await progress.wait().over()
    assert world.looks == 1
