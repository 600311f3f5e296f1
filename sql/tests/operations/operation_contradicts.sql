BEGIN;
SELECT plan(29);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT authorised_payment(tenant_a(), 'k2');
SELECT * FROM api.payment_capture(tenant_a(), 'fixtures', 'capture', '\x00', pay('k2'), '{}', 20,
                                  NULL);
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT keep('intent', operation_of(pay('k1'), 'intent'));
SELECT keep('capture', operation_of(pay('k2'), 'capture'));
SELECT keep('account', operation_of(account_of(tenant_a(), 'v1'), 'account'));
SELECT keep('link', operation_of(account_of(tenant_a(), 'v1'), 'account_link'));
SET LOCAL ROLE payments_definer;
SELECT is(payments.operation_contradicts(operation_row(the('call')), transfer_object(the('call'))),
          false,
    'a transfer as it was asked for does not contradict');
SELECT is(
    payments.operation_contradicts(operation_row(the('call')),
                                   transfer_object(the('call'), '{"amount": 1}')), true,
    'a transfer of another amount contradicts');
SELECT is(
    payments.operation_contradicts(operation_row(the('call')),
                                   transfer_object(the('call'), '{"currency": "eur"}')), true,
    'a transfer in another currency contradicts');
SELECT is(
    payments.operation_contradicts(operation_row(the('call')),
                                   transfer_object(the('call'), '{"destination": "acct_else"}')),
    true,
    'a transfer to another account contradicts');
SELECT is(
    payments.operation_contradicts(operation_row(the('call')), transfer_object(the('call')) - 'id'),
    true,
    'a transfer without an id contradicts');
SELECT is(payments.operation_contradicts(operation_row(the('call')), NULL), true,
          'no object at all contradicts a transfer');
SELECT is(
    payments.operation_contradicts(operation_row(the('intent')),
                                   intent_object(pay('k1'), 'processing')), false,
    'an intent as it was asked for does not contradict');
SELECT is(
    payments.operation_contradicts(operation_row(the('intent')),
                                   intent_object(pay('k1'), 'processing', '{"amount": 10001}')),
    true,
    'an intent over another amount contradicts');
SELECT is(
    payments.operation_contradicts(operation_row(the('intent')),
                                   intent_object(pay('k1'), 'processing', '{"currency": "eur"}')),
    true,
    'an intent in another currency contradicts');
SELECT is(
    payments.operation_contradicts(operation_row(the('intent')),
                                   intent_object(pay('k1'), 'processing') - 'id'), true,
    'an intent without an id contradicts');
SELECT is(payments.operation_contradicts(operation_row(the('intent')), NULL), true,
          'no object at all contradicts an intent');
SELECT is(
    payments.operation_contradicts(operation_row(the('capture')),
                                   intent_object(pay('k2'), 'succeeded')), false,
    'a capture answered with its own intent does not contradict');
SELECT is(
    payments.operation_contradicts(operation_row(the('capture')),
                                   intent_object(pay('k1'), 'succeeded')), true,
    'a capture answered with another intent contradicts');
SELECT is(payments.operation_contradicts(operation_row(the('capture')), NULL), true,
          'no object at all contradicts a capture');
SELECT is(payments.operation_contradicts(operation_row(the('account')), '{"id": "acct_1"}'), false,
          'an account with an id does not contradict');
SELECT is(payments.operation_contradicts(operation_row(the('account')), '{}'), true,
          'an account without an id contradicts');
SELECT is(payments.operation_contradicts(operation_row(the('link')), '{"url": "https://x"}'), false,
          'a link with a url does not contradict');
SELECT is(payments.operation_contradicts(operation_row(the('link')), '{}'), true,
          'a link without a url contradicts');
RESET ROLE;
SELECT paid_transfer(pay('k1'), 'v1'), keep('r', refund(pay('k1'), 'r', 1000));
SELECT keep('refund', operation_of(the('r'), 'refund')),
       keep('reversal', operation_of(reversal_of(the('r'), 'v1'), 'reversal'));
SET LOCAL ROLE payments_definer;
SELECT is(payments.operation_contradicts(operation_row(the('refund')), refund_object(the('r'))),
          false, 'a refund as it was asked for does not contradict');
SELECT is(
    payments.operation_contradicts(operation_row(the('refund')),
                                   refund_object(the('r'), 'succeeded', c)), true,
    'another one does: ' || c::text)
  FROM unnest(ARRAY['{"amount": 1001}', '{"payment_intent": "pi_x"}',
                    '{"id": null}']::jsonb[]) AS c;
SELECT is(
    payments.operation_contradicts(operation_row(the('reversal')),
                                   jsonb_build_object('id', 'trr_1', 'amount', 600, 'transfer',
                                                      'tr_' || transfer_of(pay('k1'), 'v1'))),
    false, 'a reversal as it was asked for does not');
SELECT is(
    payments.operation_contradicts(operation_row(the('reversal')),
                                   jsonb_build_object('id', 'trr_1', 'amount', 600, 'transfer',
                                                      'tr_' || transfer_of(pay('k1'), 'v1')) || c),
    true, 'another one does: ' || c::text)
  FROM unnest(ARRAY['{"amount": 601}', '{"transfer": "tr_x"}', '{"id": null}']::jsonb[]) AS c;
SELECT enter(tenant_a());
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'balance_transactions', 'txn_1',
                              '');
SELECT is(
    payments.operation_contradicts(operation_row(operation_of(pay('k1'), 'fetch')),
                                   jsonb_build_object('id', 'txn_1', 'currency', c.currency, 'fee',
                                                      1)), c.contradicts,
    format('a fee in %L of a payment in usd: %s', c.currency, c.contradicts))
  FROM (VALUES ('usd', false), ('eur', true), (NULL, true)) AS c (currency, contradicts);

SELECT * FROM finish();
ROLLBACK;
