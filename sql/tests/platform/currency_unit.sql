BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT remember();
SET LOCAL ROLE payments_definer;

SELECT is(payments.currency_unit(c.currency), c.unit::bigint, c.description)
  FROM (VALUES ('usd', 1, 'a cent can be paid'), ('isk', 100, 'of a krona no part can'),
               ('kwd', 10, 'of a dinar every ten thousandths'),
               ('xxx', 1, 'of a currency nobody knows every unit'))
                   AS c (currency, unit, description);
SELECT unchanged('asking changes no row');

SELECT * FROM finish();
ROLLBACK;
