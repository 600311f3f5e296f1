BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       paid_payment(tenant_a(), 'k1');
CREATE FUNCTION pg_temp.news(p_object jsonb) RETURNS text LANGUAGE sql
AS $$ SELECT (e.state, e.payment_id = tap_helpers.pay('k1'), e.enqueued)::text
        FROM payments.stripe_event_apply_fraud_warning(tap_helpers.tenant_a(),
                                                       jsonb_build_object('data',
                                                           jsonb_build_object('object',
          '{"id": "issfr_1", "fraud_type": "made_with_stolen_card", "actionable": true}'::jsonb
                                                               || p_object)),
                                                       tap_helpers.clock()) AS e $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT is(pg_temp.news('{"payment_intent": "pi_x", "charge": "ch_x"}'), '(waiting,,0)',
          'a warning about a payment we do not know waits');
SELECT unchanged('and leaves nothing');
SELECT is(pg_temp.news(jsonb_build_object('payment_intent', 'pi_' || pay('k1'))), '(done,t,0)',
          'one about ours is recorded');
SELECT is(
    (SELECT (w.stripe_id, w.fraud_type, w.actionable)::text
       FROM payments.early_fraud_warnings AS w), '(issfr_1,made_with_stolen_card,t)',
    'as the bank says');
SELECT is(
    (SELECT (r.source, r.source_id, r.status, r.payment_id = pay('k1'))::text
       FROM payments.reviews AS r), '(early_warning,issfr_1,open,t)', 'and a person has to look');
SELECT remember();
SELECT is(pg_temp.news(jsonb_build_object('payment_intent', 'pi_' || pay('k1'))), '(done,t,0)',
          'heard of again');
SELECT unchanged('it is not recorded twice');

SELECT * FROM finish();
ROLLBACK;
