BEGIN;
SELECT plan(12);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('one', transfer_of(pay('k1'), 'v1')), keep('two', transfer_of(pay('k1'), 'a1'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.transfers_settle(tenant_a(), ARRAY[the('one'), the('two')],
                                        ARRAY['tr_1', 'tr_1'], clock()) $$, 'PY033', NULL,
    'one Stripe transfer for two of ours is refused');
SELECT unchanged('neither is paid nor posted');
SELECT payments.transfers_settle(tenant_a(), ARRAY[the('one'), the('two')], ARRAY['tr_1', 'tr_2'],
                                 clock());
SELECT is(
    (SELECT string_agg(t.status || ' ' || t.stripe_transfer_id, ', ' ORDER BY t.stripe_transfer_id)
       FROM payments.stripe_transfers AS t), 'paid tr_1, paid tr_2',
    'each is paid by its Stripe transfer, a blocked one too');
SELECT is(
    (SELECT count(*) FROM payments.ledger_postings AS l WHERE l.cause_type = 'transfer'
        AND l.cause_id IN (the('one'), the('two'))), 2::bigint, 'each is posted');
SELECT remember();
SELECT payments.transfers_settle(tenant_a(), ARRAY[the('one'), the('two')], ARRAY['tr_1', 'tr_3'],
                                 clock());
SELECT unchanged('once');
SELECT payments.transfers_settle(tenant_a(), NULL, NULL, clock());
SELECT unchanged('none is fine');
SELECT results_eq(
    $$ SELECT debit.kind, debit.recipient_id, credit.kind, l.amount, l.currency, l.leg
         FROM payments.ledger_postings AS l
         JOIN payments.ledger_accounts AS debit ON debit.id = l.debit_account_id
         JOIN payments.ledger_accounts AS credit ON credit.id = l.credit_account_id
        WHERE l.cause_type = 'transfer' AND l.cause_id = the('one') $$,
    $$ VALUES ('payee_payable', 'v1', 'provider_clearing', 6000::bigint, 'usd', 'paid') $$,
    'the payee''s liability is posted away, exactly');
SELECT results_eq(
    $$ SELECT object_type, object_id FROM payments.provider_objects WHERE provider_id = 'tr_1' $$,
    $$ VALUES ('transfer', the('one')) $$, 'whose Stripe''s transfer is, is kept');
SELECT is((SELECT paid_at IS NOT NULL FROM payments.stripe_transfers WHERE id = the('one')), true,
          'and when it was paid');
SELECT remember();
SELECT payments.transfers_settle(tenant_a(), ARRAY[tenant_b()], ARRAY['tr_3'], clock());
SELECT unchanged('an unknown one is not settled');
RESET ROLE;
SELECT open_account(tenant_a(), 'artist', 'a2'), settled_payment(tenant_a(), 'k2');
SELECT send(call_of(pay('k2'), 'v1'));
SELECT refund(pay('k2'), 'r', 1000);
SET LOCAL ROLE payments_definer;
SELECT is(payments.transfers_settle(tenant_a(), ARRAY[transfer_of(pay('k2'), 'v1')],
                                    ARRAY['tr_9'], clock()), n,
          'a reversal that waited for its transfer is due then, once')
  FROM unnest(ARRAY[1, 0]) AS n;

SELECT * FROM finish();
ROLLBACK;
