BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SET LOCAL ROLE payments_api;
SELECT results_eq($$ SELECT DISTINCT source FROM api.stripe_event_types() ORDER BY source $$,
                  ARRAY['connect', 'platform'], 'both endpoints have their types');
SELECT is((SELECT source FROM api.stripe_event_types() WHERE event_type = 'payout.paid'), 'connect',
          'what happens on a payee''s account comes to the Connect endpoint');
SELECT is(
    (SELECT source FROM api.stripe_event_types() WHERE event_type = 'payment_intent.succeeded'),
    'platform', 'a payment is the platform''s');
SET LOCAL ROLE payments_analyst;
SELECT throws_ok('SELECT * FROM api.stripe_event_types()', '42501', NULL,
                 'an analyst has no business in api');

SELECT * FROM finish();
ROLLBACK;
