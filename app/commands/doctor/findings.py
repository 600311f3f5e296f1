"""Findings of the doctor: what is wrong, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "fault"]

MAX_SKEW_SECONDS = 5.0


@dataclass(frozen=True)
class Finding:
    """What one look found.

    Attributes:
        check: what was looked at.
        verdict: fault: it will not work; warning: it will one day not.
        says: what was found.
        todo: what to do about it; empty when all is well.
    """

    check: str
    verdict: Verdict
    says: str
    todo: str = ""


def clock(check: str, skew: float) -> Finding:
    """Whether somebody's clock is close to ours."""
    return when(
        abs(skew) <= MAX_SKEW_SECONDS,
        Finding(check, "ok", f"{skew:+.1f} s from ours"),
        Finding(check, "fault", f"{skew:+.1f} s from ours", "Synchronise the clocks (NTP)."),
    )


def when(well: bool, good: Finding, bad: Finding) -> Finding:  # noqa: FBT001 -- reads as a sentence
    """One of two findings."""
    return good if well else bad
