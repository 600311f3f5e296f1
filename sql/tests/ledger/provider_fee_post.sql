BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.fetch_enqueue(tenant_a(), pay(k), pay(k), 'balance_transactions', 'txn_' || k, '')
  FROM unnest(ARRAY['k1', 'k2']) AS k;
SELECT keep('fetch', operation_of(pay('k1'), 'fetch'));
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.provider_fee_post(operation_row(the('fetch')),
                                         '{"id": "txn_k1", "fee": 320, "currency": "eur"}',
                                         clock()) $$, 'PY032', NULL,
    'a charge that settled in another currency is refused');
SELECT throws_ok(
    $$ SELECT payments.provider_fee_post(operation_row(the('fetch')),
                                         '{"id": "txn_k1", "fee": 320}', clock()) $$, 'PY032', NULL,
    'also one that settled in none');
SELECT unchanged('the refused fee is not posted');
SELECT is(
    payments.provider_fee_post(operation_row(the('fetch')),
                               '{"id": "txn_k1", "fee": 320, "currency": "usd"}', clock()), 0,
    'a fee makes nothing due');
SELECT is(
    (SELECT (balance_transaction_id, provider_fee)::text FROM payments.payment_intents
      WHERE id = pay('k1')), '(txn_k1,320)', 'the fee and its source are kept on the intent');
SELECT results_eq(
    $$ SELECT (d.kind, c.kind, l.amount, l.currency, l.cause_id = pay('k1'))::text
         FROM payments.ledger_postings AS l
                       JOIN payments.ledger_accounts AS d ON d.id = l.debit_account_id
                       JOIN payments.ledger_accounts AS c ON c.id = l.credit_account_id
                      WHERE l.cause_type = 'provider_fee' $$,
    ARRAY['(provider_fees,provider_clearing,320,usd,t)'],
    'the fee is the platform''s expense, out of clearing, exactly');
SELECT remember();
SELECT payments.provider_fee_post(operation_row(the('fetch')),
                                  '{"id": "txn_k1", "fee": 320, "currency": "usd"}', clock());
SELECT payments.provider_fee_post(operation_row(the('fetch')),
                                  '{"id": "txn_else", "fee": 999, "currency": "usd"}', clock());
SELECT unchanged('a fee is posted once');
SELECT payments.provider_fee_post(operation_row(operation_of(pay('k2'), 'fetch')),
                                  '{"id": "txn_k2", "fee": 0, "currency": "usd"}', clock());
SELECT is((SELECT provider_fee FROM payments.payment_intents WHERE id = pay('k2')), 0::bigint,
          'a fee of nothing is known');
SELECT is((SELECT count(*) FROM payments.ledger_postings WHERE cause_type = 'provider_fee'),
          1::bigint, 'and not posted');

SELECT * FROM finish();
ROLLBACK;
