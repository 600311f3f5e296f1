BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(16);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1'), paid_payment(tenant_a(), 'k2'),
       paid_payment(tenant_a(), 'k3'), paid_payment(tenant_a(), 'k4');
-- Before the payment's own success is known.
SELECT is(dispute(pay('k1'), 'd', 'lost', 4000), 'done',
          'a dispute may be over before we know of the payment''s success');
SELECT is(
    (SELECT d.allocated_at FROM payments.disputes AS d WHERE d.id = dispute_of(pay('k1'), 'd')),
    NULL, 'then nothing is shared out yet');
SELECT apply(tenant_a(), 'evt_ok',
             event('payment_intent.succeeded', intent_object(pay('k1'), 'succeeded')));
SELECT is(
    (SELECT d.allocated_amount FROM payments.disputes AS d WHERE d.id = dispute_of(pay('k1'), 'd')),
    4000::bigint, 'it is as soon as the payment is settled');
SELECT set_eq(
    $$ SELECT t.recipient_id, t.status, t.amount FROM payments.stripe_transfers AS t
        WHERE t.payment_id = pay('k1') $$,
    $$ VALUES ('v1', 'canceled', 6000::bigint), ('v1', 'pending', 3600), ('a1', 'canceled', 2500),
              ('a1', 'pending', 1500) $$, 'and the payees are sent less to begin with');
-- Several, with a refund between them.
SELECT keep('r1', refund(pay('k2'), 'r1', 2000)), reverse(pay('k2'));
SELECT dispute(pay('k2'), 'd', 'lost', 5000), dispute(pay('k2'), 'e', 'lost', 5000);
SELECT is(
    (SELECT sum(d.allocated_amount) FROM payments.disputes AS d WHERE d.payment_id = pay('k2')),
    8000::numeric, 'all losses together take what the refund has left');
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT is(payments.disputes_settle(tenant_a(), pay('k2'), clock()), 0, 'settling again');
SELECT unchanged('shares out nothing twice');
RESET ROLE;
-- A refund that Stripe has and we have not heard about.
SELECT keep('r2', asked_refund(pay('k3'), 'r2', 6000)), dispute(pay('k3'), 'd', 'lost');
SELECT is((SELECT d.allocated_amount FROM payments.disputes AS d WHERE d.payment_id = pay('k3')),
          4000::bigint, 'what a refund on its way has reserved is not shared out a second time');
SELECT ok(
    finish(operation_of(the('r2'), 'refund'),
           jsonb_build_object('outcome', 'succeeded', 'object', refund_object(the('r2')))),
    'so that its acceptance, which comes after the loss, still can be');
SELECT reverse(pay('k2')), reverse(pay('k3'));
SELECT is(
    (SELECT sum(t.amount - t.amount_reversed) FROM payments.stripe_transfers AS t
      WHERE t.payment_id = pay('k3')), 0::numeric, 'then every payee has returned all');
SELECT is(dispute(pay('k4'), 'd', 'needs_response', 100), 'done', 'a chargeback opens');
SELECT is(dispute(pay('k4'), 'e', 'needs_response', 200), 'done', 'and another');
SELECT is((SELECT p.amount_disputed FROM payments.payment_transactions AS p WHERE p.id = pay('k4')),
          300::bigint, 'both count');
SELECT dispute(pay('k4'), 'd', 'won');
SET LOCAL ROLE payments_definer;
SELECT ok(payments.payment_frozen(tenant_a(), pay('k4')),
          'one of them won leaves the payment frozen by the other');
RESET ROLE;
SELECT dispute(pay('k4'), 'e', 'lost', 200), reverse(pay('k4'));
SET LOCAL ROLE payments_definer;
SELECT ok(NOT payments.payment_frozen(tenant_a(), pay('k4')), 'both decided it is free');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
