BEGIN;
SELECT plan(6);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT asked_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2');
CREATE FUNCTION pg_temp.answer(p_key text, p_fingerprint bytea DEFAULT '\x00')
RETURNS TABLE (status integer, state text, operation jsonb, replayed boolean, problem text)
LANGUAGE sql
AS $$ SELECT a.status, a.body ->> 'status', a.operation, a.replayed, a.problem
        FROM payments.idempotency_answer(tap_helpers.tenant_a(),
                 payments.idempotency_id(tap_helpers.tenant_a(), 'fixtures', 'payments.create',
                                         p_key), p_fingerprint) AS a $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT throws_ok($$ SELECT pg_temp.answer('k1') $$, 'PY041', NULL,
                 'a request that is being carried out has no answer yet');
SELECT throws_ok($$ SELECT pg_temp.answer('k2', '\x01') $$, 'PY040', NULL,
                 'another request under the key is refused');
SELECT throws_ok($$ SELECT pg_temp.answer('k2', NULL) $$, 'PY040', NULL,
                 'one without a fingerprint too');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.answer('k2') $$,
    $$ VALUES (201, 'requires_payment_method', NULL::jsonb, true, NULL::text) $$,
    'the stored answer is replayed');
SELECT unchanged('none of these changes anything');
SELECT advance('21 seconds');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.answer('k1') $$,
    $$ VALUES (202, 'created', NULL::jsonb, true, NULL::text) $$,
    'after the request''s lease the present state is the answer');

SELECT * FROM finish();
ROLLBACK;
