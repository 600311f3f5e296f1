BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), keep('r', asked_refund(pay('k1'), 'r', 4000)::text);
CREATE FUNCTION pg_temp.adopt(p_object jsonb) RETURNS uuid LANGUAGE sql
AS $$ SELECT payments.refund_adopt(p, p_object, tap_helpers.clock())
        FROM payments.payment_transactions AS p WHERE p.id = tap_helpers.pay('k1') $$;
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.adopt('{"id": "re_d", "amount": 1000, "reason": "fraudulent"}'),
          payments.id_derive(tenant_a(), 'refund', 'dashboard', 're_d'),
          'a refund made at Stripe is recorded under an id that follows from Stripe''s');
SELECT results_eq(
    $$ SELECT r.amount, r.currency, r.status, r.reason, r.origin, r.created_by, r.metadata
         FROM payments.payment_refunds AS r WHERE r.origin = 'dashboard' $$,
    $$ VALUES (1000::bigint, 'usd', 'pending', 'fraudulent', 'dashboard', 'stripe', '{}'::jsonb) $$,
    'it says where it came from');
SELECT remember();
SELECT throws_ok($$ SELECT pg_temp.adopt('{"id": "re_d", "amount": 1000}') $$, '23505', NULL,
                 'once');
SELECT is(pg_temp.adopt('{"id": "re_e", "amount": 5001}'), NULL,
          'not while our own reservations leave no room');
SELECT unchanged('no refused one left anything');
SELECT pg_temp.adopt('{"id": "re_f", "amount": 1, "reason": "expired_uncaptured_charge"}'),
       pg_temp.adopt('{"id": "re_g", "amount": 1}');
SELECT is((SELECT array_agg(r.reason) FROM payments.payment_refunds AS r WHERE r.amount = 1),
          '{other,other}', 'a reason that is none of ours is another one');
SELECT isnt(
    pg_temp.adopt(
        '{"id": "re_h", "amount": 9000, "status": "failed", "failure_reason": "declined"}'), NULL,
    'one that has failed already needs no room');
SELECT results_eq(
    $$ SELECT r.status, r.stripe_refund_id, r.failure_reason
         FROM payments.payment_refunds AS r WHERE r.amount = 9000 $$,
    $$ VALUES ('failed', 're_h', 'declined') $$, 'and is over at once');
RESET ROLE;
SELECT is(
    apply(tenant_a(), 'evt_1', event('refund.created',
                                     jsonb_build_object('id', 're_i', 'object', 'refund', 'amount',
                                                        9000, 'currency', 'usd',
    'status', 'succeeded', 'payment_intent', 'pi_' || pay('k1'), 'metadata', '{}'::jsonb))),
    'postponed', 'until there is room its event waits');
SELECT is_empty($$ SELECT 1 FROM payments.clawback_shares $$, 'and nobody was asked for anything');

SELECT * FROM finish();
ROLLBACK;
