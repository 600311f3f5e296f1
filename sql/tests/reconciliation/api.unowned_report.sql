BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(2);
SELECT keep('run', api.reconcile_begin('hand', NULL, -5)::text);
SELECT api.reconcile_sort(kept('run')::jsonb, 'platform', 'payment_intents',
                          '[{"id": "pi_x", "object": "payment_intent", "amount": 5, "currency": '
                          '"usd", "created": 1}]'),
       api.reconcile_sort(kept('run')::jsonb, 'platform', 'payouts',
                          '[{"id": "po_x", "amount": 5, "currency": "usd", "created": 1}]');
SELECT advance('1 hour');
SET LOCAL ROLE payments_worker;
SELECT is(api.unowned_report(),
          '[{"class": "unowned", "account": "platform", "objectType": "payment_intent", '
          '"stripeId": "pi_x", "amount": 5, "currency": "usd", "facts": {}, "ageSeconds": '
          '3600}]'::jsonb,
    'what nobody owns with its age; the platform''s own money is no open item');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT api.unowned_report()', '42501', NULL,
                 'the API may not look across tenants');

SELECT * FROM finish();
ROLLBACK;
