BEGIN;
SELECT plan(10);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('held', authorised_payment(tenant_a(), 'k')),
       keep('paid', settled_payment(tenant_a(), 'k2')),
       keep('asked', asked_payment(tenant_a(), 'k3')),
       keep('part', settled_payment(tenant_a(), 'k4')),
       keep('known', settled_payment(tenant_a(), 'k5'));
SELECT refund(the('part'), 'r', 4000);
SELECT payments.review_open(tenant_a(), 'stripe', 'prv_' || n, the(n), 50, '{a}', clock())
  FROM unnest('{held,paid,asked,part,known}'::text[]) AS n;
SET LOCAL ROLE payments_definer;
SELECT payments.review_close(tenant_a(), review_of(the(n)), 'rejected', 'me', 'stolen', clock())
  FROM unnest('{held,paid,asked,part,known}'::text[]) AS n;
CREATE FUNCTION pg_temp.back(p_name text) RETURNS integer LANGUAGE sql AS $$
    SELECT payments.payment_undo_rejected(
               payments.payment_lock(tap_helpers.tenant_a(), tap_helpers.the(p_name)), r)
      FROM payments.reviews AS r WHERE r.id = tap_helpers.review_of(tap_helpers.the(p_name)) $$;
SELECT is(pg_temp.back('held'), 1, 'what is authorised is canceled');
SELECT results_eq(
    $$ SELECT kind, request #>> '{params,cancellation_reason}' FROM payments.stripe_operations
        WHERE payment_id = the('held') AND kind <> 'intent' $$,
    $$ VALUES ('cancel', 'fraudulent') $$, 'for fraud');
SELECT is(pg_temp.back('paid'), 1, 'what is captured is refunded');
SELECT is(pg_temp.back('part'), 1, 'or what remains of it');
SELECT results_eq(
    $$ SELECT payment_id = the('paid'), amount, status FROM payments.payment_refunds
        WHERE created_by = 'me' ORDER BY amount $$,
    $$ VALUES (false, 6000::bigint, 'pending'), (true, 10000, 'pending') $$, 'to the last unit');
SELECT remember();
SELECT is(pg_temp.back('paid'), 0, 'once');
SELECT is(pg_temp.back('asked'), 0, 'what Stripe has not answered yet comes later');
SELECT unchanged('neither wrote anything');
RESET ROLE;
SELECT api.refund_create(tenant_a(), 'review', review_of(the('known'))::text, '\x01',
                         jsonb_build_object('paymentId', the('known'), 'amount', 1), 20);
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.back('known'), 1,
          'a caller named review, with the review''s id as key, is not taken for ours');
SELECT is_empty('SELECT * FROM payments.violations_all(tenant_a())', 'no invariant is broken');

SELECT * FROM finish();
ROLLBACK;
