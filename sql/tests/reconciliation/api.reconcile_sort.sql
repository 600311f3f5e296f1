BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_a(), 'k1'), paid_payment(tenant_b(), 'k1'), enter(NULL);
SELECT keep('run', api.reconcile_begin('hand', NULL, -5)::text);
CREATE FUNCTION pg_temp.page(p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(
        jsonb_build_object('id', 'pi_' || payment_of(tenant_a(), 'k1'), 'created', 1),
        jsonb_build_object('id', 'pi_' || payment_of(tenant_b(), 'k1'), 'created', 1),
                             jsonb_build_object('id', 'pi_x', 'object', 'payment_intent', 'amount',
                                                5, 'currency', 'usd', 'created', 1) || p_more) $$;
SET LOCAL ROLE payments_worker;
SELECT set_eq(
    $$ SELECT tenant_id, objects -> 0 ->> 'id'
         FROM api.reconcile_sort(kept('run')::jsonb, 'platform', 'payment_intents',
                                 pg_temp.page()) $$,
    $$ VALUES (tenant_a(), 'pi_' || payment_of(tenant_a(), 'k1')),
              (tenant_b(), 'pi_' || payment_of(tenant_b(), 'k1')) $$,
    'each tenant gets its own objects of a page');
RESET ROLE;
SELECT results_eq(
    $$ SELECT provider_account, provider_id, class, amount, currency, state
         FROM payments.unowned_objects $$,
    $$ VALUES ('platform', 'pi_x', 'unowned', 5::bigint, 'usd', 'open') $$,
    'the rest is noted, open');
SELECT api.reconcile_sort(kept('run')::jsonb, 'platform', 'payment_intents',
                          pg_temp.page('{"amount": 6}'));
SELECT is((SELECT string_agg(amount || state, ' ') FROM payments.unowned_objects), '6open',
          'once, with its latest figures');
SELECT ops.unowned_object_resolve('platform', 'pi_x', 'the old shop');
SELECT api.reconcile_sort(kept('run')::jsonb, 'platform', 'payment_intents', pg_temp.page());
SELECT is((SELECT state FROM payments.unowned_objects), 'resolved',
          'what somebody explained stays explained');
SELECT api.reconcile_sort(kept('run')::jsonb, 'platform', 'payouts',
                          '[{"id": "po_x", "amount": 5, "currency": "usd", "created": 1}]');
SELECT is((SELECT state FROM payments.unowned_objects WHERE provider_id = 'po_x'), 'noted',
          'the platform''s own money is noted and not open');
SELECT api.reconcile_sort(kept('run')::jsonb, 'platform', 'payment_intents',
                          jsonb_build_array(jsonb_build_object('id', 'pi_new', 'created',
                              extract(epoch FROM clock())::bigint + 60)));
SELECT is((SELECT count(*) FROM payments.unowned_objects WHERE provider_id = 'pi_new'), 0::bigint,
          'what is too young is not judged');
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM api.reconcile_sort('{}', 'platform', 'x', '[]') $$, '42501', NULL,
                 'the API may not look across tenants');

SELECT * FROM finish();
ROLLBACK;
