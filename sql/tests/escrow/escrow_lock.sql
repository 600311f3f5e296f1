BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale());
SELECT keep('e', escrow_of(pay('k1')));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT results_eq(
    $$ SELECT e.id = the('e'), e.payment_id = pay('k1'), e.held_amount, e.status
         FROM payments.escrow_lock(tenant_a(), the('e')) AS e $$,
    $$ VALUES (true, true, 8000::bigint, 'held') $$, 'an escrow is locked and shown as it is');
SELECT throws_ok($$ SELECT payments.escrow_lock(tenant_a(), gen_random_uuid()) $$, 'PY010', NULL,
                 'an unknown one is not there');
SELECT enter(tenant_b());
SELECT throws_ok($$ SELECT payments.escrow_lock(tenant_b(), the('e')) $$, 'PY010', NULL,
                 'nor another tenant''s');

SELECT * FROM finish();
ROLLBACK;
