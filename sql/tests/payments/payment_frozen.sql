BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT dispute(pay('k1'), 'i', 'warning_needs_response');
SET LOCAL ROLE payments_definer;
SELECT is(payments.payment_frozen(tenant_a(), pay('k1')), false, 'an inquiry freezes nothing');
RESET ROLE;
SELECT dispute(pay('k1'), 'd', 'under_review');
SET LOCAL ROLE payments_definer;
SELECT is(payments.payment_frozen(tenant_a(), pay('k1')), true, 'an open chargeback does');
SELECT is(payments.payment_frozen(tenant_a(), pay('k2')), false, 'no other payment');
SELECT enter(tenant_b());
SELECT is(payments.payment_frozen(tenant_a(), pay('k1')), false,
          'from another tenant nothing of it is seen');
RESET ROLE;
SELECT dispute(pay('k1'), 'd', 'lost');
SET LOCAL ROLE payments_definer;
SELECT is(payments.payment_frozen(tenant_a(), pay('k1')), false,
          'once decided the payment is free');

SELECT * FROM finish();
ROLLBACK;
