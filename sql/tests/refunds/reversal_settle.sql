BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), keep('r1', refund(pay('k1'), 'r1'));
SELECT keep('v', reversal_of(the('r1'), 'v1')::text);
SET LOCAL ROLE payments_definer;
SELECT lives_ok(
    $$ SELECT payments.reversal_settle(tenant_a(), reversal_of(the('r1'), 'v1'), '{"id": "trr_1"}',
                                       clock()) $$, 'a reversal is done');
SELECT results_eq(
    $$ SELECT v.status, v.stripe_reversal_id
         FROM payments.transfer_reversals AS v WHERE v.id = reversal_of(the('r1'), 'v1') $$,
    $$ VALUES ('succeeded', 'trr_1') $$, 'it is noted');
SELECT results_eq(
    $$ SELECT t.status, t.amount_reversed, t.amount_reversal_pending
         FROM payments.stripe_transfers AS t WHERE t.id = transfer_of(pay('k1'), 'v1') $$,
    $$ VALUES ('reversed', 6000::bigint, 0::bigint) $$, 'the transfer is reversed');
SELECT is(balance(tenant_a(), 'payee_payable', 'v1'), 0::bigint, 'the payee owes nothing any more');
SELECT remember();
SELECT lives_ok(
    $$ SELECT payments.reversal_settle(tenant_a(), reversal_of(the('r1'), 'v1'), '{"id": "trr_2"}',
                                       clock()) $$, 'once done');
SELECT unchanged('it is not done again');

SELECT * FROM finish();
ROLLBACK;
