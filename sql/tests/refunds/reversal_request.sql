BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('c', gen_random_uuid());
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.reversal_request(tenant_a(), transfer_of(pay('k1'), 'v1'), 'refund', the('c'), 3000,
                              clock()), 1, 'of a paid transfer a part is asked back at once');
SELECT results_eq(
    $$ SELECT v.id = payments.id_derive(tenant_a(), 'reversal', 'refund', the('c')::text,
              v.transfer_id::text), v.amount, v.currency, v.status, v.shortfall
         FROM payments.transfer_reversals AS v $$,
    $$ VALUES (true, 3000::bigint, 'usd', 'pending', 0::bigint) $$,
    'its id follows from cause and transfer');
SELECT results_eq(
    $$ SELECT t.amount_reversal_pending, t.amount_reversed, t.status
         FROM payments.stripe_transfers AS t WHERE t.id = transfer_of(pay('k1'), 'v1') $$,
    $$ VALUES (3000::bigint, 0::bigint, 'paid') $$, 'the transfer knows what is on its way back');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.reversal_request(tenant_a(), transfer_of(pay('k1'), 'v1'), 'refund',
                                        the('c'), 1, clock()) $$, '23505', NULL,
    'a cause takes from a transfer once');
SELECT throws_ok(
    $$ SELECT payments.reversal_request(tenant_a(), transfer_of(pay('k1'), 'v1'), 'refund',
                                        gen_random_uuid(), 3001, clock()) $$, '23514', NULL,
    'and all causes together no more than it was');
SELECT unchanged('no refused reversal left anything');
SELECT is(
    payments.reversal_request(tenant_a(), transfer_of(pay('k2'), 'v1'), 'refund', the('c'), 10,
                              clock()), 0, 'of one still on its way nothing is asked yet');
SELECT is((SELECT v.status FROM payments.transfer_reversals AS v WHERE v.payment_id = pay('k2')),
          'waiting', 'it waits');

SELECT * FROM finish();
ROLLBACK;
