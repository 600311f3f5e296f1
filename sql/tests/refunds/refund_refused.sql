BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('r1', asked_refund(pay('k1'), 'r1', 4000)),
       keep('r2', asked_refund(pay('k1'), 'r2', 100));
SELECT ok(
    finish(operation_of(the('r1'), 'refund'),
           '{"outcome": "failed", "code": "charge_disputed", "type": "invalid_request_error"}'),
    'Stripe refuses a refund');
SELECT results_eq(
    $$ SELECT r.status, r.failure_reason, r.stripe_refund_id
         FROM payments.payment_refunds AS r WHERE r.id = the('r1') $$,
    $$ VALUES ('failed', 'charge_disputed', NULL::text) $$, 'it has failed, with the reason');
SELECT results_eq(
    $$ SELECT p.amount_refund_pending, p.amount_refunded
         FROM payments.payment_transactions AS p WHERE p.id = pay('k1') $$,
    $$ VALUES (100::bigint, 0::bigint) $$, 'its reservation is lifted, others'' are not');
SELECT is_empty('SELECT 1 FROM payments.clawback_shares', 'nobody had been asked');
SELECT results_eq(
    $$ SELECT status, problem
         FROM api.refund_create(tenant_a(), 'fixtures', 'r1', '\x00', '{}', 20) $$,
    $$ VALUES (NULL::integer, 'payment_not_refundable') $$, 'the client is told why');
SELECT send(operation_of(the('r2'), 'refund')),
       finish(operation_of(the('r2'), 'refund'),
              jsonb_build_object('outcome', 'succeeded', 'object', refund_object(the('r2'))));
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT lives_ok($$ SELECT payments.refund_refused(tenant_a(), the('r2'), 'x', clock()) $$,
                'a refund that was accepted');
SELECT unchanged('is not refused any more');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
