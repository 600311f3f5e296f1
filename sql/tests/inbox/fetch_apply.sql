BEGIN;
SELECT plan(10);

SELECT open_account(tenant_a(), 'venue', 'v1', false), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'balance_transactions', 'txn_1',
                              '');
SELECT is(
    payments.fetch_apply(operation_row(operation_of(pay('k1'), 'fetch')),
                         '{"id": "txn_1", "fee": 320, "currency": "usd"}', clock()), 0,
    'a balance transaction makes nothing due');
SELECT is((SELECT provider_fee FROM payments.payment_intents WHERE id = pay('k1')), 320::bigint,
          'its fee is the payment''s');
SELECT payments.fetch_enqueue(tenant_a(), pay('k2'), pay('k2'), 'payment_intents', 'pi_'
                              || pay('k2'), 'evt');
SELECT apply(tenant_a(), 'evt_processing',
             event('payment_intent.processing', intent_object(pay('k2'), 'processing')));
SELECT payments.fetch_apply(operation_row(operation_of(pay('k2'), 'fetch')),
                            intent_object(pay('k2'), 'requires_payment_method'), clock());
SELECT is((SELECT status FROM payments.payment_transactions WHERE id = pay('k2')),
          'requires_payment_method',
          'an intent read from Stripe is the truth: it may move a payment back');
SELECT is(
    payments.fetch_apply(operation_row(operation_of(pay('k2'), 'fetch')),
                         intent_object(pay('k2'), 'succeeded'), clock()), 1,
    'an intent read as succeeded settles its payment; a blocked payee''s transfer is not due');
SELECT is((SELECT status FROM payments.payment_transactions WHERE id = pay('k2')), 'succeeded',
          'the payment is settled');
SELECT payments.fetch_enqueue(tenant_a(), NULL, account_of(tenant_a(), 'v1'), 'accounts',
                              'acct_v1_aaaaaaaa', 'evt');
SELECT is(
    payments.fetch_apply(operation_row(operation_of(account_of(tenant_a(), 'v1'), 'fetch')),
                         account_object(tenant_a(), 'v1', true), clock()), 2,
    'an account read as able to receive releases what was blocked');
RESET ROLE;
SELECT keep('r', refund(pay('k1'), 'r', 1000, 'pending')),
       dispute(pay('k1'), 'd', 'needs_response', 100);
SET LOCAL ROLE payments_definer;
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), the('r'), 'refunds', 're_' || the('r'), '');
SELECT payments.fetch_apply(operation_row(operation_of(the('r'), 'fetch')),
                            refund_object(the('r'), 'succeeded'), clock());
SELECT is((SELECT status FROM payments.payment_refunds WHERE id = the('r')), 'succeeded',
          'a refund read from Stripe moves ours on');
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), dispute_of(pay('k1'), 'd'), 'disputes',
                              'dp_d_' || pay('k1'), '');
SELECT payments.fetch_apply(operation_row(operation_of(dispute_of(pay('k1'), 'd'), 'fetch')),
                            dispute_object(pay('k1'), 'd', 'won', 100), clock());
SELECT is((SELECT status FROM payments.disputes WHERE id = dispute_of(pay('k1'), 'd')), 'won',
          'so does a dispute');
SELECT payments.fetch_enqueue(tenant_a(), NULL, account_of(tenant_a(), 'a1'), 'payouts', 'po_1',
                              '');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.fetch_apply(
        operation_row(operation_of(account_of(tenant_a(), 'a1'), 'fetch')), '{"id": "po_1"}',
        clock()) $$, '20000', NULL, 'a resource we never read is an error, not silence');
SELECT unchanged('it changes nothing');

SELECT * FROM finish();
ROLLBACK;
