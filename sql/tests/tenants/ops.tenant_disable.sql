BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(19);
CREATE ROLE tap_tenant_disable LOGIN IN ROLE payments_operator;
SELECT set_config('tap.payment', created_payment(tenant_a(), 'before', '{"splits": []}')::text,
                  true);
UPDATE payments.tenants SET status = 'active', updated_at = created_at;
SELECT enter(NULL);

SELECT lives_ok($$ SELECT ops.tenant_disable(tenant_a()) $$, 'the owner sets a tenant disabled');
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_a()), 'disabled',
          'the tenant is disabled');
SELECT cmp_ok((SELECT updated_at FROM payments.tenants WHERE tenant_id = tenant_a()), '>',
    (SELECT created_at FROM payments.tenants WHERE tenant_id = tenant_a()),
    'the change has its time');
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_b()), 'active',
          'no other tenant changes');
SELECT lives_ok($$ SELECT ops.tenant_disable(tenant_a()) $$, 'the same again is no error');
SELECT enter(NULL);

SELECT remember();
SELECT throws_ok($$ SELECT ops.tenant_disable('cccccccc-cccc-4ccc-8ccc-cccccccccccc') $$, 'PY010',
                 NULL, 'an unknown tenant is refused');
SELECT unchanged('the refused unknown tenant changed nothing');
SELECT throws_ok('SELECT ops.tenant_disable(NULL)', 'PY001', NULL, 'no tenant is refused');
SELECT unchanged('the refused missing tenant changed nothing');
SET LOCAL SESSION AUTHORIZATION tap_tenant_disable;
SELECT throws_ok($$ SELECT ops.tenant_disable(tenant_b()) $$, 'PY070', NULL,
    'an operator who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('the refused stranger changed nothing');
SET LOCAL ROLE payments_analyst;
SELECT throws_ok($$ SELECT ops.tenant_disable(tenant_b()) $$, '42501', NULL,
                 'an analyst has no grant');
RESET ROLE;
SELECT unchanged('the analyst without a grant changed nothing');
SELECT ops.tenant_member_add(tenant_b(), 'tap_tenant_disable'), enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_tenant_disable;
SELECT lives_ok($$ SELECT ops.tenant_disable(tenant_b()) $$,
                'an operator who is a member of the tenant sets it disabled');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_b()), 'disabled',
          'and it is');
SELECT enter(NULL);

SELECT enter(tenant_a());
SET LOCAL ROLE payments_api;
SELECT throws_ok(
    $$ SELECT * FROM ask_payment(tenant_a(), 'svc', 'k', '\x01',
                                        payment_request('{"splits": []}'), 20) $$,
    'PY003', NULL, 'a disabled tenant makes no payment');
SELECT throws_ok($$ SELECT api.payment_list(tenant_a(), '{}', 20) $$, 'PY003', NULL,
                 'a disabled tenant reads nothing');
SET LOCAL ROLE payments_worker;
SELECT lives_ok($$ SELECT * FROM api.operations_claim_and_fence(tenant_a(), 'w', 10, 20) $$,
    'a disabled tenant''s money in flight is still carried');
SELECT is(
    (SELECT e.state FROM api.inbox_apply(tenant_a(), 'platform', 'evt_tap',
                                         event('payment_intent.succeeded',
    (SELECT intent_object(current_setting('tap.payment')::uuid, 'succeeded')))) AS e), 'done',
    'a disabled tenant''s payment still settles');

SELECT * FROM finish();
ROLLBACK;
