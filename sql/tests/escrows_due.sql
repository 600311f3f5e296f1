BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(0);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(t, 'k1', resale(jsonb_build_object('holdUntil', clock() + interval '1 day'))), settled_payment(t, 'k2', resale()) FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is_empty('SELECT * FROM api.escrows_due(10)', 'before its time no hold is due, and one without a time never is');
SELECT advance('25 hours');
SELECT set_eq('SELECT * FROM api.escrows_due(10)', 'VALUES (tenant_a()), (tenant_b())', 'each tenant with a hold whose time has come is named');
SELECT is((SELECT count(*) FROM api.escrows_due(1)), 1::bigint, 'no more than asked for');
SELECT api.escrows_release_due(tenant_a(), 10);
SELECT set_eq('SELECT * FROM api.escrows_due(10)', 'VALUES (tenant_b())', 'once released it is not due any more');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.escrows_due(10)', '42501', NULL, 'the API may not look across tenants');

SELECT * FROM finish();
ROLLBACK;
