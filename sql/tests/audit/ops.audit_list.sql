BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
CREATE ROLE tap_audit_ana LOGIN IN ROLE payments_operator;
SELECT enter(tenant_a());
SELECT ops.tenant_member_add(tenant_a(), 'tap_audit_ana');
SELECT payments.audit_add(tenant_a(), gen_random_uuid(), 'bob', 'POST /x', 'p' || n, 'accepted',
                          NULL, '{"ip": "192.0.2.1"}') FROM generate_series(1, 3) AS n;
SELECT unchecked($$
    UPDATE payments.audit_log
       SET recorded_xid = right(object_id, 1)::xid8,
           recorded_at = '2027-01-01'::timestamptz + right(object_id, 1)::integer * interval '1 day'
     WHERE subject = 'bob'
$$);
SELECT api.audit_chain(tenant_a(), 2);
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_audit_ana;
SELECT results_eq(
    $$ SELECT subject, action, object_id, outcome, client_ip, seq
         FROM ops.audit_list(tenant_a(), p_subject => 'bob') $$,
    $$ VALUES ('bob', 'POST /x', 'p3', 'accepted', '192.0.2.1', NULL::bigint),
              ('bob', 'POST /x', 'p2', 'accepted', '192.0.2.1', 2),
              ('bob', 'POST /x', 'p1', 'accepted', '192.0.2.1', 1) $$,
    'what somebody did, newest first, with its place in the chain');
SELECT results_eq($$ SELECT object_id FROM ops.audit_list(tenant_a(), p_object_id => 'p2') $$,
                  $$ VALUES ('p2') $$, 'what was done to an object');
SELECT results_eq(
    $$ SELECT object_id FROM ops.audit_list(tenant_a(), p_since => '2027-01-02',
                                            p_until => '2027-01-03') $$, $$ VALUES ('p1') $$,
    'what was done in a while, its end excluded');
SELECT is(
    (SELECT array_agg(object_id) FROM ops.audit_list(tenant_a(), p_subject => 'bob', p_limit => 1)),
    '{p3}', 'the newest only');
SELECT is((SELECT count(*) FROM ops.audit_list(tenant_a())), 5::bigint, 'all of it');
SELECT enter(NULL);
SELECT throws_ok('SELECT * FROM ops.audit_list(tenant_b())', 'PY070', NULL,
                 'another tenant''s log is refused');
SELECT throws_ok('SELECT * FROM payments.audit_log', '42501', NULL,
                 'and the table itself to everybody');
RESET SESSION AUTHORIZATION;
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM ops.audit_list(tenant_a())', '42501', NULL,
                 'the service does not read the log');
RESET ROLE;
SELECT unchanged('reading changes nothing');

SELECT * FROM finish();
ROLLBACK;
