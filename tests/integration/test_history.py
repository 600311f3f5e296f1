"""The generator of bench/: what it makes in a million rows is sound in two hundred."""

from bench.history import make_history, tenant_number
from tests.support.database import Database

TENANTS = 3
PAYMENTS = 200

ORPHANS = """
    SELECT format('SELECT %L FROM %s AS r WHERE tenant_id IS NOT NULL AND num_nulls(%s) = 0'
                  ' AND NOT EXISTS (SELECT FROM %s AS f WHERE (%s) = (%s))',
                  k.conname, k.conrelid::regclass, c.ours, k.confrelid::regclass, c.theirs, c.ours)
      FROM pg_constraint AS k
     CROSS JOIN LATERAL (
        SELECT string_agg('r.' || quote_ident(a.attname), ', ' ORDER BY n) AS ours,
               string_agg('f.' || quote_ident(b.attname), ', ' ORDER BY n) AS theirs
          FROM unnest(k.conkey, k.confkey) WITH ORDINALITY AS x (of_ours, of_theirs, n)
          JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = x.of_ours
          JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = x.of_theirs) AS c
     WHERE k.contype = 'f' AND k.connamespace = 'payments'::regnamespace
       AND c.ours LIKE '%tenant_id%'
"""


def test_copies_are_sound(database: Database) -> None:
    """No invariant broken, no reference into nothing, every index whole, all payments there."""
    made = make_history(database, PAYMENTS, TENANTS, paid=2)
    for number in range(1, TENANTS + 1):
        tenant = tenant_number(number)
        assert database.execute("SELECT * FROM ops.money_violations(%s)", tenant) == []
        [(sold,)] = database.execute(
            "SELECT count(*) FROM payments.payment_transactions WHERE tenant_id = %s", tenant
        )
        assert sold >= PAYMENTS // 10
    checks = database.execute(ORPHANS)
    assert len(checks) > 20
    for (check,) in checks:
        assert database.execute(check) == []
    assert database.execute("SELECT FROM pg_index WHERE NOT (indisvalid AND indisready)") == []
    assert made.rows > PAYMENTS * 20
