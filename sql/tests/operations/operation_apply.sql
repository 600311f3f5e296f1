BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), asked_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.operation_apply(operation_row(operation_of(pay('k2'), 'intent')),
                                intent_object(pay('k2'), 'requires_payment_method'), clock());
SELECT is((SELECT status FROM payments.payment_transactions WHERE id = pay('k2')),
          'requires_payment_method', 'an intent''s payment waits for a card');
-- A capture settles.
RESET ROLE;
SELECT authorised_payment(tenant_a(), 'k3');
SELECT * FROM api.payment_capture(tenant_a(), 'fixtures', 'capture', '\x00', pay('k3'), '{}', 20,
                                  NULL);
SET LOCAL ROLE payments_definer;
SELECT is(
    (SELECT enqueued
       FROM payments.operation_apply(operation_row(operation_of(pay('k3'), 'capture')),
                                       intent_object(pay('k3'), 'succeeded'), clock())), 2,
    'a capture that succeeded makes its transfers due');
SELECT is((SELECT amount_captured FROM payments.payment_transactions WHERE id = pay('k3')),
          10000::bigint, 'its payment is captured');
-- An account goes on with its link.
RESET ROLE;
SELECT * FROM api.connected_account_create(tenant_a(), 'fixtures', 'new', '\x00',
                                           '{"recipientType": "seller", "recipientId": "s1", '
                                           '"email": "s@example.com", "country": "US"}', 20, NULL);
SET LOCAL ROLE payments_definer;
SELECT results_eq($$ SELECT enqueued, next_operation ->> 'kind' FROM payments.operation_apply(
    operation_row(operation_of(account_of(tenant_a(), 's1'), 'account')),
    account_object(tenant_a(), 's1', true), clock()) $$,
    $$ VALUES (0, 'account_link') $$,
    'an account opened by a request hands the request its link call');
SELECT payments.operation_apply(
    operation_row(operation_of(account_of(tenant_a(), 's1'), 'account_link')),
    '{"url": "https://link", "expires_at": 4102444800}', clock());
SELECT is((SELECT onboarding_url FROM payments.connected_accounts WHERE recipient_id = 's1'),
          'https://link', 'the link that was fetched is kept');
-- A worker's account.
RESET ROLE;
SELECT * FROM api.connected_account_create(tenant_a(), 'fixtures', 'late', '\x00',
                                           '{"recipientType": "seller", "recipientId": "s2", '
                                           '"email": "s@example.com", "country": "US"}', 20, NULL);
SELECT finish(operation_of(account_of(tenant_a(), 's2'), 'account'), '{"outcome": "unknown"}');
SELECT send(operation_of(account_of(tenant_a(), 's2'), 'account'));
SET LOCAL ROLE payments_definer;
SELECT results_eq($$ SELECT enqueued, next_operation FROM payments.operation_apply(
    operation_row(operation_of(account_of(tenant_a(), 's2'), 'account')),
    account_object(tenant_a(), 's2', true), clock()) $$,
    $$ VALUES (1, NULL::jsonb) $$,
    'an account opened by a worker leaves its link call to the queue');
-- A fetch.
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'balance_transactions', 'txn_1',
                              '');
SELECT send(operation_of(pay('k1'), 'fetch'));
SELECT payments.operation_apply(operation_row(operation_of(pay('k1'), 'fetch')),
                                  '{"id": "txn_1", "fee": 320, "currency": "usd"}', clock());
SELECT is((SELECT provider_fee FROM payments.payment_intents WHERE id = pay('k1')), 320::bigint,
          'a fetch that succeeded is applied to its payment');

SELECT * FROM finish();
ROLLBACK;
