BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(1);
SET LOCAL ROLE payments_definer;
SELECT ok(payments.idempotency_retention() >= interval '30 days',
          'client keys are kept for at least the 30 days that callers are promised');

SELECT * FROM finish();
ROLLBACK;
