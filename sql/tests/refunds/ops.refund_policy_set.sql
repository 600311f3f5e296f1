BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT enter(tenant_a());
CREATE ROLE tap_policy_member IN ROLE payments_operator;
CREATE ROLE tap_policy_stranger IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_policy_member'), remember();
SET LOCAL SESSION AUTHORIZATION tap_policy_stranger;
SELECT throws_ok($$ SELECT ops.refund_policy_set(tenant_a()) $$, 'PY070', NULL,
                 'an operator who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_policy_member;
SELECT throws_ok($$ SELECT ops.refund_policy_set(tenant_a(), NULL, 10001) $$, 'PY020', NULL,
                 'more than all is not kept');
SELECT throws_ok($$ SELECT ops.refund_policy_set(tenant_a(), NULL, -1) $$, 'PY020', NULL,
                 'nor less than nothing');
SELECT throws_ok($$ SELECT ops.refund_policy_set(tenant_a(), 'gig', 0, NULL, '1 day') $$, 'PY020',
                 NULL, 'a window needs the start of its event');
SELECT throws_ok($$ SELECT ops.refund_policy_set(tenant_a(), 'gig', 0, NULL, NULL, NULL) $$,
                 'PY020', NULL, 'who may override is a list, if an empty one');
SELECT unchanged('no refused policy left anything');
SELECT is(ops.refund_policy_set(tenant_a(), NULL, 500), 1,
          'the first version of the tenant''s own');
SELECT is(ops.refund_policy_set(tenant_a(), NULL, 600), 2, 'the second');
SELECT is(ops.refund_policy_set(tenant_a(), 'gig', 0, '2027-05-01 20:00Z', '24 hours', '{boss}'), 1,
          'an event counts on its own');
RESET SESSION AUTHORIZATION;
SELECT results_eq(
    $$ SELECT r.kept_basis_points, r.closes_before, r.override_subjects, r.created_by
         FROM payments.refund_policies AS r WHERE r.show_id = 'gig' $$,
    $$ VALUES (0, '24:00:00'::interval, '{boss}'::text[], 'tap_policy_member') $$,
    'it says what holds, and who set it');
SELECT is((SELECT count(*) FROM payments.refund_policies), 3::bigint,
          'earlier versions stay: refunds refer to them');
SELECT throws_ok(
    $$ SET LOCAL ROLE payments_definer; UPDATE payments.refund_policies
       SET kept_basis_points = 0 $$, '42501', NULL, 'and our functions cannot edit them');

SELECT * FROM finish();
ROLLBACK;
