"""How a measure is taken and printed: ours beside its floor, from the same run."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One line of `make bench`; ratio = ours / floor.

    Rates: the floor is the barest thing that does the same work; higher is better. Latency and
    memory (units ms, MB): the floor is the limit to stay below; lower is better.
    """

    name: str
    ours: float
    floor: float
    unit: str

    def line(self) -> str:
        """The line that scripts read."""
        ratio = self.ours / self.floor if self.floor else float("nan")
        return (
            f"bench: {self.name} ours={self.ours:.4g} floor={self.floor:.4g} "
            f"ratio={ratio:.2f} unit={self.unit}"
        )


def median_of_rounds(
    rounds: int,
    ours: Callable[[], float],
    floor: Callable[[], float],
    settle: Callable[[], object] = bool,
) -> tuple[float, float]:
    """Both rates of the round with the median ratio: what else the machine does changes slowly.

    Args:
        rounds: an odd number of alternating rounds, after one of each that does not count.
        ours: one round of ours, a rate.
        floor: one round of the floor, a rate.
        settle: called once between the round that does not count and those that do.
    """
    ours()
    floor()
    settle()
    pairs = sorted(((ours(), floor()) for _ in range(rounds)), key=lambda pair: pair[0] / pair[1])
    return pairs[len(pairs) // 2]
