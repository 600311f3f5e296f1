BEGIN;
SELECT plan(23);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2'),
       created_payment(tenant_a(), 'k3', '{"splits": []}'), created_payment(tenant_a(), 'k4');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT throws_ok($$ SELECT payments.payment_settle(tenant_a(), pay('k1'), NULL, 10000, clock()) $$,
                 'PY032', NULL, 'a capture without a charge is refused');
SELECT throws_ok(
    $$ SELECT payments.payment_settle(tenant_a(), pay('k1'), 'ch_1', 10001, clock()) $$, '23514',
    NULL, 'more than was authorised is refused');
SELECT throws_ok($$ SELECT payments.payment_settle(tenant_a(), pay('k1'), 'ch_1', NULL, clock()) $$,
                 '23502', NULL, 'an unknown amount is refused');
SELECT is(payments.payment_settle(tenant_a(), tenant_b(), 'ch_1', 10000, clock()), 0,
          'an unknown payment settles nothing');
SELECT unchanged('what is refused changes nothing');
SELECT is(payments.payment_settle(tenant_a(), pay('k1'), 'ch_1', 10000, clock()), 1,
          'a settled payment makes the transfers due whose payees can receive');
SELECT results_eq(
    $$ SELECT status, amount_captured, settled_at IS NOT NULL
         FROM payments.payment_transactions WHERE id = pay('k1') $$,
    $$ VALUES ('succeeded', 10000::bigint, true) $$, 'the payment succeeded');
SELECT results_eq(
    $$ SELECT recipient_type, amount FROM payments.payment_splits
        WHERE payment_id = pay('k1') ORDER BY position $$,
    $$ VALUES ('venue', 6000::bigint), ('artist', 2500), ('platform', 1500) $$,
    'each recipient''s share is fixed');
SELECT set_eq(
    $$ SELECT debit.kind AS debit, credit.kind AS credit, credit.recipient_type,
              credit.recipient_id, l.amount, l.currency, l.cause_type, l.leg
         FROM payments.ledger_postings AS l
         JOIN payments.ledger_accounts AS debit ON debit.id = l.debit_account_id
         JOIN payments.ledger_accounts AS credit ON credit.id = l.credit_account_id
        WHERE l.payment_id = pay('k1') $$,
    $$ VALUES
       ('provider_clearing', 'payee_payable', 'venue', 'v1', 6000::bigint, 'usd', 'capture',
        'share'),
       ('provider_clearing', 'payee_payable', 'artist', 'a1', 2500, 'usd', 'capture', 'share'),
       ('provider_clearing', 'platform_revenue', '', '', 1500, 'usd', 'capture', 'share') $$,
    'each share is posted from clearing to its owner, exactly');
SELECT results_eq(
    $$ SELECT recipient_id, amount, status, source_transaction FROM payments.stripe_transfers
        WHERE payment_id = pay('k1') ORDER BY recipient_id $$,
    $$ VALUES ('a1', 2500::bigint, 'blocked', 'ch_1'), ('v1', 6000, 'pending', 'ch_1') $$,
    'each payee has a transfer from that charge; one who cannot receive a blocked one');
SELECT remember();
SELECT is(payments.payment_settle(tenant_a(), pay('k1'), 'ch_1', 10000, clock()), 0,
          'a payment settles once');
SELECT is(payments.payment_settle(tenant_a(), pay('k1'), 'ch_2', 5000, clock()), 0,
          'whatever comes second');
SELECT unchanged('the second settlement changes nothing');
SELECT is(payments.payment_settle(tenant_a(), pay('k2'), 'ch_k2', 3333, clock()), 1,
          'a part can be captured');
SELECT is(
    (SELECT array_agg(amount ORDER BY position) FROM payments.payment_splits
      WHERE payment_id = pay('k2')), '{2000,833,500}',
    'the shares scale to the part, to the last unit');
SELECT is((SELECT sum(amount) FROM payments.ledger_postings WHERE payment_id = pay('k2')),
          3333::numeric, 'what is posted is what was captured');
SELECT is(payments.payment_settle(tenant_a(), pay('k3'), 'ch_k3', 10000, clock()), 0,
          'a payment without payees makes no transfer due');
SELECT is((SELECT array_agg(amount) FROM payments.ledger_postings WHERE payment_id = pay('k3')),
          '{10000}', 'it is all the platform''s');
SELECT payments.payment_settle(tenant_a(), pay('k4'), 'ch_k4', 1, clock());
SELECT is(
    (SELECT array_agg(amount ORDER BY position) FROM payments.payment_splits
      WHERE payment_id = pay('k4')), '{1,0,0}', 'one unit goes to the largest remainder');
SELECT is(
    (SELECT count(*) FROM payments.ledger_postings WHERE payment_id = pay('k4')) + (SELECT count(*)
        FROM payments.stripe_transfers WHERE payment_id = pay('k4')), 2::bigint,
    'a share of nothing is neither posted nor transferred');
-- Only the settlement was called, not what notes Stripe's word (M16 compares with it).
UPDATE payments.payment_intents SET stripe_status = 'succeeded';
RESET ROLE;
SELECT enter(NULL);
SELECT is_empty($$ SELECT * FROM ops.money_violations() $$, 'no money invariant is broken');

-- A króna is paid whole.
RESET ROLE;
SELECT created_payment(tenant_a(), 'k5',
                       '{"currency": "isk", "amount": 1000, "splits": [{"recipientType": "venue", '
                       '"recipientId": "v1", "basisPoints": 3333}, {"recipientType": "artist", '
                       '"recipientId": "a1", "basisPoints": 3333}]}');
SET LOCAL ROLE payments_definer;
SELECT payments.payment_settle(tenant_a(), pay('k5'), 'ch_k5', 1000, clock());
SELECT is(
    (SELECT array_agg(amount ORDER BY position) FROM payments.payment_splits
      WHERE payment_id = pay('k5')), '{300,300,400}',
    'in a currency of whole units nobody''s share has a fraction');
SELECT is(
    (SELECT array_agg(amount ORDER BY recipient_id) FROM payments.stripe_transfers
      WHERE payment_id = pay('k5')), '{300,300}', 'nor has what is transferred');

SELECT * FROM finish();
ROLLBACK;
