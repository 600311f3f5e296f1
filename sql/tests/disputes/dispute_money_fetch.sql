BEGIN;
SELECT plan(5);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.dispute(p_status text, p_submissions integer) RETURNS jsonb LANGUAGE sql
    AS $$
    SELECT jsonb_build_object('id', 'du_1', 'status', p_status, 'amount', 500, 'currency', 'usd',
                              'evidence_details', jsonb_build_object('submission_count',
                                  p_submissions)) $$;
SELECT is(
    payments.dispute_money_fetch(tenant_a(), pay('k1'), pay('k1'), pg_temp.dispute('lost', 1)), 1,
    'one call becomes due');
SELECT is(
    (SELECT request FROM payments.stripe_operations WHERE kind = 'fetch'
        AND lock_key = 'fetch:du_1'),
    '{"resource": "balance_transactions", "target": null, "params": {"source": "du_1", "limit": '
    '100}}',
    'it reads all that Stripe moved for the dispute');
SELECT payments.dispute_money_fetch(tenant_a(), pay('k1'), pay('k1'), pg_temp.dispute('lost', 1));
SELECT is((SELECT count(*) FROM payments.stripe_operations WHERE lock_key = 'fetch:du_1'),
          1::bigint, 'once per status and submission');
SELECT payments.fetch_apply(o,
                            '{"object": "list", "data": [{"id": "txn_1", "type": "adjustment", '
                            '"amount": -500, "fee": 1500},
    {"id": "txn_2", "type": "stripe_fee", "amount": -1600, "fee": 0}]}', clock())
  FROM payments.stripe_operations AS o WHERE o.lock_key = 'fetch:du_1';
SELECT results_eq(
    $$ SELECT d.kind, c.kind, l.amount
         FROM payments.ledger_postings AS l
         JOIN payments.ledger_accounts AS d ON d.id = l.debit_account_id
         JOIN payments.ledger_accounts AS c ON c.id = l.credit_account_id
        WHERE l.cause_type LIKE 'dispute%' ORDER BY l.amount $$,
    $$ VALUES ('disputes', 'provider_clearing', 500::bigint), ('provider_fees',
              'provider_clearing', 1500), ('provider_fees', 'provider_clearing', 1600) $$,
    'the claim, its fee, and the fee for countering, each on its account');
SELECT remember();
SELECT payments.fetch_apply(o,
                            '{"object": "list", "data": [{"id": "txn_2", "type": "stripe_fee", '
                            '"amount": -1600, "fee": 0}]}', clock())
  FROM payments.stripe_operations AS o WHERE o.lock_key = 'fetch:du_1';
SELECT unchanged('each balance transaction is posted once');

SELECT * FROM finish();
ROLLBACK;
