BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
UPDATE payments.deployment SET environment = 'test', clock_offset = '0';
SET LOCAL ROLE payments_definer;

SELECT cmp_ok(abs(extract(epoch FROM payments.clock() - clock_timestamp())), '<', 1::numeric,
    'the clock is the database''s clock while nobody has shifted it');
SELECT cmp_ok(payments.clock(), '>', now(), 'the clock moves on inside a transaction');
SELECT advance(interval '2 hours');
SELECT cmp_ok(abs(extract(epoch FROM payments.clock() - clock_timestamp()) - 7200), '<', 1::numeric,
    'the clock is ahead by what it was shifted');

RESET ROLE;
SELECT remember();
SELECT throws_ok($$ UPDATE payments.deployment SET environment = 'production' $$, '23514', NULL,
    'a database with a shifted clock cannot become production');
SELECT unchanged('the refused deployment changed nothing');
UPDATE payments.deployment SET environment = 'production', clock_offset = '0';
SELECT throws_ok($$ UPDATE payments.deployment SET clock_offset = '1 second' $$, '23514', NULL,
    'a production database''s clock cannot be shifted by anybody');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT payments.clock()', '42501', NULL,
                 'a caller may not call the private clock');

SELECT * FROM finish();
ROLLBACK;
