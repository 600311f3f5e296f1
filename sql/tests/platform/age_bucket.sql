BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT is(payments.age_bucket(interval '23 hours'), '1: under a day', 'hours are under a day');
SELECT is(payments.age_bucket(interval '1 day'), '2: under a week',
          'a day is no longer under a day');
SELECT is(payments.age_bucket(interval '29 days'), '3: under 30 days',
          'weeks are under thirty days');
SELECT is(payments.age_bucket(interval '30 days'), '4: under 90 days',
          'thirty days are under ninety');
SELECT is(payments.age_bucket(interval '90 days'), '5: 90 days and more',
          'ninety days are too long for Stripe');

SELECT * FROM finish();
ROLLBACK;
