BEGIN;
SELECT plan(14);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
CREATE FUNCTION pg_temp.holds(p_name text) RETURNS text LANGUAGE sql
    AS $$ SELECT string_agg(DISTINCT o.holds::text, ' ') FROM payments.stripe_operations AS o
           WHERE o.payment_id = tap_helpers.the(p_name) AND o.kind = 'transfer' $$;

SELECT keep('p', settled_payment(tenant_a(), 'k')), keep('q', settled_payment(tenant_a(), 'k2')),
       keep('r', settled_payment(tenant_a(), 'k3'));
CREATE FUNCTION pg_temp.event(p_type text, p_name text, p_reason text DEFAULT NULL) RETURNS text
    LANGUAGE sql AS $$
    SELECT tap_helpers.apply(tap_helpers.tenant_a(), 'evt_' || p_type || p_name,
                             tap_helpers.event('review.' || p_type,
                                               jsonb_build_object('id', 'prv_' || p_name, 'object',
                                                   'review',
        'payment_intent', 'pi_' || tap_helpers.kept(p_name), 'charge', 'ch_'
                                                   || tap_helpers.kept(p_name), 'opened_reason',
                                                   'rule', 'closed_reason', p_reason, 'open',
                                                   p_reason IS NULL))) $$;
SELECT is(pg_temp.event('opened', 'p'), 'done', 'a review of Stripe''s is taken');
SELECT results_eq($$ SELECT payment_id, source, source_id, reasons, status FROM payments.reviews $$,
                  $$ VALUES (the('p'), 'stripe', 'prv_p', '{stripe_review}'::text[], 'open') $$,
                  'and is in the queue');
SELECT is(pg_temp.holds('p'), '{review}', 'meanwhile nothing is paid out');
SELECT is(pg_temp.event('closed', 'p', 'approved'), 'done', 'its approval is taken');
SELECT is(pg_temp.holds('p'), '{}', 'and lets the money go');
SELECT is(pg_temp.event('closed', 'q', 'approved'), 'done', 'its end may be heard first');
SELECT is(pg_temp.event('opened', 'q'), 'done', 'and its beginning then');
SELECT results_eq($$ SELECT source_id, status, decided_by, note FROM payments.reviews
                      ORDER BY source_id $$,
                  $$ VALUES ('prv_p', 'approved', 'stripe', 'approved'),
                            ('prv_q', 'approved', 'stripe', 'approved') $$, 'it ends the same');
SELECT is(pg_temp.holds('q'), '{}', 'with the money let go');
SELECT is(pg_temp.event('opened', 'r'), 'done', 'another one');
SELECT payments.review_settle(tenant_a(), review_of(the('r')), 'rejected', 'me', 'no', clock());
SELECT is(pg_temp.event('closed', 'r', 'refunded_as_fraud'), 'done', 'where ours decided first');
SELECT is(
    (SELECT concat_ws(' ', status, decided_by) FROM payments.reviews WHERE payment_id = the('r')),
    'rejected me', 'Stripe''s word changes nothing');
SELECT is(
    apply(tenant_a(), 'evt_x', event('review.opened',
                                     '{"id": "prv_x", "payment_intent": "pi_x", "charge": '
                                     '"ch_x"}')), 'waiting', 'of a payment not known yet it waits');
SELECT is_empty('SELECT * FROM payments.violations_all(tenant_a())', 'no invariant is broken');

SELECT * FROM finish();
ROLLBACK;
