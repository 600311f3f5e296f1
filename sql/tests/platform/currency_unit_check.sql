BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT remember();
SET LOCAL ROLE payments_definer;

SELECT lives_ok(format('SELECT payments.currency_unit_check(%L, %L)', c.currency, c.amount),
                c.description)
  FROM (VALUES ('usd', 1, 'a cent passes'), ('isk', 300, 'three kronur pass'),
               ('kwd', NULL, 'no amount passes: it means all'))
                   AS c (currency, amount, description);
SELECT throws_ok(format('SELECT payments.currency_unit_check(%L, %L)', c.currency, c.amount),
                 'PY021', NULL, c.description)
  FROM (VALUES ('isk', 350, 'half a krona is refused'),
               ('ugx', 1, 'less than a shilling is refused'),
               ('kwd', 15, 'a thousandth is refused')) AS c (currency, amount, description);
SELECT unchanged('checking changes no row');

SELECT * FROM finish();
ROLLBACK;
