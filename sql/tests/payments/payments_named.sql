BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2'),
       settled_payment(tenant_b(), 'k1');
SELECT enter(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT id FROM payments.payments_named(tenant_a(), NULL)',
              $$ VALUES (pay('k1')), (pay('k2')) $$,
              'with nothing chosen, it is every payment of the tenant');
SELECT set_eq($$ SELECT id FROM payments.payments_named(tenant_a(), ARRAY[pay('k2')]) $$,
              $$ VALUES (pay('k2')) $$, 'otherwise those chosen');
SELECT is_empty($$ SELECT id FROM payments.payments_named(tenant_a(), '{}') $$,
                'which may be none');

SELECT * FROM finish();
ROLLBACK;
