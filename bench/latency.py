"""How long one call takes at the far end, on databases that are compared call by call."""

import statistics
import time
from collections.abc import Callable, Sequence

import psycopg

Call = Callable[[int], object]


def seconds_of(call: Call, number: int) -> float:
    """One call, as its caller sees it."""
    started = time.perf_counter()
    call(number)
    return time.perf_counter() - started


def p99_ms(seconds: Sequence[float]) -> float:
    """The 99th percentile, in ms."""
    return statistics.quantiles(seconds, n=100)[98] * 1000


def interleaved(calls: Sequence[Call], rounds: int, samples: int) -> list[list[list[float]]]:
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
                taken[which].append(seconds_of(calls[which], number))
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
