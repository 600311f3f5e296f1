BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
CREATE ROLE tap_member_remove_ana LOGIN IN ROLE payments_analyst;
CREATE ROLE tap_member_remove_bob LOGIN IN ROLE payments_analyst;
GRANT EXECUTE ON FUNCTION ops.tenant_member_remove(uuid, text) TO tap_member_remove_bob;
SELECT ops.tenant_member_add(tenant_a(), 'tap_member_remove_ana');
SELECT ops.tenant_member_add(tenant_a(), 'tap_member_remove_bob');
SELECT enter(tenant_b());
SELECT ops.tenant_member_add(tenant_b(), 'tap_member_remove_ana');

SELECT enter(NULL);
SELECT lives_ok($$ SELECT ops.tenant_member_remove(tenant_a(), 'tap_member_remove_ana') $$,
                'the owner removes a member');
SELECT set_eq('SELECT tenant_id, role_name FROM payments.tenant_members',
    $$ VALUES (tenant_a(), 'tap_member_remove_bob'), (tenant_b(), 'tap_member_remove_ana') $$,
    'other members, and the same role''s other tenants, stay');
SELECT remember();
SELECT throws_ok($$ SELECT ops.tenant_member_remove(tenant_a(), 'tap_member_remove_ana') $$,
                 'PY010', NULL,
    'a role that is no member any more is refused');
SELECT throws_ok($$ SELECT ops.tenant_member_remove(tenant_a(), 'tap_nobody') $$, 'PY010', NULL,
                 'an unknown role is refused');
SELECT throws_ok('SELECT ops.tenant_member_remove(tenant_a(), NULL)', 'PY010', NULL,
                 'no role is refused');
SELECT unchanged('the refused roles changed nothing');
SELECT throws_ok($$ SELECT ops.tenant_member_remove(tenant_b(), 'tap_member_remove_ana') $$,
                 'PY002', NULL,
    'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.tenant_member_remove(NULL, 'tap_member_remove_ana') $$, 'PY001',
                 NULL, 'no tenant is refused');
SELECT unchanged('the refused tenants changed nothing');
SET LOCAL SESSION AUTHORIZATION tap_member_remove_bob;
SELECT throws_ok($$ SELECT ops.tenant_member_remove(tenant_b(), 'tap_member_remove_ana') $$,
                 'PY070', NULL,
    'a member removes nobody, even with a grant');
RESET SESSION AUTHORIZATION;
SELECT unchanged('the refused member changed nothing');
SET LOCAL ROLE payments_operator;
SELECT throws_ok($$ SELECT ops.tenant_member_remove(tenant_b(), 'tap_member_remove_ana') $$,
                 '42501', NULL, 'an operator has no grant');
SET LOCAL SESSION AUTHORIZATION tap_member_remove_ana;
SELECT throws_ok('SELECT * FROM ops.ledger_balances(tenant_a())', 'PY070', NULL,
                 'a removed member sees the tenant no more');

SELECT * FROM finish();
ROLLBACK;
