BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
CREATE ROLE tap_tenant_status_set LOGIN IN ROLE payments_definer;
SELECT remember();
SET LOCAL ROLE payments_definer;

SELECT throws_ok(
    $$ SELECT payments.tenant_status_set('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'disabled') $$,
    'PY010', NULL,
    'a tenant that is not registered is refused');
SELECT unchanged('the refused unknown tenant changed nothing');
SELECT throws_ok($$ SELECT payments.tenant_status_set(tenant_a(), 'asleep') $$, '23514', NULL,
                 'an unknown status is refused');
SELECT unchanged('the refused status changed nothing');
SET LOCAL SESSION AUTHORIZATION tap_tenant_status_set;
SET LOCAL ROLE payments_definer;
SELECT throws_ok($$ SELECT payments.tenant_status_set(tenant_a(), 'disabled') $$, 'PY070', NULL,
    'somebody whose session is not the owner''s is refused');
SELECT unchanged('the refused stranger changed nothing');
RESET SESSION AUTHORIZATION;
SET LOCAL ROLE payments_definer;
SELECT payments.tenant_status_set(tenant_a(), 'disabled');
SELECT is((SELECT status FROM payments.tenants), 'disabled',
          'the tenant entered has the status given');
RESET ROLE;
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_b()), 'active',
          'no other tenant changes');
SELECT throws_ok($$ SELECT payments.tenant_status_set(tenant_b(), 'disabled') $$, 'PY002', NULL,
    'a second tenant in one transaction is refused');

SELECT * FROM finish();
ROLLBACK;
