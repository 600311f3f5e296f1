BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SET LOCAL ROLE payments_definer;
SELECT lives_ok('SELECT payments.idempotency_unspent(false)', 'a key that made nothing is new');
SELECT throws_ok('SELECT payments.idempotency_unspent(true)', 'PY040', NULL,
                 'a key that made something is spent');
SELECT throws_ok('SELECT payments.idempotency_unspent(NULL)', 'PY040', NULL,
                 'not knowing counts as spent');

SELECT * FROM finish();
ROLLBACK;
