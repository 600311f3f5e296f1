BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is_empty('SELECT * FROM api.audit_chain_due(10)',
                'rows of a transaction that still runs are not due');
SELECT unchecked($$ UPDATE payments.audit_log SET recorded_xid = '5' $$);
SELECT set_eq('SELECT * FROM api.audit_chain_due(10)', 'VALUES (tenant_a()), (tenant_b())',
              'finished ones are, of every tenant');
SELECT is((SELECT count(*) FROM api.audit_chain_due(1)), 1::bigint, 'as many tenants as asked for');
SELECT api.audit_chain(tenant_a(), 10);
SELECT set_eq('SELECT * FROM api.audit_chain_due(10)', 'VALUES (tenant_b())',
              'a chained tenant is not due any more');
RESET ROLE;
UPDATE payments.audit_heads SET chained_xid = '9000000000000000000';
SELECT set_eq('SELECT * FROM api.audit_chain_due(10)', 'VALUES (tenant_a()), (tenant_b())',
              'one restored into a younger cluster is');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.audit_chain_due(10)', '42501', NULL, 'the API does not ask');

SELECT * FROM finish();
ROLLBACK;
