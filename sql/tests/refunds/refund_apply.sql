BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(16);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('r1', asked_refund(pay('k1'), 'r1', 5000));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.refund_apply(tenant_a(), the('r1'), refund_object(the('r1'), 'requires_action'),
                          clock()), 2, 'acceptance asks each payee for its part');
SELECT is(
    (SELECT (r.status, r.stripe_refund_id, r.accepted_at IS NOT NULL)::text
       FROM payments.payment_refunds AS r WHERE r.id = the('r1')),
    format('(pending,re_%s,t)', the('r1')), 'a refund the buyer must act on is pending');
SELECT set_eq(
    $$ SELECT t.recipient_id, v.amount, v.status FROM payments.transfer_reversals AS v
         JOIN payments.stripe_transfers AS t ON t.id = v.transfer_id $$,
    $$ VALUES ('v1', 3000::bigint, 'pending'), ('a1', 1250, 'pending') $$,
    'in proportion to what each received');
SELECT is(
    (balance(tenant_a(), 'platform_revenue'), balance(tenant_a(), 'payee_payable', 'v1'),
     balance(tenant_a(), 'payee_payable', 'a1'))::text, '(-750,3000,1250)',
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
SELECT is(
    (SELECT (r.status, r.failure_reason)::text FROM payments.payment_refunds AS r
      WHERE r.id = the('r1')), '(failed,expired_or_canceled_card)', 'with Stripe''s reason');
SELECT remember();
SELECT is(payments.refund_apply(tenant_a(), the('r1'), refund_object(the('r1'), 'failed'), clock()),
          0, 'once');
SELECT is(
    payments.refund_apply(tenant_a(), the('r1'), refund_object(the('r1'), 'succeeded'), clock()), 0,
    'what has failed does not succeed any more');
SELECT unchanged('whatever comes after');
RESET ROLE;
SELECT is_empty(
    $$ SELECT * FROM payments.violations_all(tenant_a()) AS v WHERE v.invariant <> 'M10' $$,
    'no cent is lost; the call itself (M10) is not told here how it ended');

SELECT * FROM finish();
ROLLBACK;
