"""How long one call takes at the far end, on databases that are compared call by call."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg

from bench.report import Measure

Call = Callable[[int], object]
Timed = Callable[[int], float]
"""A call that tells the seconds it took."""


def seconds_of(call: Call, number: int) -> float:
    """One call, as its caller sees it."""
    started = time.perf_counter()
    call(number)
    return time.perf_counter() - started


def p99_ms(seconds: Sequence[float]) -> float:
    """The 99th percentile, in ms."""
    return statistics.quantiles(seconds, n=100)[98] * 1000


def best_p99_ms(times: Sequence[float], rounds: int) -> float:
    """The lowest 99th percentile of rounds of equal length: a disturbance only makes one higher.

    Args:
        times: in s, one after the other.
        rounds: how many; what does not fit in is left out.
    """
    length = len(times) // rounds
    return min(p99_ms(times[n * length : (n + 1) * length]) for n in range(rounds))


@dataclass(frozen=True)
class Taken:
    """What one call took, in s: on the caller's clock, and on a processor of the server's."""

    wall: float
    cpu: float


class Stopwatch:
    """Times calls on one connection to a server of this machine.

    The wall clock counts what other programs take; the time that the kernel gave the server's
    process does not.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self._schedule = Path(f"/proc/{connection.info.backend_pid}/schedstat")

    def __enter__(self) -> Self:
        self._cpu, self._wall = self._on_cpu(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.taken = Taken(time.perf_counter() - self._wall, self._on_cpu() - self._cpu)

    def _on_cpu(self) -> float:
        return int(self._schedule.read_text().split()[0]) / 1e9


def p99_lines(name: str, taken: Sequence[Taken], rounds: int, limit_ms: float) -> list[Measure]:
    """Both 99th percentiles of the best round beside the limit."""
    wall = best_p99_ms([one.wall for one in taken], rounds)
    cpu = best_p99_ms([one.cpu for one in taken], rounds)
    return [Measure(name, wall, limit_ms, "ms"), Measure(f"{name}_cpu", cpu, limit_ms, "ms")]


def by_the_wall(_: psycopg.Connection, call: Call) -> Timed:
    """What a call takes as its caller sees it."""
    return lambda number: seconds_of(call, number)


def by_the_processor(connection: psycopg.Connection, call: Call) -> Timed:
    """What a call takes of the server's processor."""

    def timed(number: int) -> float:
        with Stopwatch(connection) as watch:
            call(number)
        return watch.taken.cpu

    return timed


def interleaved(calls: Sequence[Timed], rounds: int, samples: int) -> list[list[list[float]]]:
    """Times of each call in each round, taken by turns: what disturbs strikes all alike.

    A round that does not count comes first. Call `n` of a round gets the same number everywhere,
    and none gets a number twice.
    """
    times: list[list[list[float]]] = [[] for _ in calls]
    for round_ in range(rounds + 1):
        taken: list[list[float]] = [[] for _ in calls]
        for sample in range(samples):
            number = round_ * samples + sample
            turn = number % len(calls)
            for which in (*range(turn, len(calls)), *range(turn)):
                taken[which].append(calls[which](number))
        for which, one in enumerate(taken):
            times[which].append(one)
    return [of_call[1:] for of_call in times]


def within(connection: psycopg.Connection, tenant: object, run: Call) -> Call:
    """The same call in a transaction of its own that has entered the tenant; measured with both."""

    def entered(number: int) -> None:
        with connection.transaction():
            connection.execute("SELECT payments.tenant_enter(%s)", (tenant,), prepare=True)
            run(number)

    return entered
