BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SET LOCAL ROLE payments_definer;
SET LOCAL TimeZone = 'America/St_Johns';

SELECT is(payments.from_epoch('0'), '1970-01-01 00:00:00+00'::timestamptz,
          'zero is the epoch, whatever the session''s zone');
SELECT is(payments.from_epoch('1795000000'), '2026-11-18 11:06:40+00'::timestamptz,
          'seconds count from 1970');
SELECT is(payments.from_epoch('4102444800'), '2100-01-01 00:00:00+00'::timestamptz,
          'a time after 2038 is read');
SELECT is(payments.from_epoch(NULL), NULL, 'no timestamp is no time');
SELECT throws_ok($$ SELECT payments.from_epoch('soon') $$, '22P02', NULL,
                 'a word is not a timestamp');

SELECT * FROM finish();
ROLLBACK;
