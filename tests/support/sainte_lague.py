"""Sainte-Laguë, written from its definition and apart from the database: what tests compare with.

Every unit that a recipient may have to give back has a priority, share / (2 · units before it + 1);
units go in the order of their priority, the earlier recipient first where two are equal.
"""

from collections.abc import Sequence


def unit_by_unit(shares: Sequence[int], total: int) -> list[int]:
    """Give back one unit after the other, as the definition says."""
    return _continue(shares, [0] * len(shares), total)


def given_back(shares: Sequence[int], total: int) -> list[int]:
    """The same for totals of any size.

    The first units are told by the divisor alone: every unit of a priority of at least whole / (2
    total - n), of which there are at most total and at least total - n.
    """
    whole, divisor = sum(shares), 2 * total - len(shares)
    if divisor <= 0:
        return unit_by_unit(shares, total)
    return _continue(shares, [(s * divisor + whole) // (2 * whole) for s in shares], total)


def _continue(shares: Sequence[int], given: list[int], total: int) -> list[int]:
    for _ in range(total - sum(given)):
        following = 0
        for n in range(1, len(shares)):
            # share / (2 · given + 1), compared without a fraction.
            if shares[n] * (2 * given[following] + 1) > shares[following] * (2 * given[n] + 1):
                following = n
        given[following] += 1
    return given
