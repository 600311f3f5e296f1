BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(t, 'k') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT enter(NULL);
-- The states are planted: how a call gets there is another test's.
SET LOCAL session_replication_role = replica;
SET LOCAL ROLE payments_worker;
SELECT is_empty('SELECT * FROM api.operations_unresolved_tenants(10)',
                'operations on their way are no trouble');
RESET ROLE;
UPDATE payments.stripe_operations SET state = 'dead' WHERE tenant_id = tenant_a()
   AND kind = 'transfer';
SET LOCAL ROLE payments_worker;
SELECT results_eq('SELECT tenant_id FROM api.operations_unresolved_tenants(10)', ARRAY[tenant_a()],
                  'a tenant with dead operations is named once');
RESET ROLE;
UPDATE payments.stripe_operations SET state = 'unknown' WHERE tenant_id = tenant_b()
   AND kind = 'transfer';
SET LOCAL ROLE payments_api;
SELECT set_eq('SELECT tenant_id FROM api.operations_unresolved_tenants(10)',
              ARRAY[tenant_a(), tenant_b()], 'so is one with unknown ones');
SELECT is((SELECT count(*) FROM api.operations_unresolved_tenants(1)), 1::bigint,
          'no more are named than asked for');
SELECT is(current_setting('app.current_tenant_id', true), '', 'no tenant is entered');

SELECT * FROM finish();
ROLLBACK;
