BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT enter(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT count(*) FROM payments.idempotency_begin(tenant_a(), 'svc', 'r', 'k', '\x01', NULL);
SELECT results_eq(
    $$ SELECT s.status, s.body, s.operation, s.replayed, s.problem, s.detail
         FROM payments.idempotency_store(tenant_a(), 'svc', 'r', 'k', 202, '{"a": 1}') AS s $$,
    $$ VALUES (202, '{"a": 1}'::jsonb, NULL::jsonb, false, NULL::text, NULL::text) $$,
    'an answer that needed no call is given');
SELECT results_eq(
    $$ SELECT s.status, s.body, s.operation, s.replayed, s.problem, s.detail
         FROM payments.idempotency_begin(tenant_a(), 'svc', 'r', 'k', '\x01', NULL) AS s $$,
    $$ VALUES (202, '{"a": 1}'::jsonb, NULL::jsonb, true, NULL::text, NULL::text) $$,
    'and kept: the key again replays it');
SELECT throws_ok(
    $$ SELECT * FROM payments.idempotency_begin(tenant_a(), 'svc', 'r', 'k', '\x02', NULL) $$,
    'PY040', NULL, 'with another request it is refused');

SELECT * FROM finish();
ROLLBACK;
