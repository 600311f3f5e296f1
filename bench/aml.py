"""One name matched against 20,000 names of a list, as a payee's is when it joins.

As payments_definer, around the one call. Unit: ms, 99th percentile of the best of five rounds, by
the wall clock and by the server's processor alone; the floor is the limit.
"""

import random

import psycopg
from psycopg.types.json import Jsonb

from bench.latency import Stopwatch, Taken, p99_lines
from bench.report import Measure
from bench.stack import Stack

NAMES = 20_000
SEARCHES = 2_000
ROUNDS = 5
WARM_UP = 20
BATCH = 1_000
LIMIT_MS = 10.0
SEED = 11
CONSONANTS = "bdfghjklmnprstvwz"
VOWELS = "aeiou"


def run(stack: Stack) -> list[Measure]:
    """The 99th percentile of a match."""
    random.seed(SEED)
    names = [_name() for _ in range(NAMES)]
    database = stack.database("aml")
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        _fill(connection, names)
        times = [_match(connection, name) for name in _wanted(names)]
    return p99_lines("aml_match_p99", times[WARM_UP:], ROUNDS, LIMIT_MS)


def _name() -> str:
    return " ".join(_word() for _ in range(3)).title()


def _word() -> str:
    syllables = (random.choice(CONSONANTS) + random.choice(VOWELS) for _ in range(3))
    return "".join(syllables) + random.choice(CONSONANTS)


def _wanted(names: list[str]) -> list[str]:
    """Half of those on the list, with a letter changed, half unknown."""
    known = random.sample(names, SEARCHES // 2)
    spelt = [name.replace("a", "e", 1) for name in known]
    return random.sample(spelt + [_name() for _ in known], SEARCHES)


def _fill(connection: psycopg.Connection, names: list[str]) -> None:
    with connection.transaction():
        row = connection.execute("SELECT ops.sanctions_begin('ofac', '\\x00')").fetchone()
        version = row[0] if row else None
        for start in range(0, NAMES, BATCH):
            batch = [
                {
                    "entryId": str(start + n),
                    "place": 0,
                    "name": name,
                    "transliterated": name,
                    "listedAs": "sanction",
                    "note": "",
                }
                for n, name in enumerate(names[start : start + BATCH])
            ]
            connection.execute("SELECT ops.sanctions_add(%s, %s)", (version, Jsonb(batch)))
        connection.execute("SELECT ops.sanctions_activate(%s)", (version,))
    connection.execute("VACUUM ANALYZE payments.sanctions_entries")


def _match(connection: psycopg.Connection, name: str) -> Taken:
    with connection.transaction():
        connection.execute("SET LOCAL ROLE payments_definer")
        with Stopwatch(connection) as watch:
            connection.execute(
                "SELECT * FROM payments.sanctions_match(payments.name_normal(%s), 75)",
                (name,),
                prepare=True,
            )
        return watch.taken
