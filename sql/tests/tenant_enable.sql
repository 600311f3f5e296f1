BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(14);
CREATE ROLE tap_tenant_enable LOGIN IN ROLE payments_operator;
GRANT EXECUTE ON FUNCTION ops.tenant_enable(uuid) TO tap_tenant_enable;
SELECT set_config('tap.payment', created_payment(tenant_a(), 'before', '{"splits": []}')::text, true);
UPDATE payments.tenants SET status = 'disabled', updated_at = created_at;
SELECT enter(NULL);

SELECT lives_ok($$ SELECT ops.tenant_enable(tenant_a()) $$, 'the owner sets a tenant active');
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_a()), 'active', 'the tenant is active');
SELECT cmp_ok((SELECT updated_at FROM payments.tenants WHERE tenant_id = tenant_a()), '>',
    (SELECT created_at FROM payments.tenants WHERE tenant_id = tenant_a()), 'the change has its time');
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_b()), 'disabled', 'no other tenant changes');
SELECT lives_ok($$ SELECT ops.tenant_enable(tenant_a()) $$, 'the same again is no error');
SELECT enter(NULL);

SELECT remember();
SELECT throws_ok($$ SELECT ops.tenant_enable('cccccccc-cccc-4ccc-8ccc-cccccccccccc') $$, 'PY010', NULL, 'an unknown tenant is refused');
SELECT unchanged('the refused unknown tenant changed nothing');
SELECT throws_ok('SELECT ops.tenant_enable(NULL)', 'PY001', NULL, 'no tenant is refused');
SELECT unchanged('the refused missing tenant changed nothing');
SET LOCAL SESSION AUTHORIZATION tap_tenant_enable;
SELECT throws_ok($$ SELECT ops.tenant_enable(tenant_b()) $$, 'PY070', NULL,
    'somebody who is not the owner is refused, even with a grant');
RESET SESSION AUTHORIZATION;
SELECT unchanged('the refused stranger changed nothing');
SET LOCAL ROLE payments_operator;
SELECT throws_ok($$ SELECT ops.tenant_enable(tenant_b()) $$, '42501', NULL, 'an operator has no grant');
RESET ROLE;
SELECT unchanged('the operator without a grant changed nothing');

SELECT enter(tenant_a());
SET LOCAL ROLE payments_api;
SELECT lives_ok($$ SELECT * FROM api.payment_create(tenant_a(), 'svc', 'k', '\x01', payment_request('{"splits": []}'), 20) $$,
    'an enabled tenant makes payments again');

SELECT * FROM finish();
ROLLBACK;
