BEGIN;
SELECT plan(10);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT keep('p', settled_payment(tenant_a(), 'k'));
CREATE FUNCTION pg_temp.dispute(p_status text) RETURNS void LANGUAGE sql AS $$
    SELECT payments.dispute_apply(
        payments.payment_lock(tap_helpers.tenant_a(), tap_helpers.the('p')),
        tap_helpers.dispute_object(tap_helpers.the('p'), 'du', p_status), tap_helpers.clock()) $$;
CREATE FUNCTION pg_temp.warn(p_id text) RETURNS integer LANGUAGE sql AS $$
    SELECT e.enqueued FROM payments.stripe_event_apply_fraud_warning(
        tap_helpers.tenant_a(), jsonb_build_object('livemode', false, 'data', jsonb_build_object(
            'object', jsonb_build_object(
                'id', p_id, 'payment_intent', 'pi_' || tap_helpers.kept('p'), 'fraud_type', 'x',
                'actionable', true))), tap_helpers.clock()) AS e $$;
CREATE FUNCTION pg_temp.holds() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT o.holds::text, ' ') FROM payments.stripe_operations AS o
     WHERE o.kind = 'transfer' $$;
SELECT pg_temp.warn('issfr_1');
SELECT payments.review_open(tenant_a(), 'amounts', 's1', the('p'), 50, '{sum}', clock());
SELECT is(pg_temp.holds(), '{review}', 'a payment the bank warned of is held');
SELECT pg_temp.dispute('warning_needs_response');
SELECT is((SELECT count(*) FROM payments.reviews WHERE status = 'open'), 2::bigint,
          'an inquiry decides nothing');
SELECT pg_temp.dispute('needs_response');
SELECT results_eq($$ SELECT kind, status, decided_by FROM payments.reviews ORDER BY kind $$,
                  $$ VALUES ('aml', 'open', NULL), ('fraud', 'canceled', 'dispute') $$,
                  'a chargeback takes the decision over, of fraud only');
SELECT is(pg_temp.holds(), '{review,dispute}', 'and holds as well');
SELECT is(
    payments.review_settle(tenant_a(), (SELECT id FROM payments.reviews WHERE kind = 'aml'),
                           'approved', 'me', 'x', clock()), 0, 'the last review ends');
SELECT is(pg_temp.holds(), '{dispute}', 'what the dispute holds is held on');
SELECT is(pg_temp.warn('issfr_2'), 0, 'a warning after the chargeback');
SELECT is((SELECT status FROM payments.reviews WHERE source_id = 'issfr_2'), 'canceled',
          'asks nobody');
SELECT is(pg_temp.holds(), '{dispute}', 'and changes nothing');
SELECT is_empty('SELECT * FROM payments.violations_all(tenant_a())', 'no invariant is broken');

SELECT * FROM finish();
ROLLBACK;
