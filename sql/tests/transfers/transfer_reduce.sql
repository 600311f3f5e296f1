BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT settled_payment(tenant_a(), 'k1'), keep('c', gen_random_uuid()),
       keep('d', gen_random_uuid());
SELECT keep('t', transfer_of(pay('k1'), 'v1')), keep('b', transfer_of(pay('k1'), 'a1')),
       keep('op', call_of(pay('k1'), 'v1'));
SET LOCAL ROLE payments_definer;
SELECT is(payments.transfer_reduce(tenant_a(), the('t'), 1000, the('c'), clock()), 1,
          'a transfer that has not gone out is made smaller');
SELECT results_eq(
    $$ SELECT t.amount, t.status, t.purpose, t.source_transaction = 'ch_' || pay('k1')
         FROM payments.stripe_transfers AS t WHERE t.recipient_id = 'v1' ORDER BY t.amount $$,
    $$ VALUES (5000::bigint, 'pending', 'settlement', true),
              (6000, 'canceled', 'settlement', true) $$, 'by a smaller one in its place');
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.last_error_code
         FROM payments.stripe_operations AS o WHERE o.id = the('op') $$,
    $$ VALUES ('failed', 'failed', 'superseded') $$,
    'the frozen request is never sent, and never changed');
SELECT keep('t2', (SELECT t.id FROM payments.stripe_transfers AS t WHERE t.recipient_id = 'v1'
                      AND t.status = 'pending'));
SELECT is(payments.transfer_reduce(tenant_a(), the('t2'), 5000, the('d'), clock()), 0,
          'all of it: none takes its place');
SELECT is(
    (SELECT count(*) FROM payments.stripe_transfers AS t WHERE t.recipient_id = 'v1'
        AND t.status <> 'canceled'), 0::bigint, 'nothing is left to send');
SELECT is(payments.transfer_reduce(tenant_a(), the('b'), 500, the('c'), clock()), 0,
          'a blocked one is made smaller, too, but is not due');
SELECT results_eq(
    $$ SELECT t.amount, t.status, o.holds
         FROM payments.stripe_transfers AS t
         JOIN payments.stripe_operations AS o ON o.subject_id = t.id
        WHERE t.recipient_id = 'a1' AND t.status <> 'canceled' $$,
    $$ VALUES (2000::bigint, 'blocked', '{payee_blocked}'::text[]) $$, 'it stays blocked');
SELECT is_empty(
    $$ SELECT 1 FROM payments.stripe_operations AS o JOIN payments.stripe_transfers AS t
       ON t.id = o.subject_id WHERE t.status = 'canceled' AND o.state <> 'failed' $$,
    'no canceled transfer has a call that could still go out');
RESET ROLE;
-- A refund makes an unsent repayment smaller, and fails in its turn.
SELECT paid_payment(tenant_a(), 'k2',
                    '{"splits": [{"recipientType": "venue", "recipientId": "v1", "basisPoints": '
                    '10000}]}');
SELECT keep('r1', refund(pay('k2'), 'r1', 3000)), reverse(pay('k2')),
       refund_event(the('r1'), 'refund.failed', 'failed', 'evt_1');
SELECT keep('r2', refund(pay('k2'), 'r2', 1000));
SELECT is(refund_event(the('r2'), 'refund.failed', 'failed', 'evt_2'), 'done',
          'what made a transfer smaller can fail itself');
SELECT is(
    (SELECT sum(t.amount) FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k2')
        AND t.purpose = 'repayment' AND t.status = 'pending'), 3000::numeric,
    'then the payee gets all of it again');
-- An operator calls a transfer off; a partial refund must not send the rest.
SELECT settled_payment(tenant_a(), 'k3');
SELECT ops.operation_cancel(tenant_a(), call_of(pay('k3'), 'v1'), 'wrong payee');
SELECT refund(pay('k3'), 'r3', 1000);
SELECT results_eq(
    $$ SELECT t.amount, t.status, o.state, o.last_error_code, o.last_error
         FROM payments.stripe_transfers AS t
         JOIN payments.stripe_operations AS o ON o.subject_id = t.id
        WHERE t.payment_id = pay('k3') AND t.recipient_id = 'v1' AND t.status <> 'canceled' $$,
    $$ VALUES (5400::bigint, 'failed', 'failed', 'canceled_by_operator', 'wrong payee') $$,
    'what an operator called off stays called off when it is made smaller');
SELECT is_empty(
    $$ SELECT * FROM payments.violations_all(tenant_a(), ARRAY[pay('k2'), pay('k3')]) $$,
    'no cent is lost where a refund asked for it');

SELECT * FROM finish();
ROLLBACK;
