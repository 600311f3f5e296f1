BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(30);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT set_config('tap.payment', authorised_payment(tenant_a(), 'k')::text, true);
SELECT set_config('tap.young', created_payment(tenant_a(), 'k2')::text, true);
SELECT set_config('tap.asked', asked_payment(tenant_a(), 'k3')::text, true);
SELECT set_config('tap.paid', settled_payment(tenant_a(), 'k4')::text, true);
SELECT set_config('tap.none', gen_random_uuid()::text, true);
CREATE FUNCTION pg_temp.cancel(p_key text, p_payment text, p_request jsonb DEFAULT '{}',
                               p_fingerprint bytea DEFAULT '\x01')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM api.payment_cancel(tap_helpers.tenant_a(), 'svc', p_key, p_fingerprint,
                                       current_setting(p_payment)::uuid, p_request, 20) $$;

SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c', 'tap.none') $$, 'PY010', NULL,
                 'an unknown payment is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c', 'tap.paid') $$, 'PY030', NULL,
                 'a captured payment is refused: it is refunded instead');
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c', 'tap.asked') $$, 'PY030', NULL,
                 'a payment that Stripe has not confirmed yet is refused');
SELECT unchanged('no refused cancellation left anything, nor its key');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM api.payment_cancel(tenant_b(), 'svc', 'c', '\x01',
                                        current_setting('tap.payment')::uuid, '{}', 20) $$, 'PY010',
    NULL,
    'another tenant''s payment is not there');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM api.payment_cancel('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'svc', 'c', '\x01',
                                        current_setting('tap.payment')::uuid, '{}', 20) $$,
    'PY003', NULL, 'an unknown tenant is refused');
SELECT unchanged('no refused tenant left anything');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c', 'tap.payment') $$, '42501', NULL,
                 'the worker''s group cancels nothing');
SET LOCAL ROLE payments_api;

CREATE TEMP TABLE first AS SELECT *
    FROM pg_temp.cancel('c1', 'tap.payment', '{"reason": "requested_by_customer"}');
SELECT results_eq('SELECT status, body, replayed, problem FROM first',
                  'VALUES (NULL::integer, NULL::jsonb, false, NULL::text)',
    'a cancellation is a call to carry');
SELECT is((SELECT operation -> 'request' FROM first),
          jsonb_build_object('target', 'pi_' || current_setting('tap.payment'),
    'params', '{"cancellation_reason": "requested_by_customer"}'::jsonb),
          'it tells Stripe the reason');
SELECT results_eq(
    $$ SELECT operation ->> 'kind', operation ->> 'leaseEpoch', operation ->> 'fenced'
         FROM first $$,
    $$ VALUES ('cancel', '1', 'true') $$, 'it is leased and fenced');
SELECT is((SELECT operation #> '{request,params}' FROM pg_temp.cancel('c9', 'tap.young')), '{}',
          'the reason may be left out');
RESET ROLE;
SELECT set_config('tap.free', authorised_payment(tenant_a(), 'k5')::text, true), enter(NULL);
SET LOCAL ROLE payments_api;
SELECT is(
    (SELECT operation #> '{request,params}'
       FROM pg_temp.cancel('c5', 'tap.free', '{"reason": "the band is ill"}')), '{}',
    'Stripe is not told a reason it has no word for');
RESET ROLE;
SELECT is(
    (SELECT cancel_reason FROM payments.payment_intents
      WHERE id = current_setting('tap.free')::uuid), 'the band is ill',
    'we keep it as it was given');
SELECT is(
    (SELECT cancel_reason FROM payments.payment_intents
      WHERE id = current_setting('tap.payment')::uuid), 'requested_by_customer',
    'and keep what Stripe is told, too');
SELECT is(
    (SELECT p.status FROM payments.payment_transactions AS p
      WHERE p.id = current_setting('tap.payment')::uuid), 'requires_capture',
    'the payment is not canceled before Stripe says so');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c1', 'tap.payment') $$, 'PY041', NULL,
                 'the same key while it runs is in progress');
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c1', 'tap.payment', '{}', '\x02') $$, 'PY040',
                 NULL, 'the same key with another request is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c2', 'tap.payment') $$, 'PY030', NULL,
                 'a second cancellation while the first is unresolved is refused');
SELECT throws_ok(
    $$ SELECT * FROM api.payment_capture(tenant_a(), 'svc', 'x', '\x01',
                                         current_setting('tap.payment')::uuid, '{}', 20) $$,
    'PY030', NULL,
    'a capture while a cancellation is unresolved is refused');
SELECT unchanged('no repetition left anything');
RESET ROLE;
SELECT ok(
    finish(operation_of(current_setting('tap.payment')::uuid, 'cancel'),
           jsonb_build_object('outcome', 'succeeded',
    'object', intent_object(current_setting('tap.payment')::uuid, 'canceled',
        '{"canceled_at": 1795000000, "cancellation_reason": "requested_by_customer"}'))),
    'Stripe''s answer is taken');
SELECT results_eq($$ SELECT p.status, p.amount_captured, i.cancellation_reason, i.canceled_at
                       FROM payments.payment_transactions AS p JOIN payments.payment_intents AS i
                     ON i.id = p.id
                      WHERE p.id = current_setting('tap.payment')::uuid $$,
    $$ VALUES ('canceled', 0::bigint, 'requested_by_customer', to_timestamp(1795000000)) $$,
    'the payment is canceled, with reason and time');
SELECT is(
    (SELECT count(*) FROM payments.stripe_transfers
      WHERE payment_id = current_setting('tap.payment')::uuid), 0::bigint,
    'nobody is paid from it');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, body ->> 'status', replayed FROM pg_temp.cancel('c1', 'tap.payment') $$,
    $$ VALUES (200, 'canceled', true) $$,
    'the same key afterwards is answered with the canceled payment');
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c2', 'tap.payment') $$, 'PY030', NULL,
                 'a canceled payment is not canceled again');
SELECT throws_ok(
    $$ SELECT * FROM api.payment_capture(tenant_a(), 'svc', 'x', '\x01',
                                         current_setting('tap.payment')::uuid, '{}', 20) $$,
    'PY030', NULL,
    'a canceled payment is not captured');
SELECT unchanged('none of these changed anything');
RESET ROLE;
UPDATE payments.tenants SET status = 'disabled' WHERE tenant_id = tenant_a();
SELECT remember();
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c3', 'tap.young') $$, 'PY003', NULL,
                 'a disabled tenant is refused');
SELECT unchanged('the refused tenant changed nothing');

SELECT * FROM finish();
ROLLBACK;
