"""Splits: for any amount and shares the database computes exactly what fractions say."""

# ruff: noqa: ARG005 - a fault is handed the whole case and spoils one part of it

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.support.database import Database, Server, temporary_database

MAX_AMOUNT = 99_999_999
WHOLE = 10_000
PLATFORM_POSITION = 32_767
PAYEES = ("venue", "artist", "promoter", "seller")

Json = dict[str, Any]
Case = tuple[int, int, list[Json]]
Row = tuple[int, str, str, int]
Spoilt = tuple[Any, Any, Any]

in_batches = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


@pytest.fixture(scope="module")
def split_database(server: Server) -> Iterator[Database]:
    """One database for the module: the function under test is pure."""
    with temporary_database(server, "payments_split") as made:
        yield made


@pytest.fixture(scope="module")
def connection(split_database: Database) -> Iterator[psycopg.Connection[Any]]:
    """As the superuser: the function is private."""
    with psycopg.connect(split_database.superuser_url, autocommit=True) as opened:
        yield opened


# ── inputs ────────────────────────────────────────────────────────────────────────────────────


@st.composite
def shares_of(draw: st.DrawFn, amount: int) -> list[Json]:
    """1 to 12 recipients, fixed and in basis points, that together fit into the amount."""
    count = draw(st.integers(1, 12))
    left = Fraction(amount)
    shares: list[Json] = []
    for number in range(count):
        kind = draw(st.sampled_from((*PAYEES, "platform")))
        shares.append({"recipientType": kind, "recipientId": f"r{number}"})
        # Steps of the remainder that are likely to use all of it, nothing of it, or odd parts.
        if draw(st.booleans()):
            fixed = draw(st.one_of(st.integers(0, int(left)), st.just(int(left)), st.just(0)))
            shares[-1]["amount"] = fixed
            left -= fixed
        else:
            most = min(WHOLE, int(left * WHOLE / amount))
            points = draw(st.one_of(st.integers(0, most), st.just(most), st.just(most // 3)))
            shares[-1]["basisPoints"] = points
            left -= Fraction(points * amount, WHOLE)
    return draw(st.permutations(shares))


amounts = st.one_of(
    st.integers(1, MAX_AMOUNT),
    st.integers(1, 20),
    st.sampled_from([1, 2, 3, 99, 100, 101, 9_999, 10_000, 10_001, MAX_AMOUNT - 1, MAX_AMOUNT]),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """An authorised amount, what was captured of it, and shares."""
    amount = draw(amounts)
    captured = draw(st.one_of(st.just(amount), st.integers(1, amount)))
    return amount, captured, draw(shares_of(amount))


@st.composite
def equal_weights(draw: st.DrawFn) -> Case:
    """Many recipients with the same share: nothing but ties."""
    count = draw(st.integers(2, 12))
    amount = draw(st.integers(1, 1000))
    points = draw(st.integers(1, WHOLE // count))
    shares = [
        {"recipientType": PAYEES[n % 4], "recipientId": f"r{n}", "basisPoints": points}
        for n in range(count)
    ]
    return amount, draw(st.integers(1, amount)), draw(st.permutations(shares))


# ── reference ─────────────────────────────────────────────────────────────────────────────────


def quotas(case: Case) -> list[tuple[int, str, str, Fraction]]:
    """The exact share of each recipient, the platform last with all that is unassigned."""
    amount, captured, shares = case
    exact = [
        (
            position,
            share["recipientType"],
            share["recipientId"],
            Fraction(share["amount"] * captured, amount)
            if "amount" in share
            else Fraction(share["basisPoints"] * captured, WHOLE),
        )
        for position, share in enumerate(shares, 1)
        if share["recipientType"] != "platform"
    ]
    rest = captured - sum((quota for *_, quota in exact), Fraction())
    return [*exact, (PLATFORM_POSITION, "platform", "platform", rest)]


def expected(case: Case) -> list[Row]:
    """Largest remainder: floors, then one unit each by remainder, ties in request order."""
    exact = quotas(case)
    floors = [int(quota) for *_, quota in exact]
    left = case[1] - sum(floors)
    by_remainder = sorted(range(len(exact)), key=lambda n: (floors[n] - exact[n][3], n))
    for number in by_remainder[:left]:
        floors[number] += 1
    return [
        (position, kind, name, amount)
        for (position, kind, name, _), amount in zip(exact, floors, strict=True)
    ]


# ── the database ──────────────────────────────────────────────────────────────────────────────


BATCH = """
    SELECT c.n, s.share_position, s.recipient_type, s.recipient_id, s.amount
      FROM unnest(%s::bigint[], %s::bigint[], %s::jsonb[])
           WITH ORDINALITY AS c (amount, captured, shares, n)
     CROSS JOIN LATERAL payments.split_calculate(c.amount, c.captured, c.shares)
           WITH ORDINALITY AS s (share_position, recipient_type, recipient_id, amount, place)
     ORDER BY c.n, s.place
"""


def calculate(connection: psycopg.Connection[Any], batch: list[Case]) -> list[list[Row]]:
    """What the database makes of each case."""
    columns = [
        [case[0] for case in batch],
        [case[1] for case in batch],
        [Jsonb(case[2]) for case in batch],
    ]
    found: list[list[Row]] = [[] for _ in batch]
    for number, *row in connection.execute(BATCH, columns):
        found[number - 1].append((row[0], row[1], row[2], row[3]))
    return found


def check(connection: psycopg.Connection[Any], batch: list[Case]) -> None:
    """Assert every property of a split on each case of the batch."""
    results = calculate(connection, batch)
    assert calculate(connection, batch) == results, "not deterministic"
    for case, rows in zip(batch, results, strict=True):
        amounts_of = [row[3] for row in rows]
        assert sum(amounts_of) == case[1], case
        assert all(amount >= 0 for amount in amounts_of), case
        for row, (*_, quota) in zip(rows, quotas(case), strict=True):
            assert abs(row[3] - quota) < 1, (case, row, quota)
        assert rows == expected(case), case
        assert rows[-1][:3] == (PLATFORM_POSITION, "platform", "platform"), case


# ── properties ────────────────────────────────────────────────────────────────────────────────


@in_batches
@given(batch=st.lists(cases(), min_size=20, max_size=40))
def test_a_split_is_exact_and_equals_the_reference(
    connection: psycopg.Connection[Any], batch: list[Case]
) -> None:
    """Any amount, capture and 1 to 12 shares: exact sum, each within a unit of its quota (M03)."""
    check(connection, batch)


@in_batches
@given(batch=st.lists(equal_weights(), min_size=20, max_size=40))
def test_ties_go_by_request_order_and_the_platform_comes_last(
    connection: psycopg.Connection[Any], batch: list[Case]
) -> None:
    """Equal shares never differ by more than a unit, and the earlier one has it."""
    check(connection, batch)
    for case, rows in zip(batch, calculate(connection, batch), strict=True):
        payees = [row[3] for row in rows[:-1]]
        assert payees == sorted(payees, reverse=True), (case, rows)
        assert max(payees) - min(payees) <= 1, (case, rows)


@in_batches
@given(data=st.data())
def test_a_share_does_not_depend_on_who_has_it(
    connection: psycopg.Connection[Any], data: st.DataObject
) -> None:
    """Renaming recipients changes nobody's amount: the split is a function of the shares alone."""
    batch = data.draw(st.lists(cases(), min_size=10, max_size=20))
    renamed = [
        (amount, captured, [s | {"recipientId": f"zz{s['recipientId']}"} for s in shares])
        for amount, captured, shares in batch
    ]
    before = [[row[3] for row in rows] for rows in calculate(connection, batch)]
    assert [[row[3] for row in rows] for rows in calculate(connection, renamed)] == before


def _sqlstate(connection: psycopg.Connection[Any], case: Spoilt) -> str | None:
    try:
        connection.execute(
            "SELECT * FROM payments.split_calculate(%s::bigint, %s::bigint, %s)",
            [case[0], case[1], Jsonb(case[2])],
        )
    except psycopg.Error as error:
        return error.sqlstate
    return None


@st.composite
def impossible(draw: st.DrawFn) -> Spoilt:
    """A case that is right but for one fault."""
    amount, captured, shares = draw(cases())
    fault = draw(st.sampled_from(sorted(FAULTS)))
    spoilt: Spoilt = FAULTS[fault](amount, captured, shares, draw(st.integers(1, 1000)))
    return spoilt


def _changed(shares: list[Json], **change: Any) -> list[Json]:
    return [{**shares[0], **change}, *shares[1:]]


def _bare(shares: list[Json], **measure: Any) -> list[Json]:
    first = {"recipientType": "venue", "recipientId": shares[0]["recipientId"], **measure}
    return [first, *shares[1:]]


FAULTS: dict[str, Any] = {
    "one unit too much": lambda a, c, s, _: (
        a,
        c,
        [{"recipientType": "venue", "recipientId": "all", "amount": a}, *_bare(s, amount=1)],
    ),
    "one basis point too much": lambda a, c, s, _: (
        a,
        c,
        [
            {"recipientType": "venue", "recipientId": "all", "basisPoints": WHOLE},
            *_bare(s, basisPoints=1),
        ],
    ),
    "more than the amount": lambda a, c, s, n: (a, c, _bare(s, amount=a + n)),
    "above 100 %": lambda a, c, s, n: (a, c, _bare(s, basisPoints=WHOLE + n)),
    "captured more than authorised": lambda a, c, s, n: (a, a + n, s),
    "captured less than nothing": lambda a, c, s, n: (a, -n, s),
    "no amount": lambda a, c, s, n: (1 - n, 0, s),
    "unknown amount": lambda a, c, s, n: (None, c, s),
    "unknown captured": lambda a, c, s, n: (a, None, s),
    "a recipient twice": lambda a, c, s, n: (a, c, [*s, _zero(s[0])]),
    "both measures": lambda a, c, s, n: (a, c, _bare(s, amount=0, basisPoints=0)),
    "no measure": lambda a, c, s, n: (a, c, _bare(s)),
    "a negative amount": lambda a, c, s, n: (a, c, _bare(s, amount=-n)),
    "a negative part": lambda a, c, s, n: (a, c, _bare(s, basisPoints=-n)),
    "half a unit": lambda a, c, s, n: (a, c, _bare(s, amount=0.5)),
    "an amount as text": lambda a, c, s, n: (a, c, _bare(s, amount="0")),
    "no recipient": lambda a, c, s, n: (a, c, _changed(s, recipientId=None)),
    "an empty recipient": lambda a, c, s, n: (a, c, _changed(s, recipientId="")),
    "an unknown type": lambda a, c, s, n: (a, c, _changed(s, recipientType="agent")),
    "no list": lambda a, c, s, n: (a, c, {"splits": s}),
    "not even JSON's list": lambda a, c, s, n: (a, c, None),
    "a share that is no object": lambda a, c, s, n: (a, c, [*s, n]),
    "too many": lambda a, c, s, n: (
        a,
        c,
        [{"recipientType": "venue", "recipientId": f"x{i}", "amount": 0} for i in range(51)],
    ),
}


def _zero(found: Json) -> Json:
    return {
        "recipientType": found["recipientType"],
        "recipientId": found["recipientId"],
        "amount": 0,
    }


@settings(max_examples=150, deadline=None, print_blob=True)
@given(case=impossible())
def test_impossible_shares_are_refused(connection: psycopg.Connection[Any], case: Spoilt) -> None:
    """Whatever cannot be paid out of the amount, or is no share, is PY023 and never a result."""
    assert _sqlstate(connection, case) == "PY023", case


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_fault_is_refused(connection: psycopg.Connection[Any], name: str) -> None:
    """Every kind of impossible share is met at least once."""
    shares = [
        {"recipientType": "venue", "recipientId": "v", "basisPoints": 100},
        {"recipientType": "artist", "recipientId": "a", "amount": 1},
    ]
    assert _sqlstate(connection, FAULTS[name](1000, 500, shares, 7)) == "PY023"
