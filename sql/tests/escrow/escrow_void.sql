BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT created_payment(tenant_a(), 'k1', resale()), created_payment(tenant_a(), 'k2', resale()),
       asked_payment(tenant_a(), 'k3', resale());
SELECT apply(tenant_a(), 'e1',
             event('payment_intent.canceled', intent_object(pay('k1'), 'canceled')));
SELECT is((SELECT e.status FROM payments.escrows AS e WHERE e.payment_id = pay('k1')), 'canceled',
          'of a payment that was canceled nothing will be held');
SELECT results_eq(
    $$ SELECT v.reason, v.actor FROM payments.escrow_events AS v WHERE v.event = 'canceled' $$,
    $$ VALUES ('payment canceled', 'payment') $$, 'its history says why');
SELECT finish(operation_of(pay('k3'), 'intent'),
              '{"outcome": "failed", "code": "parameter_invalid"}');
SELECT is((SELECT e.status FROM payments.escrows AS e WHERE e.payment_id = pay('k3')), 'canceled',
          'nor of one that Stripe refused');
SELECT apply(tenant_a(), 'e2',
             event('payment_intent.succeeded', intent_object(pay('k2'), 'succeeded')));
SELECT is((SELECT e.status FROM payments.escrows AS e WHERE e.payment_id = pay('k2')), 'held',
          'one that succeeded is held');
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
