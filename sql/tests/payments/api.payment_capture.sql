BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(40);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT set_config('tap.payment', authorised_payment(tenant_a(), 'k')::text, true);
SELECT set_config('tap.part', authorised_payment(tenant_a(), 'k2')::text, true);
SELECT set_config('tap.dinar',
                  authorised_payment(tenant_a(), 'k9', '{"currency": "kwd", "splits": []}')::text,
                  true);
SELECT set_config('tap.young', created_payment(tenant_a(), 'k3')::text, true);
CREATE FUNCTION pg_temp.capture(p_key text, p_payment text, p_request jsonb DEFAULT '{}',
                                p_fingerprint bytea DEFAULT '\x01')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM api.payment_capture(tap_helpers.tenant_a(), 'svc', p_key, p_fingerprint,
                                        current_setting(p_payment)::uuid, p_request, 20) $$;
SELECT set_config('tap.none', gen_random_uuid()::text, true);

-- ── refusals ─────────────────────────────────────────────────────────────────────────────────
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c', 'tap.none') $$, 'PY010', NULL,
                 'an unknown payment is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c', 'tap.young') $$, 'PY030', NULL,
                 'a payment that is not authorised is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c', 'tap.payment', '{"amount": 0}') $$, 'PY021',
                 NULL, 'a capture of nothing is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c', 'tap.payment', '{"amount": -1}') $$, 'PY021',
                 NULL, 'a negative capture is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c', 'tap.payment', '{"amount": 10001}') $$,
                 'PY021', NULL, 'more than was authorised is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c', 'tap.dinar', '{"amount": 1235}') $$, 'PY021',
                 NULL, 'a part that the currency cannot pay is refused');
SELECT unchanged('no refused capture left anything, nor its key');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM api.payment_capture(tenant_b(), 'svc', 'c', '\x01',
                                         current_setting('tap.payment')::uuid, '{}', 20) $$,
    'PY010', NULL,
    'another tenant''s payment is not there');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM api.payment_capture('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'svc', 'c', '\x01',
                                         current_setting('tap.payment')::uuid, '{}', 20) $$,
    'PY003', NULL, 'an unknown tenant is refused');
SELECT unchanged('no refused tenant left anything');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c', 'tap.payment') $$, '42501', NULL,
                 'the worker''s group captures nothing');
SET LOCAL ROLE payments_api;

-- ── in whole ─────────────────────────────────────────────────────────────────────────────────
CREATE TEMP TABLE whole AS SELECT * FROM pg_temp.capture('c1', 'tap.payment');
SELECT results_eq('SELECT status, body, replayed, problem FROM whole',
                  'VALUES (NULL::integer, NULL::jsonb, false, NULL::text)',
    'a capture is a call to carry');
SELECT is((SELECT operation #> '{request}' FROM whole),
          jsonb_build_object('target', 'pi_' || current_setting('tap.payment'),
    'params', '{"amount_to_capture": 10000}'::jsonb),
          'it asks Stripe for the whole amount of that intent');
RESET ROLE;
SELECT is((SELECT operation ->> 'id' FROM whole),
          payments.id_derive(tenant_a(), 'capture', current_setting('tap.payment'))::text,
    'its id is the payment''s one capture, whatever the client''s key');
SELECT results_eq(
    $$ SELECT operation ->> 'kind', operation ->> 'leaseEpoch', operation ->> 'fenced'
         FROM whole $$,
    $$ VALUES ('capture', '1', 'true') $$, 'it is leased and fenced');
SELECT results_eq(
    $$ SELECT p.status, p.amount_captured FROM payments.payment_transactions AS p
        WHERE p.id = current_setting('tap.payment')::uuid $$,
    $$ VALUES ('requires_capture', 0::bigint) $$,
    'the payment is not captured before Stripe says so');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c1', 'tap.payment') $$, 'PY041', NULL,
                 'the same key while it runs is in progress');
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c1', 'tap.payment', '{}', '\x02') $$, 'PY040',
                 NULL, 'the same key with another request is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c2', 'tap.payment') $$, 'PY030', NULL,
                 'a second capture while the first is unresolved is refused');
SELECT throws_ok(
    $$ SELECT * FROM api.payment_cancel(tenant_a(), 'svc', 'x', '\x01',
                                        current_setting('tap.payment')::uuid, '{}', 20) $$, 'PY030',
    NULL,
    'a cancellation while a capture is unresolved is refused');
SELECT unchanged('no repetition left anything');
RESET ROLE;
SELECT ok(
    finish(operation_of(current_setting('tap.payment')::uuid, 'capture'),
           jsonb_build_object('outcome', 'succeeded',
    'object', intent_object(current_setting('tap.payment')::uuid, 'succeeded'))),
    'Stripe''s answer is taken');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, body ->> 'status', body -> 'amountCaptured', replayed, body ? 'clientSecret'
         FROM pg_temp.capture('c1', 'tap.payment') $$,
    $$ VALUES (200, 'succeeded', '10000'::jsonb, true, false) $$,
    'the same key afterwards is answered with the captured payment, without the client secret');
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c2', 'tap.payment') $$, 'PY030', NULL,
                 'a captured payment is not captured again');
SELECT unchanged('neither changed anything');

-- ── in part ──────────────────────────────────────────────────────────────────────────────────
SELECT is(
    (SELECT operation #> '{request,params}'
       FROM pg_temp.capture('p1', 'tap.part', '{"amount": 5000}')), '{"amount_to_capture": 5000}',
    'a part may be captured');
RESET ROLE;
SELECT ok(
    finish(operation_of(current_setting('tap.part')::uuid, 'capture'),
           '{"outcome": "failed", "httpStatus": 402, "type": "card_error",
    "code": "card_declined", "message": "no"}'), 'Stripe refuses it');
SELECT results_eq(
    $$ SELECT status, problem FROM pg_temp.capture('p1', 'tap.part', '{"amount": 5000}') $$,
    $$ VALUES (NULL::integer, 'card_declined') $$,
    'the same key is answered with the refusal');
SELECT is(
    (SELECT p.status FROM payments.payment_transactions AS p
      WHERE p.id = current_setting('tap.part')::uuid), 'requires_capture',
    'the payment still waits for its capture');
SET LOCAL ROLE payments_api;
CREATE TEMP TABLE again AS SELECT * FROM pg_temp.capture('p2', 'tap.part', '{"amount": 4000}');
SELECT results_eq(
    $$ SELECT operation ->> 'generation', operation #>> '{request,params,amount_to_capture}'
         FROM again $$,
    $$ VALUES ('1', '4000') $$,
    'another key captures under the next Stripe key, with its own amount');
RESET ROLE;
SELECT ok(
    finish(operation_of(current_setting('tap.part')::uuid, 'capture'),
           jsonb_build_object('outcome', 'succeeded',
    'object', intent_object(current_setting('tap.part')::uuid, 'succeeded',
                            '{"amount_received": 4000}'))), 'this time Stripe captures');
SELECT results_eq(
    $$ SELECT p.status, p.amount_captured FROM payments.payment_transactions AS p
        WHERE p.id = current_setting('tap.part')::uuid $$,
    $$ VALUES ('succeeded', 4000::bigint) $$, 'the part is captured');
SELECT results_eq(
    $$ SELECT s.recipient_type, s.amount FROM payments.payment_splits AS s
        WHERE s.payment_id = current_setting('tap.part')::uuid ORDER BY s.position $$,
    $$ VALUES ('venue', 2400::bigint), ('artist', 1000), ('platform', 600) $$,
    'fixed shares are scaled to it');
SELECT is_empty('SELECT * FROM payments.violations_all(tenant_a())', 'no invariant is broken');
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('p3', 'tap.part', '{"amount": 6000}') $$, 'PY030',
                 NULL, 'the rest is not captured later');
UPDATE payments.tenants SET status = 'disabled' WHERE tenant_id = tenant_a();
SELECT remember();
SELECT throws_ok($$ SELECT * FROM pg_temp.capture('c3', 'tap.young') $$, 'PY003', NULL,
                 'a disabled tenant is refused');
SELECT unchanged('the refused tenant changed nothing');


UPDATE payments.tenants SET status = 'active' WHERE tenant_id = tenant_a();
SELECT keep('shady', shady_payment('shady', '{"captureMethod": "manual"}'));
SELECT remember();
SELECT throws_ok(
    $$ SELECT * FROM api.payment_capture(tenant_a(), 'svc', 'r', '\x01', the('shady'), '{}', 20) $$,
    'PY030', NULL, 'a payment in review is not captured');
SELECT unchanged('nor anything changed');
SELECT payments.review_settle(tenant_a(), review_of(the('shady')), 'approved', 'me', 'fine',
                              clock());
SELECT is(
    (SELECT operation ->> 'kind'
       FROM api.payment_capture(tenant_a(), 'svc', 'r', '\x01', the('shady'), '{}', 20)), 'capture',
    'approved it is');
SELECT * FROM finish();
ROLLBACK;
