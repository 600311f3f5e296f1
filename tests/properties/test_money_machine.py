"""Random schedules of everything that moves money, against a model, the database and Stripe.

`MONEY_SCHEDULES` sets how many run (50 by default; `make test-full` 1,000, `make soak` 20,000),
`MONEY_SEED` where they begin. A schedule that failed is printed as one line of JSON: add it to
money_machine.jsonl, which is played before anything else.
"""

import json
import os
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.database import Database, Server, temporary_database
from tests.support.money_mutants import MUTANTS
from tests.support.play import MOST_PAYMENTS, PRIVATE_CLOCK, Play
from tests.support.reference import Facts
from tests.support.scenario import Json, Scenarios
from tests.support.service import settings_for
from tests.support.stripe_world import StripeWorld

SCHEDULES = int(os.environ.get("MONEY_SCHEDULES", "50"))
FIRST_SEED = int(os.environ.get("MONEY_SEED", str(random.SystemRandom().randrange(2**32))))
STEPS = int(os.environ.get("MONEY_STEPS", "20"))
CHUNKS = max(2, SCHEDULES // 250)
MUTANT_ROUNDS = 6
CORPUS = Path(__file__).resolve().parents[1] / "support" / "money_machine.jsonl"

TENANT = uuid.UUID("11111111-1111-4111-8111-111111111111")
TABLES = """
    SELECT format('payments.%I', c.relname) FROM pg_class AS c
     WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
    UNION ALL
    SELECT format('payments.%I', c.relname) FROM pg_class AS c
     WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind = 'p'
"""

Opening = tuple[tuple[Any, ...], ...]
OPENINGS: tuple[Opening, ...] = (
    (),
    (("deliver", 0, 5, 0),),
    (("block", 0), ("quiet",)),
    (("quiet",),),
    (("quiet",),),
)
"""What the first order has behind it when chance takes over: nothing, its news, its transfers but
for a payee who may not receive, all of them."""

numbers = st.integers(0, 2**16)
few = st.integers(0, 7)


def capturable(row: Json) -> bool:
    """Whether a payment waits for its capture."""
    return bool(row["status"] == "requires_capture")


def refundable(row: Json) -> bool:
    """Whether something of a payment can be refunded."""
    return Facts(row).refund_refused(None) is None


def holding(row: Json) -> bool:
    """Whether a payment holds money that can be released."""
    return any(hold["held"] > 0 and hold["status"] != "disputed" for hold in row["escrows"])


class Stage:
    """A database and a Stripe, on which one schedule is played after the other.

    All begin alike, ids and clock included: what failed fails again.
    """

    def __init__(self, database: Database) -> None:
        database.execute(PRIVATE_CLOCK)
        tables = [str(row[0]) for row in database.execute(TABLES)]
        filled = [name for name in tables if database.execute(f"SELECT 1 FROM {name} LIMIT 1")]
        self._empty = f"TRUNCATE {', '.join(name for name in tables if name not in filled)}"
        self._scenarios = Scenarios(database)
        self._stripe = StripeWorld(settings_for(database, "http://stripe.invalid"))

    def __enter__(self) -> Self:
        self._scenarios.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:  # noqa: PYI036 - handed on
        self._scenarios.__exit__(*error)
        self._stripe.close()

    def play(self) -> Play:
        """An empty database but for one tenant, and an empty Stripe."""
        owner = self._scenarios.owner
        with owner.transaction():
            # The guards of what is append-only would refuse.
            owner.execute("SET LOCAL session_replication_role = replica")
            owner.execute(self._empty.encode())
        owner.execute("UPDATE payments.deployment SET clock_offset = '0'")
        return Play(self._scenarios.new(TENANT), self._stripe)


@contextmanager
def told(play: Play) -> Iterator[None]:
    """Print the schedule with what went wrong in it."""
    try:
        yield
    except (AssertionError, psycopg.Error) as error:
        raise AssertionError(f"{json.dumps(play.story)}\n{error}") from error


def machine(stage: Stage) -> type[RuleBasedStateMachine]:  # noqa: C901 - a class with one-line rules
    """The state machine that plays on a stage."""

    class MoneyMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.play = stage.play()

        def do(self, name: str, *args: int) -> None:
            with told(self.play):
                self.play.do(name, *args)

        @initialize(a=few, b=numbers, c=few, d=few, opening=st.sampled_from(OPENINGS))
        def open_the_shop(self, a: int, b: int, c: int, d: int, opening: Opening) -> None:
            self.do("sell", a, b, c, d, 0)
            for step in opening:
                self.do(*step)

        @precondition(lambda self: len(self.play.rows) < MOST_PAYMENTS)
        @rule(a=few, b=numbers, c=few, d=few, e=few)
        def sell(self, a: int, b: int, c: int, d: int, e: int) -> None:
            self.do("sell", a, b, c, d, e)

        @precondition(lambda self: any(not row["settled"] for row in self.play.rows))
        @rule(a=few, b=few)
        def pay(self, a: int, b: int) -> None:
            self.do("pay", a, b)

        @precondition(lambda self: any(capturable(row) for row in self.play.rows))
        @rule(a=few, b=numbers, c=few)
        def capture(self, a: int, b: int, c: int) -> None:
            self.do("capture", a, b, c)

        @precondition(lambda self: any(refundable(row) for row in self.play.rows))
        @rule(a=few, b=numbers, c=few)
        def refund(self, a: int, b: int, c: int) -> None:
            self.do("refund", a, b, c)

        @precondition(lambda self: any(refundable(row) for row in self.play.rows))
        @rule(a=few, b=numbers, c=few)
        def refund_more(self, a: int, b: int, c: int) -> None:
            self.do("refund", a, b, c)

        @rule(a=few, b=numbers, c=few)
        def refund_blindly(self, a: int, b: int, c: int) -> None:
            self.do("refund", a, b, c)

        @precondition(lambda self: self.play.charges())
        @rule(a=few, b=numbers)
        def refund_at_dashboard(self, a: int, b: int) -> None:
            self.do("refund_at_dashboard", a, b)

        @precondition(lambda self: self.play.refunds_to_return())
        @rule(a=few)
        def refund_comes_back(self, a: int) -> None:
            self.do("refund_comes_back", a)

        @precondition(lambda self: self.play.charges())
        @rule(a=few, b=numbers, c=few)
        def dispute(self, a: int, b: int, c: int) -> None:
            self.do("dispute", a, b, c)

        @precondition(lambda self: self.play.disputes_to_decide())
        @rule(a=few, b=few)
        def decide(self, a: int, b: int) -> None:
            self.do("decide", a, b)

        @precondition(lambda self: any(holding(row) for row in self.play.rows))
        @rule(a=few, b=numbers)
        def release(self, a: int, b: int) -> None:
            self.do("release", a, b)

        @precondition(lambda self: any(row["escrows"] for row in self.play.rows))
        @rule(a=few)
        def call_off(self, a: int) -> None:
            self.do("call_off", a)

        @rule(a=few)
        def cancel_event(self, a: int) -> None:
            self.do("cancel_event", a)

        @rule(a=few, on=st.booleans())
        def change_payee(self, a: int, on: bool) -> None:  # noqa: FBT001 - drawn
            self.do("enable" if on else "block", a)

        @rule(a=few)
        def spend(self, a: int) -> None:
            self.do("spend", a)

        @rule(a=st.integers(0, 11), b=few)
        def fault(self, a: int, b: int) -> None:
            self.do("fault", a, b)

        @rule(a=numbers, b=few, c=few)
        def deliver(self, a: int, b: int, c: int) -> None:
            self.do("deliver", a, b, c)

        @rule(a=few, b=st.integers(0, 11))
        def work(self, a: int, b: int) -> None:
            self.do("work", a, b)

        @precondition(lambda self: self.play.at_work())
        @rule(a=few)
        def kill(self, a: int) -> None:
            self.do("kill", a)

        @rule(a=few)
        def advance(self, a: int) -> None:
            self.do("advance", a)

        @rule()
        def quiet(self) -> None:
            self.do("quiet")

        def teardown(self) -> None:
            if self.play.story and self.play.sound:
                with told(self.play):
                    self.play.finish()

    return MoneyMachine


@pytest.fixture
def stage(server: Server) -> Iterator[Stage]:
    """A stage in a database of its own."""
    with temporary_database(server, "payments_machine") as database, Stage(database) as made:
        yield made


def explore(stage: Stage, first: int, schedules: int, *, shrink: bool = True) -> None:
    """Play schedules that Hypothesis invents and, when one fails, makes small."""
    chosen = settings(
        max_examples=schedules,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
    )
    run_state_machine_as_test(seed(first)(machine(stage)), settings=chosen)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_happens_every_unit_is_accounted_for(stage: Stage, chunk: int) -> None:
    """Model, database and simulator agree; no invariant is broken after any step (M01 to M28)."""
    first = FIRST_SEED + chunk
    try:
        explore(stage, first, SCHEDULES // CHUNKS)
    except AssertionError as error:
        raise AssertionError(f"MONEY_SEED={first}: {error}") from error


def replay(stage: Stage, line: str) -> None:
    """Play a schedule that was kept."""
    play = stage.play()
    with told(play):
        for name, *args in json.loads(line):
            play.finish() if name == "finish" else play.do(name, *args)


@pytest.mark.parametrize("line", CORPUS.read_text().splitlines())
def test_a_schedule_that_failed_once_does_not_fail_again(stage: Stage, line: str) -> None:
    """Each was a defect, ours or a mutant's that chance seldom meets: played as it was."""
    replay(stage, line)


@pytest.mark.full
@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_machine_notices(server: Server, name: str) -> None:
    """Each defect makes some schedule fail, so that passing means something."""
    with temporary_database(server, "payments_machine") as database:
        MUTANTS[name].spoil(database)
        with Stage(database) as spoilt:
            assert first_failure(spoilt) is not None


def first_failure(stage: Stage) -> str | None:
    """What the first schedule that fails says, if one does: those kept, then fresh ones."""
    kept = [partial(replay, stage, line) for line in CORPUS.read_text().splitlines()]
    fresh = [partial(explore, stage, n, 100, shrink=False) for n in range(MUTANT_ROUNDS)]
    for work in (*kept, *fresh):
        try:
            work()
        except (AssertionError, psycopg.Error) as error:
            return str(error)
    return None
