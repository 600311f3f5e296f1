"""The demo's faults."""

from local.demo.trouble import KILL_SECONDS, WORK_SECONDS, work_seconds


def test_a_worker_that_starts_slowly_works_as_long_before_it_is_killed() -> None:
    """At least half of its life is work, however busy the machine is."""
    assert work_seconds(0.2) == WORK_SECONDS < KILL_SECONDS
    assert work_seconds(12.0) == 12.0
