BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('r1', refund(pay('k1'), 'r1', 3333)), keep('r2', refund(pay('k1'), 'r2', 3334));
SELECT is(reverse(pay('k1')), 4, 'two refunds take back from two payees');
SELECT is(refund_event(the('r1'), 'refund.failed', 'failed', 'evt_1'), 'done',
          'the first fails weeks later');
SELECT results_eq(
    $$ SELECT t.recipient_id, t.purpose, t.amount, t.source_transaction, t.status, t.cause_id
         FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k1')
          AND t.purpose <> 'settlement' ORDER BY 1 $$,
    $$ VALUES ('a1', 'repayment', 833::bigint, NULL, 'pending', the('r1')),
              ('v1', 'repayment', 2000, NULL, 'pending', the('r1')) $$,
    'each payee is paid again, out of the balance, what it has given back beyond the refund that '
    'stands');
SELECT is(
    (SELECT (p.amount_refunded, p.amount_refund_pending)::text
       FROM payments.payment_transactions AS p WHERE p.id = pay('k1')), '(3334,0)',
    'the payment can be refunded again');
SELECT remember();
SELECT is(refund_event(the('r1'), 'refund.failed', 'failed', 'evt_1'), 'done',
          'the same event again is known');
SELECT unchanged('and changes nothing');
SELECT is(refund_event(the('r1'), 'charge.refund.updated', 'failed', 'evt_2'), 'done',
          'its deprecated twin says the same');
SELECT is((SELECT count(*) FROM payments.stripe_transfers WHERE purpose = 'repayment'), 2::bigint,
          'nobody is paid a third time');
SELECT money_is_right(tenant_a(), 'no cent is lost on the way');
SELECT keep('call', o.id) FROM payments.stripe_operations AS o JOIN payments.stripe_transfers AS t
ON t.id = o.subject_id WHERE t.purpose = 'repayment' AND t.recipient_id = 'v1';
SELECT send(the('call')), finish(the('call'),
                                 jsonb_build_object('outcome', 'succeeded', 'object',
                                                    transfer_object(the('call'))));
SELECT is(balance(tenant_a(), 'payee_payable', 'v1') + 6000, 0::bigint,
          'a payee paid again is owed nothing of this payment; of the other all is open');
SELECT keep('r3', refund(pay('k1'), 'r3')), reverse(pay('k1'));
SELECT is(
    (SELECT sum(t.amount_reversed) FROM payments.stripe_transfers AS t
      WHERE t.payment_id = pay('k1') AND t.recipient_id = 'v1'), 8000::numeric,
    'a full refund afterwards takes back all that was paid, the repayment too');
SELECT keep('r4', refund(pay('k2'), 'r4', 1000)),
       refund_event(the('r4'), 'refund.updated', 'failed', 'evt_3');
SELECT results_eq(
    $$ SELECT t.purpose, t.status, t.amount FROM payments.stripe_transfers AS t
        WHERE t.payment_id = pay('k2') AND t.recipient_id = 'v1' ORDER BY t.purpose, t.status $$,
    $$ VALUES ('repayment', 'pending', 600::bigint), ('settlement', 'canceled', 6000),
              ('settlement', 'pending', 5400) $$,
    'where the transfer had only been made smaller, the difference is paid');
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
