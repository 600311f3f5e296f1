BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT ops.tenant_disable(tenant_b()), enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT results_eq('SELECT * FROM api.tenants_page(NULL, 9)', 'VALUES (tenant_a()), (tenant_b())',
                  'all tenants, in order, disabled ones too: their money is still there');
SELECT results_eq('SELECT * FROM api.tenants_page(NULL, 1)', 'VALUES (tenant_a())',
                  'no more than asked for');
SELECT results_eq('SELECT * FROM api.tenants_page(tenant_a(), 9)', 'VALUES (tenant_b())',
                  'the next page starts after the last');
SELECT is_empty('SELECT * FROM api.tenants_page(tenant_b(), 9)', 'and there is an end');

SELECT * FROM finish();
ROLLBACK;
