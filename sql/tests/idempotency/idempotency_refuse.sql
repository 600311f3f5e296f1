BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT asked_payment(tenant_a(), 'k1'), asked_payment(tenant_a(), 'k2'),
       settled_payment(tenant_a(), 'k3');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT payments.idempotency_refuse(operation_row(call_of(pay('k3'), 'v1')), '{"message": "x"}',
                                   clock());
SELECT unchanged('an operation that no request waits for refuses none');
SELECT payments.idempotency_refuse(operation_row(operation_of(pay('k1'), 'intent')),
                                   jsonb_build_object('type', 'card_error', 'message',
                                                      repeat('x', 600)), clock());
SELECT results_eq(
    $$ SELECT response_status, response_body, problem, length(problem_detail),
              completed_at IS NOT NULL
         FROM payments.idempotency_keys WHERE idempotency_key = 'k1' $$,
    $$ VALUES (NULL::integer, NULL::jsonb, 'card_declined', 500, true) $$,
    'a refusal is kept as the request''s problem, its text bounded');
SELECT payments.idempotency_refuse(operation_row(operation_of(pay('k2'), 'intent')), '{}', clock());
SELECT results_eq(
    $$ SELECT problem, problem_detail
         FROM payments.idempotency_keys WHERE idempotency_key = 'k2' $$,
    $$ VALUES ('provider_error', 'Stripe refused the request') $$,
    'a refusal without words gets some');
SELECT remember();
SELECT payments.idempotency_complete(tenant_a(), ARRAY[operation_of(pay('k1'), 'intent')],
                                     clock());
SELECT payments.idempotency_refuse(operation_row(operation_of(pay('k1'), 'intent')),
                                   '{"message": "Something else."}', clock());
SELECT unchanged(
    'a refusal that was given stays: it is never reported as a success, nor as another one');

SELECT * FROM finish();
ROLLBACK;
