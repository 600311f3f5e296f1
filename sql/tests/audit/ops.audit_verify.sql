BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
CREATE ROLE tap_audit_ana LOGIN IN ROLE payments_analyst;
SELECT enter(tenant_a());
SELECT ops.tenant_member_add(tenant_a(), 'tap_audit_ana');
SELECT unchecked($$ UPDATE payments.audit_log SET recorded_xid = '5' $$);
SELECT keep('digest', digest), keep('seq', seq) FROM api.audit_chain(tenant_a(), 100);
SET LOCAL SESSION AUTHORIZATION tap_audit_ana;
SELECT is_empty('SELECT * FROM ops.audit_verify(tenant_a())',
                'a log that holds has no broken link');
SELECT is_empty(
    $$ SELECT * FROM ops.audit_verify(tenant_a(), kept('seq')::bigint, kept('digest')) $$,
    'and still contains what was noted of it');
SELECT results_eq($$ SELECT * FROM ops.audit_verify(tenant_a(), 1, kept('digest')) $$,
    $$ VALUES (1::bigint, NULL::uuid, 'the chain is not the one this digest was noted of') $$,
    'a digest that was noted of another chain is reported');
RESET SESSION AUTHORIZATION;
-- Everything rewritten: the links agree with each other.
SELECT unchecked($$
    UPDATE payments.audit_log SET subject = 'nobody' WHERE tenant_id = tenant_a()
$$);
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_audit_ana;
SELECT results_eq('SELECT seq, problem FROM ops.audit_verify(tenant_a())',
                  $$ VALUES (1::bigint, 'the row was changed') $$,
                  'of several broken links the first is named');
RESET SESSION AUTHORIZATION;
SELECT unchecked($$ DELETE FROM payments.audit_links; DELETE FROM payments.audit_heads $$);
SELECT api.audit_chain(tenant_a(), 100);
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_audit_ana;
SELECT is_empty('SELECT * FROM ops.audit_verify(tenant_a())',
                'a chain that was rewritten as a whole agrees with itself');
SELECT is((SELECT problem FROM ops.audit_verify(tenant_a(), kept('seq')::bigint, kept('digest'))),
          'the chain is not the one this digest was noted of',
          'but not with what was noted elsewhere');
SELECT enter(NULL);
SELECT throws_ok('SELECT * FROM ops.audit_verify(tenant_b())', 'PY070', NULL,
                 'another tenant''s log is not for everybody');
SELECT throws_ok('SELECT * FROM ops.audit_list(tenant_a())', '42501', NULL,
                 'an analyst verifies the log and does not read it');
RESET SESSION AUTHORIZATION;
SELECT unchanged('asking changes nothing');

SELECT * FROM finish();
ROLLBACK;
