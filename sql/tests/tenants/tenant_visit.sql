BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SET LOCAL ROLE payments_definer;

SELECT payments.tenant_visit(tenant_a());
SELECT results_eq('SELECT tenant_id FROM payments.tenants', 'VALUES (tenant_a())',
                  'a report visits one tenant');
SELECT payments.tenant_visit(tenant_b());
SELECT results_eq('SELECT tenant_id FROM payments.tenants', 'VALUES (tenant_b())',
                  'it goes on to the next and sees only that');
SELECT payments.tenant_visit(NULL);
SELECT is_empty('SELECT tenant_id FROM payments.tenants', 'it leaves, and sees nothing');
SELECT is(current_setting('app.current_tenant_id'), '', 'no tenant is entered afterwards');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT payments.tenant_visit(tenant_a())', '42501', NULL,
                 'the API may not go from tenant to tenant');
SET LOCAL ROLE payments_operator;
SELECT throws_ok('SELECT payments.tenant_visit(tenant_a())', '42501', NULL,
                 'an operator may not either');

SELECT * FROM finish();
ROLLBACK;
