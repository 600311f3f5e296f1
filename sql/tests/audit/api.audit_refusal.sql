BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT enter(NULL);
SET LOCAL ROLE payments_api;
SELECT lives_ok(
    $$ SELECT api.audit_refusal(tenant_a(), 'ana', 'p1', 'not_found',
                                '{"action": "POST /x", "ip": "192.0.2.1", "traceId": "abc"}') $$,
    'the API records what was refused');
RESET ROLE;
SELECT results_eq(
    $$ SELECT tenant_id, subject, action, object_id, outcome, code, client_ip, trace_id
         FROM payments.audit_log WHERE outcome = 'refused' $$,
    $$ VALUES (tenant_a(), 'ana', 'POST /x', 'p1', 'refused', 'not_found', '192.0.2.1', 'abc') $$,
    'with its code');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok(
    $$ SELECT api.audit_refusal(tenant_b(), 'ana', 'p1', 'not_found', '{"action": "x"}') $$,
    'PY002', NULL, 'in its own tenant only');
SET LOCAL ROLE payments_worker;
SELECT throws_ok(
    $$ SELECT api.audit_refusal(tenant_a(), 'ana', 'p1', 'not_found', '{"action": "x"}') $$,
    '42501', NULL, 'the worker has no part in it');
RESET ROLE;
SELECT unchanged('nothing else was written');

SELECT * FROM finish();
ROLLBACK;
