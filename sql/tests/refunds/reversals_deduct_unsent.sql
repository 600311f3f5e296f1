BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1')), keep('t', transfer_of(pay('k1'), 'v1'));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is(payments.reversals_deduct_unsent(tenant_a(), the('t'), clock()), 0,
          'a transfer that nothing is to come back from');
SELECT unchanged('is left alone');
RESET ROLE;
SELECT send(the('call')), refund(pay('k1'), 'r1', 2000), refund(pay('k1'), 'r2', 3000);
UPDATE payments.stripe_operations SET state = 'ready', first_sent_at = NULL,
       first_sent_epoch = NULL, last_sent_at = NULL WHERE id = the('call');
SELECT enter(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT is(payments.reversals_deduct_unsent(tenant_a(), the('t'), clock()), 1,
          'both refunds come off the transfer, and the rest is due');
SELECT results_eq(
    $$ SELECT t.amount, t.status FROM payments.stripe_transfers AS t WHERE t.recipient_id = 'v1'
        ORDER BY t.amount $$,
    $$ VALUES (3000::bigint, 'pending'), (6000, 'canceled') $$, 'as one smaller transfer');
SELECT is(
    (SELECT string_agg(DISTINCT v.status, ',') FROM payments.transfer_reversals AS v
      WHERE v.transfer_id = the('t')), 'canceled', 'neither reversal waits any more');
SELECT remember();
SELECT is(payments.reversals_deduct_unsent(tenant_a(), the('t'), clock()), 0, 'a second time');
SELECT unchanged('there is nothing left to do');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
