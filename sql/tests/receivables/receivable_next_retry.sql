BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT is(payments.receivable_next_retry(0, '2026-01-01 00:00Z'), '2026-01-01 01:00Z',
          'the first time an hour later');
SELECT is(payments.receivable_next_retry(3, '2026-01-01 00:00Z'), '2026-01-01 08:00Z',
          'then twice as long each time');
SELECT is(payments.receivable_next_retry(11, '2026-01-01 00:00Z'), '2026-01-02 00:00Z',
          'a day at most');
SELECT is(payments.receivable_next_retry(12, '2026-01-01 00:00Z'), NULL, 'and not for ever');

SELECT * FROM finish();
ROLLBACK;
