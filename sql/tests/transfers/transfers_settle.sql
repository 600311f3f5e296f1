BEGIN;
SELECT plan(6);

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

SELECT * FROM finish();
ROLLBACK;
