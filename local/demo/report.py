"""What the demo prints: a line per step, a bar on a terminal, tables, the summary line."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

TITLE_WIDTH = 22
BAR_WIDTH = 30
QUARTERS = 4
REDRAW_SECONDS = 0.1
MAX_NAMED = 12
"""Findings shown of each kind; the count tells the rest."""

ZERO_DECIMAL = frozenset({"jpy"})


@dataclass
class Step:
    """A step of the story; `detail` is what it came to."""

    detail: str = ""


@dataclass
class Summary:
    """The last line; amounts in minor units."""

    orders: int
    captured: int
    transferred: int
    refunded: int
    reversed: int
    held: int
    unexplained: int
    violations: int
    duplicates: int
    lost: int
    unfinished: int
    """What was still under way when nothing moved any more: named in the report."""

    seconds: float = field(default=0)

    def line(self) -> str:
        """As the contract has it."""
        return (
            f"demo: orders={self.orders} captured={self.captured} transferred={self.transferred} "
            f"refunded={self.refunded} reversed={self.reversed} held={self.held} "
            f"unexplained={self.unexplained} violations={self.violations} "
            f"duplicates={self.duplicates} lost={self.lost} seconds={self.seconds:.1f}"
        )

    @property
    def clean(self) -> bool:
        """Whether all is well."""
        found = self.unexplained or self.violations or self.duplicates or self.lost
        return not (found or self.unfinished)


class Report:
    """Writes to `out`; draws over its own lines only when that is a terminal."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._terminal = out.isatty()
        self._number = 0

    def line(self, text: str = "") -> None:
        """Write one line."""
        self._out.write(f"{text}\n")
        self._out.flush()

    def _over(self, text: str) -> None:
        if self._terminal:
            self._out.write(f"\r\x1b[K{text}")
            self._out.flush()

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Tell of a step when it ends, with what it came to and how long it took."""
        self._number += 1
        head = f"{self._number:>2}  {title:<{TITLE_WIDTH}}"
        started = time.monotonic()
        step = Step()
        self._over(f"{head} …")
        yield step
        self._over("")
        self.line(f"{head} {time.monotonic() - started:6.1f} s   {step.detail}")

    def progress(self, title: str, total: int) -> "Progress":
        """Return what counts towards `total`."""
        return Progress(self, title, total)

    def bar(self, title: str, done: int, total: int) -> None:
        """Draw a bar on a terminal; elsewhere write a line at each quarter."""
        if self._terminal:
            filled = BAR_WIDTH * done // max(total, 1)
            self._over(f"    {title:<{TITLE_WIDTH}} [{'#' * filled:<{BAR_WIDTH}}] {done}/{total}")
        else:
            self.line(f"    {title:<{TITLE_WIDTH}} {done}/{total}")

    def table(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table: first column to the left, the others to the right."""
        if not rows:
            return
        columns = list(zip(head, *rows, strict=True))
        widths = [max(len(cell) for cell in column) for column in columns]
        self.line()
        self.line(title)
        for row in (head, *rows):
            cells = [f"{row[0]:<{widths[0]}}"]
            pairs = zip(row[1:], widths[1:], strict=True)
            cells += [f"{cell:>{width}}" for cell, width in pairs]
            self.line(f"    {'   '.join(cells)}")

    def findings(self, title: str, found: Sequence[str], most: int = MAX_NAMED) -> None:
        """Name what is wrong, if anything is; no more than `most`."""
        if not found:
            return
        self.line()
        self.line(f"{title}: {len(found)}")
        for text in found[:most]:
            self.line(f"    {text}")
        if len(found) > most:
            self.line(f"    … and {len(found) - most} more")


class Progress:
    """Counts, and draws now and then."""

    def __init__(self, report: Report, title: str, total: int) -> None:
        self._report = report
        self._title = title
        self._total = total
        self._done = 0
        self._drawn = 0.0

    def __call__(self) -> None:
        """One more is done."""
        self._done += 1
        if self._due():
            self._drawn = time.monotonic()
            self._report.bar(self._title, self._done, self._total)

    def _due(self) -> bool:
        if self._report._terminal:  # noqa: SLF001 -- the other half of one thing
            return time.monotonic() - self._drawn > REDRAW_SECONDS
        quarter = max(1, self._total // QUARTERS)
        return self._done % quarter == 0


def money(amount: int, currency: str) -> str:
    """Write minor units for people, such as 1,234.50 usd."""
    if currency in ZERO_DECIMAL:
        return f"{amount:,} {currency}"
    sign = "-" if amount < 0 else ""
    whole, cents = divmod(abs(amount), 100)
    return f"{sign}{whole:,}.{cents:02} {currency}"


def counted(counts: Mapping[str, int], *, plural: bool = False) -> str:
    """Write counts as `3 venues, 1 promoter`; names stay as they are unless `plural`."""
    return ", ".join(
        f"{count} {name}{'s' if plural and count != 1 else ''}" for name, count in counts.items()
    )
