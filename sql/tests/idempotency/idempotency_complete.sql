BEGIN;
SELECT plan(5);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT asked_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2'),
       authorised_payment(tenant_a(), 'k3');
SELECT * FROM api.payment_capture(tenant_a(), 'fixtures', 'capture', '\x00', pay('k3'), '{}', 20,
                                  NULL);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT payments.idempotency_complete(tenant_a(), ARRAY[call_of(pay('k2'), 'v1')], clock());
SELECT unchanged('an operation that no request waits for completes none');
SELECT payments.idempotency_complete(tenant_a(), ARRAY[operation_of(pay('k1'), 'intent'),
    operation_of(pay('k3'), 'capture')], clock());
SELECT results_eq(
    $$ SELECT response_status, response_body, problem, completed_at IS NOT NULL
         FROM payments.idempotency_keys WHERE idempotency_key = 'k1' $$,
    $$ VALUES (201, payments.payment_json(tenant_a(), pay('k1'), true), NULL::text, true) $$,
    'a creation is answered 201 with its document');
SELECT is((SELECT response_status FROM payments.idempotency_keys WHERE idempotency_key = 'capture'),
          200, 'a capture is answered 200');
SELECT remember();
SELECT payments.idempotency_complete(tenant_a(), ARRAY[operation_of(pay('k1'), 'intent')],
                                     clock() + '1 hour');
SELECT payments.idempotency_refuse(operation_row(operation_of(pay('k1'), 'intent')),
                                   '{"message": "x"}', clock());
SELECT unchanged('an answer that was given stays');
RESET ROLE;
SELECT * FROM api.connected_account_create(tenant_a(), 'fixtures', 'new', '\x00',
    '{"recipientType": "seller", "recipientId": "s1", "email": "s@x.com", "country": "US"}', 20);
SET LOCAL ROLE payments_definer;
SELECT payments.idempotency_complete(
    tenant_a(), ARRAY[operation_of(account_of(tenant_a(), 's1'), 'account')], clock());
SELECT is((SELECT completed_at FROM payments.idempotency_keys WHERE idempotency_key = 'new'), NULL,
          'the request for an account is not answered before its link is there');

SELECT * FROM finish();
ROLLBACK;
