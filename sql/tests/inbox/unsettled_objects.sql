BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT created_payment(tenant_b(), 'k1'), paid_payment(tenant_a(), 'paid'),
       created_payment(tenant_a(), 'k1'), asked_payment(tenant_a(), 'asked');
SELECT keep('r', refund(pay('paid'), 'r', 1000, 'pending')), refund(pay('paid'), 'ok', 1000),
       dispute(pay('paid'), 'd', 'needs_response', 100), dispute(pay('paid'), 'w', 'won', 100);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.found() RETURNS SETOF text LANGUAGE sql AS
$$ SELECT u.resource || ' ' || u.cause
     FROM payments.unsettled_objects(tap_helpers.tenant_a(), 3600, 3600) AS u $$;
SELECT is_empty('SELECT pg_temp.found()', 'what is younger than our patience is left alone');
SELECT advance('61 minutes');
SELECT set_eq('SELECT pg_temp.found()',
              $$ VALUES ('payment_intents poll 0'), ('refunds poll 0'), ('disputes poll 0') $$,
    'what has no end after an hour is named: not what is settled, not what Stripe does not know, '
    'not another tenant''s');
SELECT set_eq(
    'SELECT u.payment_id, u.subject_id, u.target FROM payments.unsettled_objects(tenant_a(), 3600, '
    '3600) AS u', $$
    VALUES (pay('k1'), pay('k1'), 'pi_' || pay('k1')), (pay('paid'), the('r'), 're_' || the('r')),
           (pay('paid'), dispute_of(pay('paid'), 'd'), 'dp_d_' || pay('paid')) $$,
               'each with its payment and Stripe''s id');
SELECT advance('50 minutes');
SELECT set_has('SELECT pg_temp.found()', $$ VALUES ('refunds poll 0') $$,
               'a call that comes late misses nothing');
SELECT advance('3 hours');
SELECT set_eq('SELECT DISTINCT pg_temp.found()',
              $$ VALUES ('payment_intents poll 2'), ('refunds poll 2'), ('disputes poll 2') $$,
              'the next times are after two, four, eight hours');
SELECT advance('10 days');
SELECT is_empty('SELECT pg_temp.found()', 'between the ages nothing is asked for');
SELECT enter(NULL);
SELECT is_empty('SELECT pg_temp.found()', 'without a tenant nothing is seen');

SELECT * FROM finish();
ROLLBACK;
