BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('r', refund(pay('k1'), 'r', 1000));
SELECT reverse(pay('k1'), 'v1');
SELECT apply(tenant_a(), 'evt_po',
             event('payout.paid',
                   '{"id": "po_1", "amount": 700, "currency": "usd", "status": "paid"}',
                   '{"account": "acct_v1_aaaaaaaa"}'), 'connect');
SELECT keep('tr', (SELECT stripe_transfer_id FROM payments.stripe_transfers
                    WHERE id = transfer_of(pay('k1'), 'v1'))),
       keep('trr', (SELECT stripe_reversal_id FROM payments.transfer_reversals
                     WHERE id = reversal_of(the('r'), 'v1')));
CREATE FUNCTION pg_temp.explained(p_account text, p_type text, p_source jsonb,
                                  p_currency text DEFAULT 'usd') RETURNS bigint LANGUAGE sql AS $$
    SELECT payments.transaction_explain(tenant_a(), p_account,
                                        jsonb_build_object('id', 'txn_1', 'currency', p_currency,
                                                           'type', p_type, 'source', p_source)) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(pg_temp.explained('platform', 'charge', charge_object(pay('k1'))), 10000::bigint,
          'a charge is explained by the shares, while its fee is not known');
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'balance_transactions', 'txn_1',
                              '');
SELECT payments.fetch_apply(operation_row(operation_of(pay('k1'), 'fetch')),
                            '{"id": "txn_1", "fee": 320, "currency": "usd"}', clock());
SELECT is(pg_temp.explained('platform', 'charge', charge_object(pay('k1'))), 9680::bigint,
          'and by what is left of them after it');
SELECT is(pg_temp.explained('platform', 'charge', charge_object(pay('k1')), 'eur'), 0::bigint,
          'in its currency only');
SELECT is(pg_temp.explained('platform', 'refund', refund_object(the('r'))), -1000::bigint,
          'a refund leaves');
SELECT is(pg_temp.explained('platform', 'transfer', jsonb_build_object('id', kept('tr'))),
          -6000::bigint, 'so does a transfer');
SELECT is(
    pg_temp.explained('platform', 'transfer_refund',
                      jsonb_build_object('id', kept('trr'), 'transfer', kept('tr'))), 600::bigint,
    'what is reversed comes back');
SELECT is(pg_temp.explained('platform', 'payout', '{"id": "po_1"}'), 0::bigint,
          'a payee''s payout explains nothing on the platform');
SELECT is(
    pg_temp.explained('acct_v1_aaaaaaaa', 'payment',
                      jsonb_build_object('id', 'py_1', 'source_transfer', kept('tr'))),
    6000::bigint, 'at the payee a transfer arrives');
SELECT is(
    pg_temp.explained('acct_v1_aaaaaaaa', 'payment_refund',
                      jsonb_build_object('id', 'pyr_1', 'source_transfer_reversal', kept('trr'))),
    -600::bigint, 'what is reversed leaves');
SELECT is(pg_temp.explained('acct_v1_aaaaaaaa', 'payout', '{"id": "po_1"}'), -700::bigint,
          'and a payout');
SELECT is(pg_temp.explained('acct_v1_aaaaaaaa', 'payout_failure', '{"id": "po_1"}'), 0::bigint,
          'which does not come back');
SELECT apply(tenant_a(), 'evt_po2',
             event('payout.failed',
                   '{"id": "po_1", "amount": 700, "currency": "usd", "status": "failed"}',
                   '{"account": "acct_v1_aaaaaaaa"}'), 'connect');
SELECT is(pg_temp.explained('acct_v1_aaaaaaaa', 'payout_failure', '{"id": "po_1"}'), 700::bigint,
          'unless it failed');
SELECT is(pg_temp.explained('acct_v1_aaaaaaaa', 'adjustment', NULL), 0::bigint,
          'for anything else we have no reason');

SELECT * FROM finish();
ROLLBACK;
