BEGIN;
SELECT plan(19);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT asked_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2'),
       asked_payment(tenant_a(), 'k3');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.again(p_key text, p_fingerprint bytea DEFAULT '\x00') RETURNS text
    LANGUAGE sql
AS $$ SELECT concat_ws('|', b.status, b.body ->> 'status', b.operation, b.replayed, b.problem,
                       b.detail)
        FROM payments.idempotency_begin(tenant_a(), 'fixtures', 'payments.create', p_key,
                                        p_fingerprint, tenant_b()) AS b $$;
SELECT is(pg_temp.again('new'), NULL, 'a new key has no answer: the request goes on');
SELECT results_eq(
    $$ SELECT subject, route, fingerprint, operation_id = tenant_b(), completed_at
         FROM payments.idempotency_keys WHERE idempotency_key = 'new' $$,
    $$ VALUES ('fixtures', 'payments.create', '\x00'::bytea, true, NULL::timestamptz) $$,
    'the key is claimed for its operation');
SELECT is((SELECT id FROM payments.idempotency_keys WHERE idempotency_key = 'new'),
          payments.idempotency_id(tenant_a(), 'fixtures', 'payments.create', 'new'),
          'its id follows from its scope');
SELECT remember();
SELECT throws_ok($$ SELECT pg_temp.again('k1') $$, 'PY041', NULL,
                 'a key whose request is being carried out is refused');
SELECT throws_ok($$ SELECT pg_temp.again('k2', '\x01') $$, 'PY040', NULL,
                 'a key that came with another request is refused');
SELECT throws_ok($$ SELECT pg_temp.again('k1', '\x01') $$, 'PY040', NULL,
                 'also while that is being carried out');
SELECT throws_ok($$ SELECT pg_temp.again('k1', NULL) $$, '23502', NULL,
                 'a request without a fingerprint is refused');
SELECT is(pg_temp.again('k2'), '201|requires_payment_method|t',
          'a key whose request is answered replays the answer');
SELECT unchanged('none of these changes anything');
SELECT throws_ok($$ SELECT pg_temp.again('') $$, '23514', NULL, 'an empty key is refused');
-- Taken over by evidence.
SELECT advance('21 seconds');
SELECT is(pg_temp.again('k1'), '202|created|t',
          'a request whose lease ran out is not in progress: 202 with the present state');
SELECT finish(operation_of(pay('k1'), 'intent'), '{"outcome": "unknown"}');
SELECT send(operation_of(pay('k1'), 'intent'));
SELECT is(pg_temp.again('k1'), '202|created|t',
          'what a worker is carrying is not in progress either');
SELECT finish(operation_of(pay('k1'), 'intent'),
              jsonb_build_object('outcome', 'succeeded', 'object',
                                 intent_object(pay('k1'), 'requires_payment_method')));
SELECT is(pg_temp.again('k1'), '201|requires_payment_method|t',
          'when the worker is done the answer is replayed');
SELECT finish(operation_of(pay('k3'), 'intent'),
              '{"outcome": "failed", "type": "card_error", "message": "No."}');
SELECT is(pg_temp.again('k3'), 't|card_declined|No.', 'a refusal is replayed as a refusal');
SELECT is(
    (SELECT count(*) FROM payments.idempotency_begin(tenant_a(), 'somebody', 'payments.create',
                                                     'k1', '\x09', tenant_b())), 0::bigint,
    'another subject may use the same key');
SELECT is(
    (SELECT count(*) FROM payments.idempotency_begin(tenant_a(), 'fixtures', 'elsewhere', 'k1',
                                                     '\x09', tenant_b())), 0::bigint,
    'another route too');
-- Two keys, one operation: a capture refused under the first, made under the second.
RESET ROLE;
SELECT authorised_payment(tenant_a(), 'k5');
SELECT * FROM api.payment_capture(tenant_a(), 'fixtures', 'first', '\x00', pay('k5'), '{}', 20,
                                  NULL);
SELECT finish(operation_of(pay('k5'), 'capture'),
              '{"outcome": "failed", "code": "charge_expired_for_capture", "message": "Too '
              'late."}');
SELECT * FROM api.payment_capture(tenant_a(), 'fixtures', 'second', '\x00', pay('k5'), '{}', 20,
                                  NULL);
SELECT results_eq(
    $$ SELECT problem, detail, replayed
         FROM api.payment_capture(tenant_a(), 'fixtures', 'first', '\x00', pay('k5'), '{}', 20) $$,
    $$ VALUES ('invalid_state', 'Too late.', true) $$,
    'a refused key replays its refusal while another key''s request for the same operation is '
    'being carried out');
SELECT finish(operation_of(pay('k5'), 'capture'),
              jsonb_build_object('outcome', 'succeeded', 'object',
                                 intent_object(pay('k5'), 'succeeded')));
SELECT results_eq(
    $$ SELECT status, body ->> 'status'
         FROM api.payment_capture(tenant_a(), 'fixtures', 'second', '\x00', pay('k5'), '{}', 20) $$,
    $$ VALUES (200, 'succeeded') $$, 'the second key replays its success');
SELECT results_eq(
    $$ SELECT status, problem, replayed
         FROM api.payment_capture(tenant_a(), 'fixtures', 'first', '\x00', pay('k5'), '{}', 20) $$,
    $$ VALUES (NULL::integer, 'invalid_state', true) $$,
    'a refused key is never reported as succeeded, though another key''s request was');

SELECT * FROM finish();
ROLLBACK;
