BEGIN;
SELECT plan(3);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('p', shady_payment('k'));
UPDATE payments.reviews
   SET created_at = '2026-01-02 03:04:05+00', updated_at = '2026-01-02 03:04:05+00';
SET LOCAL ROLE payments_definer;
SELECT is(
    payments.review_json(tenant_a(), review_of(the('p'))),
    jsonb_build_object(
        'id', review_of(the('p')), 'kind', 'fraud', 'source', 'rules', 'status', 'open',
        'score', 50, 'reasons', '["shady"]'::jsonb, 'paymentId', kept('p'),
        'connectedAccountId', NULL, 'amount', 10000, 'currency', 'usd', 'orderId', 'order-1',
        'customerId', 'shady', 'recipientType', NULL, 'recipientId', NULL, 'note', NULL,
        'decidedBy', NULL, 'decidedAt', NULL, 'createdAt', '2026-01-02T03:04:05.000000Z'),
    'a review tells what a person needs to decide');
SELECT is(payments.review_json(tenant_a(), gen_random_uuid()), NULL,
          'an unknown one has no document');
SELECT is(payments.payment_json(tenant_a(), the('p'), false) -> 'risk',
          '{"decision": "review", "score": 50, "reasons": ["shady"]}',
          'and the payment tells its risk');

SELECT * FROM finish();
ROLLBACK;
