BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
CREATE ROLE tap_member_check_ana LOGIN IN ROLE payments_definer;
CREATE ROLE tap_member_check_bob LOGIN IN ROLE payments_definer;
CREATE ROLE tap_member_check_own LOGIN IN ROLE payments_definer, payments_owner;
SELECT ops.tenant_member_add(tenant_a(), 'tap_member_check_ana');

SELECT ok(payments.member_check(tenant_b()),
          'the superuser, who owns everything, may look at any tenant');
SET LOCAL SESSION AUTHORIZATION tap_member_check_own;
SET LOCAL ROLE payments_definer;
SELECT ok(payments.member_check(tenant_b()), 'a member of the owner may look at any tenant');
SET LOCAL SESSION AUTHORIZATION tap_member_check_ana;
SET LOCAL ROLE payments_definer;
SELECT ok(payments.member_check(tenant_a()), 'a member may look at their tenant');
SELECT is(payments.member_check(tenant_b()), false, 'a member may not look at another tenant');
SELECT is(payments.member_check(NULL), false, 'a member may not look at no tenant');
SET LOCAL SESSION AUTHORIZATION tap_member_check_bob;
SET LOCAL ROLE payments_definer;
SELECT is(payments.member_check(tenant_a()), false,
          'somebody else''s membership is not one''s own');
SET LOCAL SESSION AUTHORIZATION tap_member_check_ana;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_b());
SELECT is(payments.member_check(tenant_a()), false,
          'a membership is not seen from inside another tenant');
SELECT enter(NULL);
SELECT is(payments.member_check(tenant_a()), false,
          'a membership is not seen without entering the tenant');
RESET SESSION AUTHORIZATION;
SET LOCAL ROLE payments_analyst;
SELECT throws_ok('SELECT payments.member_check(tenant_a())', '42501', NULL,
                 'a caller may not call it directly');

SELECT * FROM finish();
ROLLBACK;
