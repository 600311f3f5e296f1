BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('out', '{"id": "txn_out", "amount": -10000, "fee": 1500}'::jsonb),
       keep('back', '{"id": "txn_back", "amount": 10000, "fee": -500}'::jsonb);
SELECT dispute(pay('k1'), 'd', 'needs_response', NULL,
               jsonb_build_object('balance_transactions', jsonb_build_array(kept('out')::jsonb)));
SELECT results_eq(
    $$ SELECT balance(tenant_a(), 'disputes'), balance(tenant_a(), 'provider_fees'),
              balance(tenant_a(), 'provider_clearing') $$,
    $$ VALUES (10000::bigint, 1500::bigint, -1500::bigint) $$,
    'what the bank took and Stripe''s fee are posted');
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT payments.dispute_money_post(p, dispute_of(pay('k1'), 'd'),
                                   jsonb_build_object('balance_transactions',
                                                      jsonb_build_array(kept('out')::jsonb)),
                                   clock()) FROM payments.payment_transactions AS p
                                       WHERE p.id = pay('k1');
SELECT payments.dispute_money_post(p, dispute_of(pay('k1'), 'd'), '{}', clock())
  FROM payments.payment_transactions AS p WHERE p.id = pay('k1');
SELECT unchanged('a balance transaction is posted once, and none is no harm');
RESET ROLE;
SELECT dispute(pay('k1'), 'd', 'won', NULL,
               jsonb_build_object('balance_transactions',
                                  jsonb_build_array(kept('out')::jsonb, kept('back')::jsonb)));
SELECT results_eq(
    $$ SELECT balance(tenant_a(), 'disputes'), balance(tenant_a(), 'provider_fees'),
              balance(tenant_a(), 'provider_clearing') $$,
    $$ VALUES (0::bigint, 1000::bigint, 9000::bigint) $$,
    'what came back on a win is posted, the part of the fee too');
SELECT dispute(pay('k1'), 'd', 'won', NULL,
               jsonb_build_object('balance_transactions',
                                  jsonb_build_array(kept('back')::jsonb, kept('out')::jsonb)));
SELECT is(
    (SELECT count(*) FROM payments.ledger_postings
      WHERE cause_type IN ('dispute_funds', 'dispute_fee')), 4::bigint,
    'in whatever order they are listed, none is posted twice');
SELECT dispute(pay('k1'), 'f', 'needs_response', NULL,
               '{"balance_transactions": [{"id": "txn_eur", "amount": -9000, "fee": 1300, '
               '"currency": "eur"}]}');
SELECT set_eq(
    $$ SELECT g.cause_type, g.amount, g.currency, g.payment_id, d.currency AS of_account
         FROM payments.ledger_postings AS g
                   JOIN payments.ledger_accounts AS d ON d.id = g.debit_account_id
                  WHERE g.currency = 'eur' $$,
    $$ VALUES ('dispute_funds', 9000::bigint, 'eur', NULL::uuid, 'eur'),
              ('dispute_fee', 1300, 'eur', NULL, 'eur') $$,
    'what Stripe moved in another currency is posted in that one, not as the payment''s');
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT payments.dispute_money_post(p, dispute_of(pay('k1'), 'f'),
                                   '{"balance_transactions": [{"id": "txn_eur", "amount": -9000, '
                                   '"fee": 1300, "currency": "eur"}]}', clock())
                                       FROM payments.payment_transactions AS p
                                      WHERE p.id = pay('k1');
SELECT unchanged('once, too');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
