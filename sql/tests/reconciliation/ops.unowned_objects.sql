BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(2);
SELECT keep('run', api.reconcile_begin('hand', NULL, -5)::text);
SELECT api.reconcile_sort(kept('run')::jsonb, 'platform', 'payouts',
                          '[{"id": "po_x", "object": "payout", "amount": 5, "currency": "usd", '
                          '"created": 1}]'),
       api.reconcile_sort(kept('run')::jsonb, 'platform', 'payment_intents',
                          '[{"id": "pi_x", "amount": 5, "created": 1}, {"id": "pi_y", "created": '
                          '1}]');
UPDATE payments.unowned_objects SET state = 'closed' WHERE provider_id = 'pi_y';
SELECT advance('1 hour');
SET LOCAL ROLE payments_operator;
SELECT results_eq('SELECT provider_id, object_type, class, state, age FROM ops.unowned_objects()',
    $$ VALUES ('pi_x', 'payment_intents', 'unowned', 'open', interval '1 hour'),
              ('po_x', 'payout', 'platform_money', 'noted', interval '1 hour') $$,
                  'open items first, then what is noted; what is closed is not shown');
SET LOCAL ROLE payments_analyst;
SELECT throws_ok('SELECT * FROM ops.unowned_objects()', '42501', NULL,
                 'what belongs to no tenant is not for the analysts of one');

SELECT * FROM finish();
ROLLBACK;
