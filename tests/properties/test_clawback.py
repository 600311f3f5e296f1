"""Clawback of a refund by its payees: for any shares and any sequence of partial refunds."""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, product
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.database import Database, Server, temporary_database
from tests.support.sainte_lague import given_back, unit_by_unit

MAX_AMOUNT = 99_999_999
CASES = 20_000
BATCH = 1_000
SMALL_SHARES, SMALL_RECIPIENTS = 3, 4
STORED = 150

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Case:
    """A payment's shares, the platform's last, and its refunds, which end with all of it."""

    shares: tuple[int, ...]
    refunds: tuple[int, ...]

    @property
    def totals(self) -> list[int]:
        """What went back to the buyer after each refund."""
        return list(accumulate(self.refunds))


@pytest.fixture(scope="module")
def clawback_database(server: Server) -> Iterator[Database]:
    """One database for the module: what is stored has a payment of its own."""
    with temporary_database(server, "payments_clawback") as made:
        yield made


@pytest.fixture(scope="module")
def connection(clawback_database: Database) -> Iterator[Connection]:
    """As the superuser: the functions are private."""
    with psycopg.connect(clawback_database.superuser_url, autocommit=True) as opened:
        yield opened


# ── inputs ────────────────────────────────────────────────────────────────────────────────────


def some_shares(rng: random.Random) -> tuple[int, ...]:
    """1 to 8 payees and the platform: alike, tiny, huge, nothing at all, all of it together."""
    most = rng.choice([1, 2, 5, 100, 10_000, MAX_AMOUNT // 9])

    def share(kind: int) -> int:
        return (rng.randint(0, most), rng.randint(0, 3), most, max(0, most - 1), 0)[kind]

    usual = rng.randrange(5)
    made = [
        share(usual if rng.random() < 0.4 else rng.randrange(5)) for _ in range(rng.randint(1, 8))
    ]
    made.append(rng.choice([0, 1, rng.randint(0, most)]))
    return tuple(made) if any(made) else (1, *made[1:])


def some_refunds(rng: random.Random, amount: int) -> tuple[int, ...]:
    """Any sequence of partial refunds that ends with all of it."""
    cuts = {rng.randint(1, amount) for _ in range(rng.choice([0, 1, 1, 2, 4]))}
    if rng.random() < 0.1:
        cuts |= set(range(1, min(amount, 6)))
    return tuple(b - a for a, b in pairwise([0, *sorted(cuts - {amount}), amount]))


def some_case(rng: random.Random) -> Case:
    """A payment and its refunds."""
    shares = some_shares(rng)
    return Case(shares, some_refunds(rng, sum(shares)))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """The same, to be made smaller when it fails."""
    shares = tuple(draw(st.lists(st.integers(0, 10_000), min_size=2, max_size=9).filter(any)))
    cuts = draw(st.lists(st.integers(1, sum(shares)), max_size=6, unique=True))
    ends = [0, *sorted(set(cuts) - {sum(shares)}), sum(shares)]
    return Case(shares, tuple(b - a for a, b in pairwise(ends)))


# ── the function ──────────────────────────────────────────────────────────────────────────────


CALCULATE = """
    SELECT payments.clawback_calculate(c.shares::bigint[], c.total)
      FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS c (shares, total, n) ORDER BY c.n
"""


def calculate(
    connection: Connection, asked: Sequence[tuple[Sequence[int], int]]
) -> list[list[int]]:
    """What the database says each recipient has given back, per pair of shares and total."""
    columns = [
        ["{" + ",".join(map(str, shares)) + "}" for shares, _ in asked],
        [total for _, total in asked],
    ]
    return [row[0] for row in connection.execute(CALCULATE, columns)]


def check(case: Case, steps: Sequence[Sequence[int]]) -> None:
    """Assert every property of one sequence of refunds."""
    for total, step in zip(case.totals, steps, strict=True):
        assert sum(step) == total, (case, step)
        assert step == given_back(case.shares, total), (case, total, step)
    for before, after in pairwise([[0] * len(case.shares), *steps]):
        assert all(a <= b for a, b in zip(before, after, strict=True)), (case, before, after)
    assert all(g <= s for g, s in zip(steps[-1], case.shares, strict=True)), case
    assert tuple(steps[-1]) == case.shares, case


def check_all(connection: Connection, batch: Sequence[Case]) -> None:
    """Check a batch with one statement."""
    found = iter(calculate(connection, [(c.shares, total) for c in batch for total in c.totals]))
    for case in batch:
        check(case, [next(found) for _ in case.refunds])


@pytest.mark.parametrize("seed", range(CASES // BATCH))
def test_any_sequence_of_partial_refunds_is_shared_exactly(
    connection: Connection, seed: int
) -> None:
    """Exact at every step and at the end, never less than before, never over a share (M06)."""
    rng = random.Random(seed)
    check_all(connection, [some_case(rng) for _ in range(BATCH)])


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
@given(batch=st.lists(cases(), min_size=1, max_size=10))
def test_what_fails_is_made_small(connection: Connection, batch: list[Case]) -> None:
    """The same property where Hypothesis chooses, and reduces what it finds."""
    check_all(connection, batch)


def test_every_small_payment_is_shared_unit_by_unit(connection: Connection) -> None:
    """All shares of 0 to 3 for up to four recipients, at every total: the definition itself."""
    asked = [
        (shares, total)
        for count in range(1, SMALL_RECIPIENTS + 1)
        for shares in product(range(SMALL_SHARES + 1), repeat=count)
        for total in range(sum(shares) + 1)
        if any(shares)
    ]
    for (shares, total), found in zip(asked, calculate(connection, asked), strict=True):
        assert found == unit_by_unit(shares, total) == given_back(shares, total), (shares, total)


# ── what is stored ────────────────────────────────────────────────────────────────────────────


STORE = """
    INSERT INTO payments.payment_splits
        (tenant_id, id, payment_id, position, recipient_type, recipient_id, connected_account_id,
         amount, currency, created_at)
    SELECT %(tenant)s, gen_random_uuid(), c.payment::uuid, s.n,
           CASE WHEN s.n = cardinality(s.shares) THEN 'platform' ELSE 'venue' END, 'r' || s.n,
           CASE WHEN s.n < cardinality(s.shares) THEN gen_random_uuid() END, s.share, 'usd', now()
      FROM unnest(%(payments)s::text[], %(shares)s::text[]) AS c (payment, shares)
     CROSS JOIN LATERAL (
        SELECT u.share, u.n, c.shares::bigint[] AS shares
          FROM unnest(c.shares::bigint[]) WITH ORDINALITY AS u (share, n)) AS s
"""
SHARE = """
    SELECT c.n, g.recipient_id, g.amount
      FROM unnest(%(payments)s::text[], %(deltas)s::bigint[])
           WITH ORDINALITY AS c (payment, delta, n)
     CROSS JOIN LATERAL payments.clawback_share(
               %(tenant)s, c.payment::uuid,
               CASE WHEN c.delta < 0 THEN 'refund_failure' ELSE 'refund' END,
               gen_random_uuid(), c.delta, now()) AS g
"""


def with_failures(rng: random.Random, case: Case) -> list[int]:
    """The refunds, some of which fail after later ones were accepted, and are asked again."""
    deltas: list[int] = []
    failed: list[int] = []
    for refund in case.refunds:
        deltas.append(refund)
        if rng.random() < 0.3:
            failed.append(refund)
        if failed and rng.random() < 0.5:
            gone = failed.pop(rng.randrange(len(failed)))
            deltas += [-gone, gone] if rng.random() < 0.5 else [-gone, *_in_two(rng, gone)]
    return deltas


def _in_two(rng: random.Random, amount: int) -> list[int]:
    part = rng.randint(0, amount)
    return [one for one in (part, amount - part) if one]


@pytest.mark.parametrize("seed", range(2))
def test_what_is_stored_follows_the_total_alone(connection: Connection, seed: int) -> None:
    """Refunds that fail weeks later among others: after each, the function of the total (M06)."""
    rng = random.Random(seed)
    batch = [some_case(rng) for _ in range(STORED)]
    deltas = [with_failures(rng, case) for case in batch]
    names = [str(uuid.UUID(int=rng.getrandbits(128))) for _ in batch]
    tenant = uuid.UUID(int=rng.getrandbits(128))
    with connection.transaction(force_rollback=True):
        # Only the function is meant: there are no payments behind these splits.
        connection.execute("SET LOCAL session_replication_role = replica")
        shares = ["{" + ",".join(map(str, case.shares)) + "}" for case in batch]
        connection.execute(STORE, {"tenant": tenant, "payments": names, "shares": shares})
        given = [[0] * len(case.shares) for case in batch]
        for step in range(max(map(len, deltas))):
            chosen = [n for n, steps in enumerate(deltas) if step < len(steps)]
            asked = {
                "tenant": tenant,
                "payments": [names[n] for n in chosen],
                "deltas": [deltas[n][step] for n in chosen],
            }
            for number, name, amount in connection.execute(SHARE, asked):
                given[chosen[number - 1]][int(name[1:]) - 1] += amount
            for n in chosen:
                total = sum(deltas[n][: step + 1])
                assert given[n] == given_back(batch[n].shares, total), (batch[n], deltas[n], step)
    for case, end in zip(batch, given, strict=True):
        assert tuple(end) == case.shares, case
