BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(14);
CREATE ROLE tap_member_add_ana LOGIN IN ROLE payments_analyst;
GRANT EXECUTE ON FUNCTION ops.tenant_member_add(uuid, text) TO tap_member_add_ana;

SELECT lives_ok($$ SELECT ops.tenant_member_add(tenant_a(), 'tap_member_add_ana') $$,
                'the owner adds a member');
SELECT set_eq('SELECT tenant_id, role_name FROM payments.tenant_members',
              $$ VALUES (tenant_a(), 'tap_member_add_ana') $$,
    'the role is a member of that tenant only');
SELECT remember();
SELECT lives_ok($$ SELECT ops.tenant_member_add(tenant_a(), 'tap_member_add_ana') $$,
                'the same member again is no error');
SELECT unchanged('the same member again changed nothing');
SELECT throws_ok($$ SELECT ops.tenant_member_add(tenant_a(), 'tap_nobody') $$, 'PY010', NULL,
                 'an unknown role is refused');
SELECT throws_ok('SELECT ops.tenant_member_add(tenant_a(), NULL)', 'PY010', NULL,
                 'no role is refused');
SELECT unchanged('the refused roles changed nothing');
SELECT throws_ok($$ SELECT ops.tenant_member_add(tenant_b(), 'tap_member_add_ana') $$, 'PY002',
                 NULL,
    'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.tenant_member_add(NULL, 'tap_member_add_ana') $$, 'PY001', NULL,
                 'no tenant is refused');
SELECT throws_ok(
    $$ SELECT ops.tenant_member_add('cccccccc-cccc-4ccc-8ccc-cccccccccccc',
                                    'tap_member_add_ana') $$, 'PY010', NULL,
    'an unknown tenant is refused');
SELECT unchanged('the refused tenants changed nothing');
SET LOCAL SESSION AUTHORIZATION tap_member_add_ana;
SELECT throws_ok($$ SELECT ops.tenant_member_add(tenant_b(), 'tap_member_add_ana') $$, 'PY070',
                 NULL,
    'a member does not add themselves elsewhere, even with a grant');
RESET SESSION AUTHORIZATION;
SELECT unchanged('the refused member changed nothing');
SET LOCAL ROLE payments_operator;
SELECT throws_ok($$ SELECT ops.tenant_member_add(tenant_b(), 'tap_member_add_ana') $$, '42501',
                 NULL, 'an operator has no grant');

SELECT * FROM finish();
ROLLBACK;
