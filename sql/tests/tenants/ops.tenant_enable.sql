BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(16);
CREATE ROLE tap_tenant_enable LOGIN IN ROLE payments_operator;
SELECT set_config('tap.payment', created_payment(tenant_a(), 'before', '{"splits": []}')::text,
                  true);
UPDATE payments.tenants SET status = 'disabled', updated_at = created_at;
SELECT enter(NULL);

SELECT lives_ok($$ SELECT ops.tenant_enable(tenant_a()) $$, 'the owner sets a tenant active');
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_a()), 'active',
          'the tenant is active');
SELECT cmp_ok((SELECT updated_at FROM payments.tenants WHERE tenant_id = tenant_a()), '>',
    (SELECT created_at FROM payments.tenants WHERE tenant_id = tenant_a()),
    'the change has its time');
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_b()), 'disabled',
          'no other tenant changes');
SELECT lives_ok($$ SELECT ops.tenant_enable(tenant_a()) $$, 'the same again is no error');
SELECT enter(NULL);

SELECT remember();
SELECT throws_ok($$ SELECT ops.tenant_enable('cccccccc-cccc-4ccc-8ccc-cccccccccccc') $$, 'PY010',
                 NULL, 'an unknown tenant is refused');
SELECT unchanged('the refused unknown tenant changed nothing');
SELECT throws_ok('SELECT ops.tenant_enable(NULL)', 'PY001', NULL, 'no tenant is refused');
SELECT unchanged('the refused missing tenant changed nothing');
SET LOCAL SESSION AUTHORIZATION tap_tenant_enable;
SELECT throws_ok($$ SELECT ops.tenant_enable(tenant_b()) $$, 'PY070', NULL,
    'an operator who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('the refused stranger changed nothing');
SET LOCAL ROLE payments_analyst;
SELECT throws_ok($$ SELECT ops.tenant_enable(tenant_b()) $$, '42501', NULL,
                 'an analyst has no grant');
RESET ROLE;
SELECT unchanged('the analyst without a grant changed nothing');
SELECT ops.tenant_member_add(tenant_b(), 'tap_tenant_enable'), enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_tenant_enable;
SELECT lives_ok($$ SELECT ops.tenant_enable(tenant_b()) $$,
                'an operator who is a member of the tenant sets it enabled');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT status FROM payments.tenants WHERE tenant_id = tenant_b()), 'active',
          'and it is');
SELECT enter(NULL);

SELECT enter(tenant_a());
SET LOCAL ROLE payments_api;
SELECT lives_ok(
    $$ SELECT * FROM ask_payment(tenant_a(), 'svc', 'k', '\x01',
                                        payment_request('{"splits": []}'), 20) $$,
    'an enabled tenant makes payments again');

SELECT * FROM finish();
ROLLBACK;
