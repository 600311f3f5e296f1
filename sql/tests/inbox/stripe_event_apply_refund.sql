BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(14);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_b(), 'k1'), paid_payment(tenant_a(), 'k1'),
       created_payment(tenant_a(), 'k2'), keep('r', asked_refund(pay('k1'), 'r', 1000));
CREATE FUNCTION pg_temp.news(p_payment uuid, p_more jsonb DEFAULT '{}',
                             p_livemode boolean DEFAULT false)
    RETURNS TABLE (state text, is_ours boolean, enqueued integer) LANGUAGE sql
AS $$ SELECT e.state, e.payment_id = p_payment, e.enqueued
        FROM payments.stripe_event_apply_refund(
            tap_helpers.tenant_a(),
            jsonb_build_object('livemode', p_livemode, 'data', jsonb_build_object('object',
                jsonb_build_object('id', 're_d', 'amount', 100, 'currency', 'usd', 'status',
                                   'succeeded', 'payment_intent', 'pi_' || p_payment)
                || p_more)),
            tap_helpers.clock()) AS e $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT results_eq($$ SELECT * FROM pg_temp.news(payment_of(tenant_b(), 'k1')) $$,
                  $$ VALUES ('waiting', NULL::boolean, 0) $$,
                  'a refund of a payment that is not ours waits');
SELECT results_eq($$ SELECT * FROM pg_temp.news(pay('k2')) $$,
                  $$ VALUES ('waiting', true, 0) $$,
                  'so does one of a payment whose success we have not seen');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.news(
              pay('k1'),
              jsonb_build_object('id', 're_' || the('r'), 'metadata',
                                 jsonb_build_object('refund_id', the('r')))) $$,
    $$ VALUES ('waiting', true, 0) $$, 'so does one of ours that overtook its own answer');
SELECT results_eq($$ SELECT * FROM pg_temp.news(pay('k1'), '{"currency": "eur"}') $$,
                  $$ VALUES ('quarantined', true, 0) $$, 'another currency is for a person');
SELECT results_eq($$ SELECT * FROM pg_temp.news(pay('k1'), '{}', true) $$,
                  $$ VALUES ('quarantined', true, 0) $$, 'so is another mode');
SELECT unchanged('none of them left anything');
SELECT results_eq($$ SELECT * FROM pg_temp.news(pay('k1')) $$,
                  $$ VALUES ('done', true, 2) $$,
                  'one made in the dashboard is adopted, and the payees asked for their part');
SELECT results_eq(
    $$ SELECT r.origin, r.status, r.amount, r.stripe_refund_id
         FROM payments.payment_refunds AS r WHERE r.stripe_refund_id = 're_d' $$,
    $$ VALUES ('dashboard', 'succeeded', 100::bigint, 're_d') $$, 'with its state');
SELECT remember();
SELECT results_eq($$ SELECT * FROM pg_temp.news(pay('k1')) $$,
                  $$ VALUES ('done', true, 0) $$, 'heard of again');
SELECT unchanged('it is not adopted twice');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.news(pay('k1'), '{"status": "failed", "failure_reason": "x"}') $$,
    $$ VALUES ('done', true, 2) $$, 'its failure pays the payees again');
RESET ROLE;
SELECT finish(operation_of(the('r'), 'refund'),
              jsonb_build_object('outcome', 'succeeded', 'object',
                                 refund_object(the('r'), 'pending')));
SELECT is(refund_event(the('r'), 'refund.updated', 'succeeded', 'e1'), 'done',
          'one of ours is known by Stripe''s id');
SELECT is((SELECT r.status FROM payments.payment_refunds AS r WHERE r.id = the('r')), 'succeeded',
          'and moves on');
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
