BEGIN;
SELECT plan(8);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

-- Asked for together, then paid one after the other.
SELECT keep(k, created_payment(tenant_a(), k, '{"customerId": "fan", "amount": 10000}'))
  FROM unnest('{p,q,r}'::text[]) AS k;
SELECT keep('nobody', settled_payment(tenant_a(), 'nobody', '{"amount": 10000}'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.check(p_name text) RETURNS void LANGUAGE sql AS $$
    SELECT payments.aml_check_charge(tap_helpers.tenant_a(), tap_helpers.the(p_name),
                                     tap_helpers.clock()) $$;
SELECT remember();
SELECT pg_temp.check('nobody');
SELECT unchanged('without limits nothing is screened');
SELECT payments.aml_settings_store(tenant_a(), NULL, NULL, '{"currency": "usd", "day": 20000}',
                                   'me');
SELECT remember();
SELECT pg_temp.check('nobody');
SELECT unchanged('nor is a payment without a customer');
RESET ROLE;
SELECT apply(tenant_a(), 'evt_p',
             event('payment_intent.succeeded', intent_object(the('p'), 'succeeded')));
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT pg_temp.check('p');
SELECT unchanged('a sum below the limit is for nobody');
RESET ROLE;
SELECT apply(tenant_a(), 'evt_q',
             event('payment_intent.succeeded', intent_object(the('q'), 'succeeded')));
SET LOCAL ROLE payments_definer;
SELECT pg_temp.check('q');
SELECT results_eq(
    $$ SELECT payment_id, decision, reasons, inputs FROM payments.aml_screenings $$,
    $$ VALUES (the('q'), 'review', '{day_usd}'::text[],
               '{"amount": 10000, "currency": "usd", "customer": "fan"}'::jsonb) $$,
    'the payment that reaches it is');
SELECT results_eq($$ SELECT kind, source, payment_id, status FROM payments.reviews $$,
                  $$ VALUES ('aml', 'amounts', the('q'), 'open') $$, 'and is in the queue');
SELECT is_empty(
    $$ SELECT * FROM payments.stripe_operations WHERE kind = 'transfer'
          AND (holds = '{review}') <> (payment_id = the('q')) $$,
    'its transfers wait, and no other''s');
SELECT remember();
SELECT pg_temp.check('q');
SELECT unchanged('the same charge again asks nothing new');
RESET ROLE;
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT payments.aml_check_charge(NULL, NULL, NULL) $$, '42501', NULL,
                 'a caller may not call it directly');

SELECT * FROM finish();
ROLLBACK;
