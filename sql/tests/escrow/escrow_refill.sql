BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), k,
                       resale(jsonb_build_object('holdUntil', clock() + interval '1 day')))
                           FROM unnest(ARRAY['k1', 'k2', 'k3', 'k4']) AS k;
SELECT keep('r1', refund(pay('k1'), 'r1')), keep('r2', refund(pay('k2'), 'r2', 5000)),
       keep('r3', refund(pay('k3'), 'r3'));
SELECT refund_event(the('r1'), 'refund.failed', 'failed', 'e1');
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.refunded_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k1') $$,
    $$ VALUES ('held', 8000::bigint, 0::bigint) $$,
    'money of a failed refund goes back into the hold it came from');
SELECT results_eq(
    $$ SELECT v.amount, v.reason
         FROM payments.escrow_events AS v WHERE v.event = 'returned' $$,
    $$ VALUES (8000::bigint, 'refund failed') $$, 'its history says so');
SELECT is_empty(
    $$ SELECT 1 FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k1')
          AND t.recipient_id = 's1' $$, 'the seller is not paid for it');
SELECT api.escrow_release(tenant_a(), 'svc', 'x', '\x01', escrow_of(pay('k2')), '{"reason": "r"}',
                          20);
SELECT refund_event(the('r2'), 'refund.failed', 'failed', 'e2');
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.refunded_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k2') $$,
    $$ VALUES ('released', 0::bigint, 4000::bigint) $$,
    'a hold that is over is not opened again');
SELECT is(
    (SELECT sum(t.amount) FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k2')
        AND t.recipient_id = 's1'), 8000::numeric, 'then the seller is paid');
SELECT dispute(pay('k3'), 'd', 'needs_response'),
       refund_event(the('r3'), 'refund.failed', 'failed', 'e3');
SELECT is((SELECT e.status FROM payments.escrows AS e WHERE e.payment_id = pay('k3')), 'disputed',
          'while a dispute is open it comes back frozen');
SELECT api.escrow_release(tenant_a(), 'svc', 'y', '\x01', escrow_of(pay('k4')),
                          '{"reason": "r", "amount": 3000}', 20),
                              keep('r4', refund(pay('k4'), 'r4', 7000));
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.released_amount, e.refunded_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k4') $$,
    $$ VALUES ('canceled', 0::bigint, 3000::bigint, 5000::bigint) $$,
    'a hold released in part, of which the rest was refunded');
SELECT refund_event(the('r4'), 'refund.failed', 'failed', 'e4');
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.released_amount, e.refunded_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k4') $$,
    $$ VALUES ('partially_released', 5000::bigint, 3000::bigint, 0::bigint) $$,
    'holds the rest again when that fails');
SELECT is(
    (SELECT sum(t.amount - t.amount_reversed) FROM payments.stripe_transfers AS t
      WHERE t.payment_id = pay('k4') AND t.recipient_id = 's1' AND t.status <> 'canceled'),
    3000::numeric, 'nobody released it: the seller waits for it');
SELECT advance('2 days'), enter(NULL), api.escrows_release_due(tenant_a(), 10);
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.released_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k4') $$,
    $$ VALUES ('released', 0::bigint, 8000::bigint) $$, 'until its time has come');
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
