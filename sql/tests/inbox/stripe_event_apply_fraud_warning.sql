BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       paid_payment(tenant_a(), 'k1');
CREATE FUNCTION pg_temp.news(p_object jsonb)
    RETURNS TABLE (state text, is_ours boolean, enqueued integer) LANGUAGE sql
AS $$ SELECT e.state, e.payment_id = tap_helpers.pay('k1'), e.enqueued
        FROM payments.stripe_event_apply_fraud_warning(
            tap_helpers.tenant_a(),
            jsonb_build_object('livemode', false, 'data', jsonb_build_object('object',
                '{"id": "issfr_1", "fraud_type": "made_with_stolen_card", "actionable": true}'
                || p_object)),
            tap_helpers.clock()) AS e $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT results_eq($$ SELECT * FROM pg_temp.news('{"payment_intent": "pi_x", "charge": "ch_x"}') $$,
                  $$ VALUES ('waiting', NULL::boolean, 0) $$,
                  'a warning about a payment we do not know waits');
SELECT unchanged('and leaves nothing');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.news(jsonb_build_object('payment_intent', 'pi_' || pay('k1'))) $$,
    $$ VALUES ('done', true, 0) $$, 'one about ours is recorded');
SELECT results_eq(
    $$ SELECT w.stripe_id, w.fraud_type, w.actionable FROM payments.early_fraud_warnings AS w $$,
    $$ VALUES ('issfr_1', 'made_with_stolen_card', true) $$, 'as the bank says');
SELECT results_eq(
    $$ SELECT r.source, r.source_id, r.status, r.payment_id = pay('k1')
         FROM payments.reviews AS r $$,
    $$ VALUES ('early_warning', 'issfr_1', 'open', true) $$, 'and a person has to look');
SELECT remember();
SELECT results_eq(
    $$ SELECT * FROM pg_temp.news(jsonb_build_object('payment_intent', 'pi_' || pay('k1'))) $$,
    $$ VALUES ('done', true, 0) $$, 'heard of again');
SELECT unchanged('it is not recorded twice');

SELECT * FROM finish();
ROLLBACK;
