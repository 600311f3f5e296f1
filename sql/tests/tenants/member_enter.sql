BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
CREATE ROLE tap_member_enter_ana LOGIN IN ROLE payments_definer;
SELECT ops.tenant_member_add(tenant_a(), 'tap_member_enter_ana');
SELECT enter(NULL);
SELECT remember();

SELECT lives_ok('SELECT payments.member_enter(tenant_b())', 'the owner enters any tenant');
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_member_enter_ana;
SET LOCAL ROLE payments_definer;
SELECT lives_ok('SELECT payments.member_enter(tenant_a())', 'a member enters their tenant');
SELECT is(current_setting('app.current_tenant_id'), tenant_a()::text, 'the tenant is the context');
SELECT throws_ok('SELECT payments.member_enter(tenant_b())', 'PY002', NULL,
                 'a second tenant is refused');
SELECT enter(NULL);
SELECT throws_ok('SELECT payments.member_enter(tenant_b())', 'PY070', NULL,
                 'somebody else''s tenant is refused');
SELECT throws_ok('SELECT payments.member_enter(NULL)', 'PY001', NULL, 'no tenant is refused');
SELECT throws_ok($$ SELECT payments.member_enter('cccccccc-cccc-4ccc-8ccc-cccccccccccc') $$,
                 'PY070', NULL, 'an unknown tenant is refused');
SELECT is(current_setting('app.current_tenant_id'), '', 'a refused tenant is not left entered');
SELECT unchanged('entering and refusing change no row');
RESET SESSION AUTHORIZATION;
SET LOCAL ROLE payments_analyst;
SELECT throws_ok('SELECT payments.member_enter(tenant_a())', '42501', NULL,
                 'a caller may not call it directly');

SELECT * FROM finish();
ROLLBACK;
