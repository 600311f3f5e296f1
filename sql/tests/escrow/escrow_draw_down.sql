BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale()), settled_payment(tenant_a(), 'k2', resale());
SELECT api.escrow_release(tenant_a(), 'svc', 'x', '\x01', escrow_of(pay('k1')),
                          '{"reason": "r", "amount": 3000}', 20);
SELECT keep('r1', refund(pay('k1'), 'r1', 2500));
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.released_amount, e.refunded_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k1') $$,
    $$ VALUES ('partially_released', 3000::bigint, 3000::bigint, 2000::bigint) $$,
    'a refund is taken from the hold first');
SELECT results_eq(
    $$ SELECT v.event, v.amount, v.reason
         FROM payments.escrow_events AS v WHERE v.event = 'refunded' $$,
    $$ VALUES ('refunded', 2000::bigint, 'refund') $$, 'its history says so');
SELECT is(
    (SELECT sum(t.amount) FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k1')
        AND t.recipient_id = 's1' AND t.status <> 'canceled'), 3000::numeric,
    'what was released is left alone');
SELECT refund(pay('k1'), 'r2');
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.released_amount, e.refunded_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k1') $$,
    $$ VALUES ('canceled', 0::bigint, 3000::bigint, 5000::bigint) $$,
    'when the hold is empty it is over');
SELECT is(
    (SELECT count(*) FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k1')
        AND t.status <> 'canceled'), 0::bigint,
    'the rest comes out of the transfer that had not gone yet');
SELECT dispute(pay('k2'), 'd', 'lost', 5000);
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.refunded_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k2') $$,
    $$ VALUES ('held', 4000::bigint, 4000::bigint) $$, 'a lost dispute takes from the hold, too');
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT is(
    payments.escrow_draw_down(tenant_a(), pay('k2'), 'refund', gen_random_uuid(), 'venue', 'v1', 5,
                              clock()), 0::bigint, 'where nothing is held');
SELECT is(
    payments.escrow_draw_down(tenant_a(), pay('k1'), 'refund', gen_random_uuid(), 'seller', 's1', 5,
                              clock()), 0::bigint, 'or nothing any more');
SELECT unchanged('nothing is taken');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
