BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT enter(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT payments.audit_add(tenant_a(), tenant_a(), 'ana', 'payments.capture', 'p1', 'accepted', NULL,
    '{"action": "POST /x", "ip": "2001:db8::1", "traceId": "abc", "keyId": "orders-1"}');
SELECT results_eq(
    $$ SELECT subject, key_id, action, object_id, outcome, code, client_ip, trace_id
         FROM payments.audit_log WHERE subject = 'ana' $$,
    $$ VALUES ('ana', 'orders-1', 'POST /x', 'p1', 'accepted', NULL, '2001:db8::1', 'abc') $$,
    'a row says who, what, on which object, from where and what came of it');
SELECT ok(
    (SELECT recorded_xid = pg_current_xact_id()
        AND recorded_at BETWEEN clock() - interval '1 minute' AND clock() FROM payments.audit_log
      WHERE subject = 'ana'), 'and when, in which transaction');
SELECT payments.audit_add(tenant_a(), tenant_b(), 'ana', 'payments.capture', NULL, 'refused',
                          'not_found', NULL);
SELECT results_eq(
    $$ SELECT key_id, action, object_id, client_ip, trace_id FROM payments.audit_log
        WHERE outcome = 'refused' $$,
    $$ VALUES (NULL::text, 'payments.capture', NULL::text, NULL::text, NULL::text) $$,
    'a call from nowhere is recorded too');
SELECT enter(tenant_a());
RESET ROLE;
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT throws_ok(
    $$ SELECT payments.audit_add(tenant_a(), gen_random_uuid(), 'ana', 'x', NULL, 'refused', NULL,
                                 NULL) $$, '23514', NULL, 'a refusal has a code');
SELECT throws_ok(
    $$ SELECT payments.audit_add(tenant_a(), gen_random_uuid(), 'ana', 'x', NULL, 'unheard of', 'x',
                                 NULL) $$, '23514', NULL, 'an unknown outcome is refused');
SELECT throws_ok(
    $$ SELECT payments.audit_add(tenant_a(), gen_random_uuid(), NULL, 'x', NULL, 'accepted', NULL,
                                 NULL) $$, '23502', NULL, 'so is a row about nobody');
SELECT throws_ok(
    $$ SELECT payments.audit_add(tenant_b(), gen_random_uuid(), 'ana', 'x', NULL, 'accepted', NULL,
                                 NULL) $$, 'PY002', NULL, 'and one of another tenant');
RESET ROLE;
SELECT unchanged('nothing of this was written');

SELECT * FROM finish();
ROLLBACK;
