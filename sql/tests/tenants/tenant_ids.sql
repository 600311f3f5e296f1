BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SET LOCAL ROLE payments_definer;
SELECT results_eq('SELECT tenant_id FROM payments.tenant_ids()',
                  'VALUES (tenant_a()), (tenant_b())',
    'all tenants'' ids come in order, without entering one');
SELECT enter(tenant_b());
SELECT results_eq('SELECT tenant_id FROM payments.tenant_ids()',
                  'VALUES (tenant_a()), (tenant_b())',
    'the tenant entered makes no difference');
RESET ROLE;
DELETE FROM payments.fraud_rules;
DELETE FROM payments.fraud_rulesets;
DELETE FROM payments.tenants;
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.tenant_ids()', 'without tenants there is no id');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM payments.tenant_ids()', '42501', NULL,
                 'the API may not list tenants');
SET LOCAL ROLE payments_worker;
SELECT throws_ok('SELECT * FROM payments.tenant_ids()', '42501', NULL,
                 'the worker may not list tenants');
SELECT * FROM finish();
ROLLBACK;
