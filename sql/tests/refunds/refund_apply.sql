BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(29);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1');
CREATE FUNCTION pg_temp.wrong() RETURNS SETOF text LANGUAGE sql
AS $$ SELECT v.invariant || ' ' || v.object_id
        FROM payments.violations_all(tap_helpers.tenant_a()) AS v
        -- The call of the first refund is not told here how it ended.
       WHERE (v.invariant, v.object_id) <> ('M10', tap_helpers.kept('r1')) $$;
SELECT keep('r1', asked_refund(pay('k1'), 'r1', 5000));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.refund_apply(tenant_a(), the('r1'), refund_object(the('r1'), 'requires_action'),
                          clock()), 2, 'acceptance asks each payee for its part');
SELECT results_eq(
    $$ SELECT r.status, r.stripe_refund_id, r.accepted_at IS NOT NULL
         FROM payments.payment_refunds AS r WHERE r.id = the('r1') $$,
    $$ VALUES ('pending', 're_' || the('r1'), true) $$,
    'a refund the buyer must act on is pending');
SELECT set_eq(
    $$ SELECT t.recipient_id, v.amount, v.status FROM payments.transfer_reversals AS v
         JOIN payments.stripe_transfers AS t ON t.id = v.transfer_id $$,
    $$ VALUES ('v1', 3000::bigint, 'pending'), ('a1', 1250, 'pending') $$,
    'in proportion to what each received');
SELECT results_eq(
    $$ SELECT balance(tenant_a(), 'platform_revenue'), balance(tenant_a(), 'payee_payable', 'v1'),
              balance(tenant_a(), 'payee_payable', 'a1') $$,
    $$ VALUES (-750::bigint, 3000::bigint, 1250::bigint) $$,
    'the platform bears its part, and each payee owes its own');
SELECT remember();
SELECT is(
    payments.refund_apply(tenant_a(), the('r1'), refund_object(the('r1'), 'pending'), clock()), 0,
    'the same news again asks nobody');
SELECT unchanged('and changes nothing');
SELECT is(
    payments.refund_apply(tenant_a(), the('r1'), refund_object(the('r1'), 'succeeded'), clock()), 0,
    'success asks nobody again');
SELECT is((SELECT r.status FROM payments.payment_refunds AS r WHERE r.id = the('r1')), 'succeeded',
          'it is noted');
SELECT remember();
SELECT is(
    payments.refund_apply(tenant_a(), the('r1'), refund_object(the('r1'), 'pending'), clock()), 0,
    'older news comes too late');
SELECT unchanged('and changes nothing either');
SELECT is(
    payments.refund_apply(tenant_a(), the('r1'),
                          refund_object(the('r1'), 'failed',
                                        '{"failure_reason": "expired_or_canceled_card"}'), clock()),
    2, 'a failure pays each payee again');
SELECT results_eq(
    $$ SELECT r.status, r.failure_reason
         FROM payments.payment_refunds AS r WHERE r.id = the('r1') $$,
    $$ VALUES ('failed', 'expired_or_canceled_card') $$, 'with Stripe''s reason');
SELECT remember();
SELECT is(payments.refund_apply(tenant_a(), the('r1'), refund_object(the('r1'), 'failed'), clock()),
          0, 'once');
SELECT is(
    payments.refund_apply(tenant_a(), the('r1'), refund_object(the('r1'), 'succeeded'), clock()), 0,
    'what has failed does not succeed any more');
SELECT unchanged('whatever comes after');
RESET ROLE;
SELECT is_empty('SELECT * FROM pg_temp.wrong()', 'no cent is lost');

-- The same by events, weeks later, with two other payees.
SELECT open_account(tenant_a(), 'venue', 'v2'), open_account(tenant_a(), 'artist', 'a2');
CREATE FUNCTION pg_temp.others() RETURNS jsonb LANGUAGE sql
AS $$ SELECT '{"splits": [{"recipientType": "venue", "recipientId": "v2", "basisPoints": 6000},
               {"recipientType": "artist", "recipientId": "a2", "amount": 2500}]}'::jsonb $$;
SELECT paid_payment(tenant_a(), 'u1', pg_temp.others()),
       settled_payment(tenant_a(), 'u2', pg_temp.others());
SELECT keep('f1', refund(pay('u1'), 'f1', 3333)), keep('f2', refund(pay('u1'), 'f2', 3334));
SELECT is(reverse(pay('u1')), 4, 'two refunds take back from two payees');
SELECT is(refund_event(the('f1'), 'refund.failed', 'failed', 'evt_1'), 'done',
          'the first fails weeks later');
SELECT results_eq(
    $$ SELECT t.recipient_id, t.purpose, t.amount, t.source_transaction, t.status, t.cause_id
         FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('u1')
          AND t.purpose <> 'settlement' ORDER BY t.recipient_id $$,
    $$ VALUES ('a2', 'repayment', 833::bigint, NULL, 'pending', the('f1')),
              ('v2', 'repayment', 2000, NULL, 'pending', the('f1')) $$,
    'each payee is paid again, out of the balance, what it has given back beyond the refund that '
    'stands');
SELECT results_eq(
    $$ SELECT p.amount_refunded, p.amount_refund_pending FROM payments.payment_transactions AS p
        WHERE p.id = pay('u1') $$, $$ VALUES (3334::bigint, 0::bigint) $$,
    'the payment can be refunded again');
SELECT remember();
SELECT is(refund_event(the('f1'), 'refund.failed', 'failed', 'evt_1'), 'done',
          'the same event again is known');
SELECT unchanged('and changes nothing');
SELECT is(refund_event(the('f1'), 'charge.refund.updated', 'failed', 'evt_2'), 'done',
          'its deprecated twin says the same');
SELECT is((SELECT count(*) FROM payments.stripe_transfers WHERE payment_id = pay('u1')
              AND purpose = 'repayment'), 2::bigint,
          'nobody is paid a third time');
SELECT is_empty('SELECT * FROM pg_temp.wrong()', 'no cent is lost on the way');
SELECT keep('call', o.id) FROM payments.stripe_operations AS o JOIN payments.stripe_transfers AS t
    ON t.id = o.subject_id WHERE t.purpose = 'repayment' AND t.recipient_id = 'v2';
SELECT send(the('call')), finish(the('call'),
                                 jsonb_build_object('outcome', 'succeeded', 'object',
                                                    transfer_object(the('call'))));
SELECT is(balance(tenant_a(), 'payee_payable', 'v2') + 6000, 0::bigint,
          'a payee paid again is owed nothing of this payment; of the other all is open');
SELECT keep('f3', refund(pay('u1'), 'f3')), reverse(pay('u1'));
SELECT is(
    (SELECT sum(t.amount_reversed) FROM payments.stripe_transfers AS t
      WHERE t.payment_id = pay('u1') AND t.recipient_id = 'v2'), 8000::numeric,
    'a full refund afterwards takes back all that was paid, the repayment too');
SELECT keep('f4', refund(pay('u2'), 'f4', 1000)),
       refund_event(the('f4'), 'refund.updated', 'failed', 'evt_3');
SELECT results_eq(
    $$ SELECT t.purpose, t.status, t.amount FROM payments.stripe_transfers AS t
        WHERE t.payment_id = pay('u2') AND t.recipient_id = 'v2' ORDER BY t.purpose, t.status $$,
    $$ VALUES ('repayment', 'pending', 600::bigint), ('settlement', 'canceled', 6000),
              ('settlement', 'pending', 5400) $$,
    'where the transfer had only been made smaller, the difference is paid');
SELECT is_empty('SELECT * FROM pg_temp.wrong()', 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
