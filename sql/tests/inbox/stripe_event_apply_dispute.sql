BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1'), settled_payment(tenant_a(), 'k1');
CREATE FUNCTION pg_temp.news(p_payment uuid, p_status text, p_more jsonb DEFAULT '{}')
    RETURNS TABLE (state text, is_ours boolean, enqueued integer) LANGUAGE sql
AS $$ SELECT e.state, e.payment_id = p_payment, e.enqueued
        FROM payments.stripe_event_apply_dispute(
            tap_helpers.tenant_a(),
            jsonb_build_object('livemode', false, 'data', jsonb_build_object(
                'object', tap_helpers.dispute_object(p_payment, 'd', p_status, NULL, p_more))),
            tap_helpers.clock()) AS e $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT results_eq($$ SELECT * FROM pg_temp.news(payment_of(tenant_b(), 'k1'), 'needs_response') $$,
                  $$ VALUES ('waiting', NULL::boolean, 0) $$,
                  'a dispute of a payment that is not ours waits');
SELECT results_eq(
    $$ SELECT *
         FROM pg_temp.news(pay('k1'), 'needs_response', '{"payment_intent": "pi_unknown"}') $$,
    $$ VALUES ('waiting', NULL::boolean, 0) $$, 'so does one of a payment not known yet');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.news(pay('k1'), 'needs_response', '{"currency": "eur"}') $$,
    $$ VALUES ('quarantined', true, 0) $$, 'another currency is for a person');
SELECT results_eq($$ SELECT * FROM pg_temp.news(pay('k1'), 'reopened') $$,
                  $$ VALUES ('quarantined', true, 0) $$, 'so is a status we do not know');
SELECT is(
    (SELECT e.state FROM payments.stripe_event_apply_dispute(tenant_a(),
        jsonb_build_object('livemode', true, 'data',
                           jsonb_build_object('object',
                                              dispute_object(pay('k1'), 'd', 'needs_response'))),
        clock()) AS e),
    'quarantined', 'so is another mode');
SELECT unchanged('none of them left anything');
SELECT results_eq($$ SELECT * FROM pg_temp.news(pay('k1'), 'needs_response') $$,
                  $$ VALUES ('done', true, 0) $$, 'a dispute of ours is applied');
SELECT results_eq($$ SELECT * FROM pg_temp.news(pay('k1'), 'won') $$,
                  $$ VALUES ('done', true, 2) $$, 'and says how many transfers became due');
SELECT results_eq(
    $$ SELECT e.state, e.reason FROM payments.stripe_event_apply_dispute(
              tenant_a(),
              jsonb_build_object('livemode', false, 'data', jsonb_build_object('object',
                  dispute_object(pay('k1'), 'e', 'needs_response', NULL,
                                 '{"balance_transactions": [{"id": "txn_1", "amount": -9000,
                                                             "fee": 0, "currency": "eur"}]}'))),
              clock()) AS e $$,
    $$ VALUES ('quarantined', 'balance transaction txn_1 is in eur, the payment in usd') $$,
    'a movement in another currency is for a person');
SELECT is((SELECT count(*) FROM payments.disputes AS d WHERE d.status = 'needs_response'),
          1::bigint, 'but the dispute is applied: the payment is frozen');

SELECT * FROM finish();
ROLLBACK;
