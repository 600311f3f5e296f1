BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
CREATE ROLE tap_tenant_list_member LOGIN IN ROLE payments_analyst;
CREATE ROLE tap_tenant_list_stranger LOGIN IN ROLE payments_operator;
SELECT enter(tenant_b());
SELECT ops.tenant_member_add(tenant_b(), 'tap_tenant_list_member');
SELECT ops.tenant_disable(tenant_b());
SELECT enter(NULL);

SELECT results_eq('SELECT tenant_id, name, status FROM ops.tenant_list()',
    $$ VALUES (tenant_a(), 'Tenant A', 'active'), (tenant_b(), 'Tenant B', 'disabled') $$,
    'the owner sees every tenant');
SELECT is(current_setting('app.current_tenant_id'), '', 'the list leaves no tenant entered');
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_tenant_list_member;
SELECT results_eq('SELECT tenant_id, name, status FROM ops.tenant_list()',
                  $$ VALUES (tenant_b(), 'Tenant B', 'disabled') $$,
    'a member sees just their own tenants');
SELECT is(current_setting('app.current_tenant_id'), '',
          'the member''s list leaves no tenant entered either');
SET LOCAL SESSION AUTHORIZATION tap_tenant_list_stranger;
SELECT is_empty('SELECT * FROM ops.tenant_list()',
                'somebody who is a member of no tenant sees none');
RESET SESSION AUTHORIZATION;
SELECT unchanged('looking changed nothing');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM ops.tenant_list()', '42501', NULL,
                 'the service may not list tenants');

SELECT * FROM finish();
ROLLBACK;
