BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(16);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('v', transfer_of(pay('k1'), 'v1')), keep('a', transfer_of(pay('k1'), 'a1'));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is(payments.transfer_refused(operation_row(call_of(pay('k1'), 'v1')), 'retry', clock()), 0,
          'a refusal to be retried');
SELECT unchanged('leaves the transfer as it is');
SELECT is(payments.transfer_refused(operation_row(call_of(pay('k1'), 'v1')), 'hold', clock()), 1,
          'a payee who cannot receive has its account read');
SELECT is(payments.transfer_refused(operation_row(call_of(pay('k1'), 'a1')), 'fail', clock()), 0,
          'a final refusal makes nothing due');
SELECT set_eq('SELECT t.id, t.status FROM payments.stripe_transfers AS t',
              $$ VALUES (the('v'), 'blocked'), (the('a'), 'failed') $$,
              'both are visible for what they are');
RESET ROLE;

-- A refund while the venue's transfer is on the wire waits for it; then Stripe refuses the transfer
-- for good.
SELECT settled_payment(tenant_a(), 'k2');
SELECT keep('call', call_of(pay('k2'), 'v1'));
UPDATE payments.stripe_operations SET failures = 4 WHERE id = the('call');
SELECT send(the('call')), keep('r', refund(pay('k2'), 'r', 5000));
SELECT results_eq(
    $$ SELECT v.status, v.amount
         FROM payments.transfer_reversals AS v WHERE v.id = reversal_of(the('r'), 'v1') $$,
    $$ VALUES ('waiting', 3000::bigint) $$, 'a reversal waits for its transfer');
SELECT ok(finish(the('call'), '{"outcome": "failed", "code": "resource_missing"}'),
          'which Stripe refuses for the last time');
SELECT results_eq(
    $$ SELECT v.status, v.shortfall
         FROM payments.transfer_reversals AS v WHERE v.id = reversal_of(the('r'), 'v1') $$,
    $$ VALUES ('canceled', 0::bigint) $$, 'nothing has to come back: the reversal is settled');
SELECT results_eq(
    $$ SELECT t.amount, t.status, t.amount_reversal_pending FROM payments.stripe_transfers AS t
        WHERE t.payment_id = pay('k2') AND t.recipient_id = 'v1' ORDER BY t.amount $$,
    $$ VALUES (3000::bigint, 'pending', 0::bigint), (6000, 'canceled', 0) $$,
    'what is left is paid by a smaller transfer');
SELECT is_empty('SELECT 1 FROM payments.receivables', 'the payee owes nothing');
SELECT send(o.id), finish(o.id,
                          jsonb_build_object('outcome', 'succeeded', 'object',
                                             transfer_object(o.id)))
                                                 FROM payments.stripe_operations AS o
  JOIN payments.stripe_transfers AS t ON t.id = o.subject_id WHERE t.payment_id = pay('k2')
   AND t.status = 'pending';
SELECT is(balance(tenant_a(), 'payee_payable', 'v1'), -6000::bigint,
          'the venue has its part of this payment, and is owed the other, held, one');

-- Blocked in flight: likewise, and what is left stays to be sent.
SELECT settled_payment(tenant_a(), 'k3');
SELECT keep('call', call_of(pay('k3'), 'v1'));
SELECT send(the('call')), refund(pay('k3'), 'r3');
SELECT ok(finish(the('call'), '{"outcome": "failed", "code": "account_invalid"}'),
          'a payee refused while everything is refunded');
SELECT is_empty(
    $$ SELECT 1 FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k3')
          AND t.recipient_id = 'v1' AND t.status <> 'canceled' $$,
    'is not paid later to be asked back at once');

-- Dead is not refused: whether it went out is not known, so the reversal waits for the person's
-- look.
SELECT settled_payment(tenant_a(), 'k4');
SELECT keep('call', call_of(pay('k4'), 'v1'));
UPDATE payments.stripe_operations SET failures = 19 WHERE id = the('call');
SELECT send(the('call')), keep('r4', refund(pay('k4'), 'r4', 5000));
SELECT finish(the('call'), '{"outcome": "unknown"}');
SELECT results_eq(
    $$ SELECT (operation_row(the('call'))).state, (SELECT v.status FROM
              payments.transfer_reversals AS v WHERE v.id = reversal_of(the('r4'), 'v1')) $$,
    $$ VALUES ('dead', 'waiting') $$, 'a dead transfer keeps its reversal waiting');
SELECT ops.operation_retry(tenant_a(), the('call')), send(the('call')),
       finish(the('call'), jsonb_build_object('outcome', 'succeeded', 'object',
                                              transfer_object(the('call'))));
SELECT is(
    (SELECT v.status FROM payments.transfer_reversals AS v
      WHERE v.id = reversal_of(the('r4'), 'v1')), 'pending', 'revived and found, it is reversed');
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
