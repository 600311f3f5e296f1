BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2', resale()),
       created_payment(tenant_a(), 'k3');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT set_eq($$ SELECT jsonb_array_elements(payments.payees_due(tenant_a(), pay('k1'))) $$,
              $$ VALUES (jsonb_build_object('accountId', account_of(tenant_a(), 'v1'), 'amount',
                                            6000)),
    (jsonb_build_object('accountId', account_of(tenant_a(), 'a1'), 'amount', 2500)) $$,
              'whoever has a share and an account is due; the platform is not');
SELECT is(payments.payees_due(tenant_a(), pay('k2')),
          jsonb_build_array(jsonb_build_object('accountId', account_of(tenant_a(), 'v1'), 'amount',
                                               1000)), 'whose share is held is not');
SELECT is(payments.payees_due(tenant_a(), pay('k3')), '[]', 'before the capture nobody is');

SELECT * FROM finish();
ROLLBACK;
