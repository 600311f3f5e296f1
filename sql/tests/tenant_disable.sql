BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(17);
CREATE ROLE tap_tenant_disable LOGIN IN ROLE payments_operator;
GRANT EXECUTE ON FUNCTION ops.tenant_disable(uuid) TO tap_tenant_disable;
SELECT set_config('tap.payment', created_payment(tenant_a(), 'before', '{"splits": []}')::text, true);
UPDATE payments.tenants SET status = 'active', updated_at = created_at;
SELECT enter(NULL);

SELECT lives_ok($$ SELECT ops.tenant_disable(tenant_a()) $$, 'the owner sets a tenant disabled');
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_a()), 'disabled', 'the tenant is disabled');
SELECT cmp_ok((SELECT updated_at FROM payments.tenants WHERE tenant_id = tenant_a()), '>',
    (SELECT created_at FROM payments.tenants WHERE tenant_id = tenant_a()), 'the change has its time');
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_b()), 'active', 'no other tenant changes');
SELECT lives_ok($$ SELECT ops.tenant_disable(tenant_a()) $$, 'the same again is no error');
SELECT enter(NULL);

SELECT remember();
SELECT throws_ok($$ SELECT ops.tenant_disable('cccccccc-cccc-4ccc-8ccc-cccccccccccc') $$, 'PY010', NULL, 'an unknown tenant is refused');
SELECT unchanged('the refused unknown tenant changed nothing');
SELECT throws_ok('SELECT ops.tenant_disable(NULL)', 'PY001', NULL, 'no tenant is refused');
SELECT unchanged('the refused missing tenant changed nothing');
SET LOCAL SESSION AUTHORIZATION tap_tenant_disable;
SELECT throws_ok($$ SELECT ops.tenant_disable(tenant_b()) $$, 'PY070', NULL,
    'somebody who is not the owner is refused, even with a grant');
RESET SESSION AUTHORIZATION;
SELECT unchanged('the refused stranger changed nothing');
SET LOCAL ROLE payments_operator;
SELECT throws_ok($$ SELECT ops.tenant_disable(tenant_b()) $$, '42501', NULL, 'an operator has no grant');
RESET ROLE;
SELECT unchanged('the operator without a grant changed nothing');

SELECT enter(tenant_a());
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM api.payment_create(tenant_a(), 'svc', 'k', '\x01', payment_request('{"splits": []}'), 20) $$,
    'PY003', NULL, 'a disabled tenant makes no payment');
SELECT throws_ok($$ SELECT api.payment_list(tenant_a(), '{}', 20) $$, 'PY003', NULL, 'a disabled tenant reads nothing');
SET LOCAL ROLE payments_worker;
SELECT lives_ok($$ SELECT * FROM api.operations_claim(tenant_a(), 'w', 10, 20) $$,
    'a disabled tenant''s money in flight is still carried');
SELECT is((SELECT e.state FROM api.event_apply(tenant_a(), 'platform', 'evt_tap', event('payment_intent.succeeded',
    (SELECT intent_object(current_setting('tap.payment')::uuid, 'succeeded')))) AS e), 'done',
    'a disabled tenant''s payment still settles');

SELECT * FROM finish();
ROLLBACK;
