-- That a second session waits needs two sessions: tests/integration.
BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT set_config('tap.payment', created_payment(tenant_a(), 'k', '{"splits": []}')::text, true);
SELECT remember();
SET LOCAL ROLE payments_definer;

SELECT is((payments.payment_lock(tenant_a(), current_setting('tap.payment')::uuid)).status,
          'requires_payment_method', 'the payment''s row is returned');
RESET ROLE;
SELECT ok((SELECT t.xmax <> 0::text::xid FROM payments.payment_transactions AS t),
          'the row is locked by this transaction');
SET LOCAL ROLE payments_definer;
SELECT throws_ok('SELECT payments.payment_lock(tenant_a(), gen_random_uuid())', 'PY010', NULL,
                 'an unknown payment is refused');
SELECT throws_ok('SELECT payments.payment_lock(tenant_a(), NULL)', 'PY010', NULL,
                 'no payment is refused');
SELECT enter(tenant_b());
SELECT throws_ok(
    $$ SELECT payments.payment_lock(tenant_a(), current_setting('tap.payment')::uuid) $$, 'PY010',
    NULL, 'a payment seen from another tenant is refused');
SELECT throws_ok(
    $$ SELECT payments.payment_lock(tenant_b(), current_setting('tap.payment')::uuid) $$, 'PY010',
    NULL, 'another tenant''s payment is not there');
SELECT unchanged('locking and refusing change no row');

SELECT * FROM finish();
ROLLBACK;
