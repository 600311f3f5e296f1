BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SET LOCAL ROLE payments_definer;
SET LOCAL TimeZone = 'Asia/Kathmandu';

SELECT is(payments.rfc3339('2026-03-01 12:00:00.5+01'), '2026-03-01T11:00:00.500000Z',
    'a time is written in UTC with microseconds, whatever the session''s zone');
SELECT is(payments.rfc3339('2028-02-29 23:59:59.999999+00'), '2028-02-29T23:59:59.999999Z',
          'no digit is lost');
SELECT is(payments.rfc3339('2026-03-01 12:00:00+00')::timestamptz,
          '2026-03-01 12:00:00+00'::timestamptz,
    'what is written reads back as the same time');
SELECT is(payments.rfc3339(NULL), NULL, 'no time is written as null');

SELECT * FROM finish();
ROLLBACK;
