BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
UPDATE payments.deployment SET environment = 'test', clock_offset = '0';
SET LOCAL ROLE payments_operator;

SELECT cmp_ok(abs(extract(epoch FROM ops.clock_advance(3600) - clock_timestamp()) - 3600), '<',
              1::numeric,
    'an operator shifts the clock of a test database and gets the new time');
SELECT cmp_ok(abs(extract(epoch FROM ops.clock_advance(86400) - clock_timestamp()) - 90000), '<',
              1::numeric,
    'a second shift adds to the first');
SELECT cmp_ok(abs(extract(epoch FROM ops.clock_advance(0) - clock_timestamp()) - 90000), '<',
              1::numeric,
    'a shift by nothing only tells the time');

SELECT remember();
SELECT throws_ok('SELECT ops.clock_advance(-1)', 'PY020', NULL, 'the clock refuses to go back');
SELECT unchanged('the refused step back changed nothing');
SELECT throws_ok('SELECT ops.clock_advance(NULL)', 'PY020', NULL,
                 'the clock refuses an unknown shift');
SELECT unchanged('the refused unknown shift changed nothing');

RESET ROLE;
UPDATE payments.deployment SET environment = 'production', clock_offset = '0';
SELECT remember();
SET LOCAL ROLE payments_operator;
SELECT throws_ok('SELECT ops.clock_advance(1)', 'PY061', NULL, 'a production clock is not shifted');
SELECT unchanged('the refused production shift changed nothing');
RESET ROLE;
UPDATE payments.deployment SET environment = 'development';
SET LOCAL ROLE payments_operator;
SELECT lives_ok('SELECT ops.clock_advance(1)', 'a development clock may be shifted');

SET LOCAL ROLE payments_analyst;
SELECT throws_ok('SELECT ops.clock_advance(1)', '42501', NULL,
                 'an analyst may not shift the clock');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT ops.clock_advance(1)', '42501', NULL,
                 'the service may not shift the clock');

SELECT * FROM finish();
ROLLBACK;
