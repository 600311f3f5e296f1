"""How a measure is taken and printed: ours beside its floor, from the same run."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Measure:
    """One line of `make bench`. Rates: higher is better, ratio = ours / floor."""

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
    rounds: int, ours: Callable[[], float], floor: Callable[[], float]
) -> tuple[float, float]:
    """Medians of alternating rounds, after one of each that does not count."""
    ours()
    floor()
    pairs = [(ours(), floor()) for _ in range(rounds)]
    return median(o for o, _ in pairs), median(f for _, f in pairs)
