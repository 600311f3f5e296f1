BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT authorised_payment(tenant_a(), 'k1'), authorised_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.payment_operation_enqueue(payments.payment_lock(tenant_a(), pay('k1')), 'capture',
                                       '{"amount_to_capture": 10000}', NULL, '00-trace',
                                       20) - ARRAY['id', 'tenantId', 'idempotencyKey'],
    jsonb_build_object('kind', 'capture', 'leaseEpoch', 1, 'generation', 0, 'evidence', NULL,
                       'fenced', true, 'traceContext', '00-trace',
                       'request', jsonb_build_object('target', 'pi_' || pay('k1'), 'params',
                                                     '{"amount_to_capture": 10000}'::jsonb)),
    'a call names the payment''s intent and is ready to send');
SELECT results_eq(
    $$ SELECT o.lock_key, o.payment_id, o.id FROM payments.stripe_operations AS o
        WHERE o.kind = 'capture' $$,
    $$ VALUES ('payment:' || pay('k1'), pay('k1'),
               payments.id_derive(tenant_a(), 'capture', pay('k1')::text)) $$,
    'its id is derived from the payment, its object is the payment');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.payment_operation_enqueue(payments.payment_lock(tenant_a(), pay('k1')),
                                                 'cancel', '{}', NULL, NULL, 20) $$, 'PY030', NULL,
    'a second call on a payment is refused while the first is under way');
SELECT unchanged('the refused call is not written');
SELECT finish(operation_of(pay('k1'), 'capture'), '{"outcome": "unknown"}');
SELECT throws_ok(
    $$ SELECT payments.payment_operation_enqueue(payments.payment_lock(tenant_a(), pay('k1')),
                                                 'cancel', '{}', NULL, NULL, 20) $$, 'PY030', NULL,
    'also while its outcome is not known');
RESET ROLE;
UPDATE payments.stripe_operations SET failures = 19 WHERE kind = 'capture';
SELECT send(operation_of(pay('k1'), 'capture'));
SELECT finish(operation_of(pay('k1'), 'capture'), '{"outcome": "unknown"}');
SET LOCAL ROLE payments_definer;
SELECT is((operation_row(operation_of(pay('k1'), 'capture'))).state, 'dead',
          'the first call is given up');
SELECT throws_ok(
    $$ SELECT payments.payment_operation_enqueue(payments.payment_lock(tenant_a(), pay('k1')),
                                                 'cancel', '{}', NULL, NULL, 20) $$, 'PY030', NULL,
    'also after that: it may have taken effect');
SELECT payments.payment_operation_enqueue(payments.payment_lock(tenant_a(), pay('k2')), 'capture',
                                          '{}', NULL, NULL, 20);
SELECT finish(operation_of(pay('k2'), 'capture'), '{"outcome": "failed", "code": "x"}');
SELECT is(
    payments.payment_operation_enqueue(payments.payment_lock(tenant_a(), pay('k2')), 'cancel', '{}',
                                       NULL, NULL, 20) ->> 'kind', 'cancel',
    'after a definite refusal another call may follow');
RESET ROLE;
SELECT keep('p', authorised_payment(tenant_a(), 'k3'));
SET LOCAL ROLE payments_definer;
SELECT payments.payment_operation_enqueue(payments.payment_lock(tenant_a(), the('p')), 'cancel',
                                          '{"cancellation_reason": "fraudulent"}')
  FROM generate_series(1, 2);
SELECT results_eq(
    $$ SELECT id, kind, state, lock_key, request, idempotency_id FROM payments.stripe_operations
        WHERE payment_id = the('p') AND kind <> 'intent' $$,
    $$ VALUES (payments.id_derive(tenant_a(), 'cancel', kept('p')), 'cancel', 'ready',
               'payment:' || kept('p'),
               jsonb_build_object('target', 'pi_' || kept('p'), 'params',
                                  '{"cancellation_reason": "fraudulent"}'::jsonb), NULL::uuid) $$,
    'without a lease it is one call for the worker, however often it is asked for');

SELECT * FROM finish();
ROLLBACK;
