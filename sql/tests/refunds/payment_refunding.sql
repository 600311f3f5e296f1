BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale()), settled_payment(tenant_a(), 'k2', resale());
SELECT asked_refund(pay('k2'), 'r', 100);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.payment_refunding(tenant_a(), pay('k1')), false,
          'a payment that nobody wants back');
SELECT is(payments.payment_refunding(tenant_a(), pay('k2')), true,
          'a refund on its way, of any amount');
RESET ROLE;
SELECT api.escrow_cancel(tenant_a(), 'svc', 'c', '\x01', escrow_of(pay('k1')), '{"reason": "off"}',
                         20);
SET LOCAL ROLE payments_definer;
SELECT is(payments.payment_refunding(tenant_a(), pay('k1')), true, 'a sale that is called off');
UPDATE payments.payment_refunds SET status = 'failed' WHERE payment_id = pay('k1');
SELECT is(payments.payment_refunding(tenant_a(), pay('k1')), false, 'until Stripe refuses');
RESET ROLE;
SELECT throws_ok(
    $$ SELECT api.escrow_release(tenant_a(), 'svc', 'x', '\x01', escrow_of(pay('k2')),
                                 '{"reason": "r"}', 20) $$, 'PY030', NULL,
    'nothing is released while a refund may take from the hold');
SELECT settled_payment(tenant_a(), 'k3',
                       resale(jsonb_build_object('holdUntil', clock() + interval '1 hour'))),
                           asked_refund(pay('k3'), 'r3'), advance('2 hours');
SELECT is(api.escrows_release_due(tenant_a(), 10), 0, 'not even when its time has come');
SELECT is((SELECT count(*) FROM payments.stripe_transfers AS t WHERE t.recipient_id = 's1'),
          0::bigint, 'so no transfer of held money is made that is the buyer''s');
SELECT finish(operation_of(r.id, 'refund'),
              jsonb_build_object('outcome', 'succeeded', 'object', refund_object(r.id)))
                  FROM payments.payment_refunds AS r WHERE r.payment_id = pay('k3');
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.refunded_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k3') $$,
    $$ VALUES ('canceled', 0::bigint, 8000::bigint) $$, 'it is refunded from the hold');
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
