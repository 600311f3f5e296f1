"""Exactly once: whatever stops, sleeps or lies, no call to Stripe takes effect twice."""

import os

import pytest

from tests.support.database import Database
from tests.support.explorer import Protocol, explore
from tests.support.model import CONTRARY, DoubleError
from tests.support.mutants import MUTANTS
from tests.support.scenario import Scenarios

SCHEDULES = int(os.environ.get("PAYMENTS_TEST_SCHEDULES", "120"))
"""More than any defect of `mutants` needs to be found: the best hidden is seen by the 102nd."""
FIRST_SEED = int(os.environ.get("PAYMENTS_TEST_SEED", "1"))
CHUNKS = 2
MUTANT_SEEDS = 400


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_schedule_makes_a_double(database: Database, chunk: int) -> None:
    """Crashes, sleeps beyond lease and key, lost answers: one object per call, then all drains."""
    share = SCHEDULES // CHUNKS
    first = FIRST_SEED + chunk * share
    with Scenarios(database) as scenarios:
        explore(scenarios.new, range(first, first + share))


@pytest.mark.parametrize("seed", [190, 525, 694, 841])
def test_no_refusal_that_stripe_forgets_makes_a_double(database: Database, seed: int) -> None:
    """F14: a call that came late under the old key is found before another goes out anew."""
    with Scenarios(database) as scenarios:
        explore(scenarios.new, range(seed, seed + 1), Protocol(chances=CONTRARY))


def first_double(scenarios: Scenarios, protocol: Protocol | None = None) -> int | None:
    """The first seed under which the explorer finds a double, if any."""
    for seed in range(MUTANT_SEEDS):
        try:
            explore(scenarios.new, range(seed, seed + 1), protocol)
        except DoubleError:
            return seed
        except AssertionError:
            continue  # harm of another kind
    return None


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_explorer_finds_a_double_without(database: Database, name: str) -> None:
    """Each part of the protocol is needed: taken out, some schedule does something twice."""
    MUTANTS[name].spoil(database)
    with Scenarios(database) as scenarios:
        assert first_double(scenarios) is not None


def test_the_explorer_finds_a_double_without_a_deadline(database: Database) -> None:
    """A worker that slept through its lease after the fence must not send."""
    with Scenarios(database) as scenarios:
        assert first_double(scenarios, Protocol(keeps_deadline=False)) is not None
