BEGIN;
SELECT plan(15);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT send(the('call'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    (SELECT (enqueued, next_operation)::text
       FROM payments.operation_succeed(operation_row(the('call')), transfer_object(the('call')),
                                       clock())), '(0,)',
    'a transfer that succeeded makes nothing due');
SELECT is(
    (SELECT (o.state, o.outcome, o.provider_id, o.leased_by, o.generation,
             o.finished_at IS NOT NULL)::text FROM operation_row(the('call')) AS o),
    '(succeeded,succeeded,tr_' || transfer_of(pay('k1'), 'v1') || ',,0,t)',
    'an operation that succeeded knows Stripe''s id and its end');
SELECT is((SELECT status FROM payments.stripe_transfers WHERE id = transfer_of(pay('k1'), 'v1')),
          'paid', 'its transfer is paid');
-- A contradiction is not applied.
SELECT keep('bad', call_of(pay('k1'), 'a1'));
SELECT send(the('bad'));
SELECT payments.operation_succeed(operation_row(the('bad')),
                                  transfer_object(the('bad'), '{"amount": 1}'), clock());
SELECT is(
    (SELECT (o.state, o.outcome, o.last_error_code)::text FROM operation_row(the('bad')) AS o),
    '(dead,,contradiction)',
    'an answer that contradicts the request buries the operation, unresolved');
SELECT is((SELECT status FROM payments.stripe_transfers WHERE id = transfer_of(pay('k1'), 'a1')),
          'pending', 'a contradicted transfer is not paid');
SELECT is((SELECT count(*) FROM payments.ledger_postings WHERE cause_type = 'transfer'), 1::bigint,
          'a contradicted transfer is not posted');
-- An intent completes its request.
RESET ROLE;
SELECT asked_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT payments.operation_succeed(operation_row(operation_of(pay('k2'), 'intent')),
                                  intent_object(pay('k2'), 'requires_payment_method'), clock());
SELECT is(
    (SELECT (response_status, completed_at IS NOT NULL)::text FROM payments.idempotency_keys
      WHERE idempotency_key = 'k2'), '(201,t)', 'an intent that succeeded answers its request');
SELECT is((SELECT status FROM payments.payment_transactions WHERE id = pay('k2')),
          'requires_payment_method', 'its payment waits for a card');
-- A capture settles.
RESET ROLE;
SELECT authorised_payment(tenant_a(), 'k3');
SELECT * FROM api.payment_capture(tenant_a(), 'fixtures', 'capture', '\x00', pay('k3'), '{}', 20,
                                  NULL);
SET LOCAL ROLE payments_definer;
SELECT is(
    (SELECT enqueued
       FROM payments.operation_succeed(operation_row(operation_of(pay('k3'), 'capture')),
                                       intent_object(pay('k3'), 'succeeded'), clock())), 2,
    'a capture that succeeded makes its transfers due');
SELECT is(
    (SELECT (response_status, response_body ->> 'status', response_body ->> 'amountCaptured')::text
       FROM payments.idempotency_keys WHERE idempotency_key = 'capture'),
    '(200,succeeded,10000)', 'its request is answered with the captured payment');
-- An account goes on with its link.
RESET ROLE;
SELECT * FROM api.connected_account_create(tenant_a(), 'fixtures', 'new', '\x00',
                                           '{"recipientType": "seller", "recipientId": "s1", '
                                           '"email": "s@example.com", "country": "US"}', 20, NULL);
SET LOCAL ROLE payments_definer;
SELECT is((SELECT (enqueued, next_operation ->> 'kind')::text FROM payments.operation_succeed(
    operation_row(operation_of(account_of(tenant_a(), 's1'), 'account')),
    account_object(tenant_a(), 's1', true), clock())), '(0,account_link)',
    'an account opened by a request hands the request its link call');
SELECT is((SELECT completed_at FROM payments.idempotency_keys WHERE idempotency_key = 'new'), NULL,
          'the request for an account is not answered before its link is there');
SELECT payments.operation_succeed(
    operation_row(operation_of(account_of(tenant_a(), 's1'), 'account_link')),
    '{"url": "https://link", "expires_at": 4102444800}', clock());
SELECT is(
    (SELECT (response_status, response_body ->> 'onboardingUrl')::text
       FROM payments.idempotency_keys WHERE idempotency_key = 'new'), '(201,https://link)',
    'the request for an account is answered with its link');
-- A worker's account.
RESET ROLE;
SELECT * FROM api.connected_account_create(tenant_a(), 'fixtures', 'late', '\x00',
                                           '{"recipientType": "seller", "recipientId": "s2", '
                                           '"email": "s@example.com", "country": "US"}', 20, NULL);
SELECT finish(operation_of(account_of(tenant_a(), 's2'), 'account'), '{"outcome": "unknown"}');
SELECT send(operation_of(account_of(tenant_a(), 's2'), 'account'));
SET LOCAL ROLE payments_definer;
SELECT is((SELECT (enqueued, next_operation)::text FROM payments.operation_succeed(
    operation_row(operation_of(account_of(tenant_a(), 's2'), 'account')),
    account_object(tenant_a(), 's2', true), clock())), '(1,)',
    'an account opened by a worker leaves its link call to the queue');
-- A fetch.
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'balance_transactions', 'txn_1',
                              '');
SELECT send(operation_of(pay('k1'), 'fetch'));
SELECT payments.operation_succeed(operation_row(operation_of(pay('k1'), 'fetch')),
                                  '{"id": "txn_1", "fee": 320, "currency": "usd"}', clock());
SELECT is((SELECT provider_fee FROM payments.payment_intents WHERE id = pay('k1')), 320::bigint,
          'a fetch that succeeded is applied to its payment');

SELECT * FROM finish();
ROLLBACK;
