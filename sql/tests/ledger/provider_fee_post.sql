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
SELECT results_eq(
    $$ SELECT balance_transaction_id, provider_fee
         FROM payments.payment_intents WHERE id = pay('k1') $$,
    $$ VALUES ('txn_k1', 320::bigint) $$, 'the fee and its source are kept on the intent');
SELECT results_eq(
    $$ SELECT debit.kind, credit.kind, posting.amount, posting.currency, posting.cause_id
         FROM payments.ledger_postings AS posting
         JOIN payments.ledger_accounts AS debit ON debit.id = posting.debit_account_id
         JOIN payments.ledger_accounts AS credit ON credit.id = posting.credit_account_id
        WHERE posting.cause_type = 'provider_fee' $$,
    $$ VALUES ('provider_fees', 'provider_clearing', 320::bigint, 'usd', pay('k1')) $$,
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
