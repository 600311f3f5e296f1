"""The hot calls on one database beside the same calls on another of the same server.

Their calls take turns, in rounds, so that what else the machine does strikes both alike. Unit: ms.
"""

import statistics
from collections.abc import Callable, Sequence
from uuid import UUID

import psycopg

from bench.history import Addresses
from bench.hot import Hot
from bench.latency import Call, Timed, by_the_wall, interleaved, p99_ms
from bench.report import Measure

ROUNDS = 5
SAMPLES = 400

Figure = Callable[[Sequence[float]], float]
Clock = Callable[[psycopg.Connection, Call], Timed]


def median_ms(seconds: Sequence[float]) -> float:
    """The middle one, in ms."""
    return statistics.median(seconds) * 1000


def compare(
    ours: Addresses,
    floor: Addresses,
    tenant: UUID,
    name: str = "p99",
    figure: Figure = p99_ms,
    clock: Clock = by_the_wall,
) -> list[Measure]:
    """One line a call: each side's best round, because a disturbance only ever makes one slower."""
    count = (ROUNDS + 1) * SAMPLES
    lines = []
    with Hot(ours, tenant, count) as here, Hot(floor, tenant, count) as there:
        others = there.calls()
        for call, run in here.calls().items():
            times = interleaved((clock(*run), clock(*others[call])), ROUNDS, SAMPLES)
            best = [min(map(figure, rounds)) for rounds in times]
            lines.append(Measure(f"{call}_{name}", best[0], best[1], "ms"))
    return lines
