BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(14);
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(t, 'artist', 'a1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT enter(NULL);
CREATE FUNCTION pg_temp.request(p_key text, p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object('subject', 'svc', 'idempotencyKey', p_key, 'fingerprint', '01',
                                'traceContext', 'trace-' || p_key,
                                'request', tap_helpers.payment_request(p_more)) $$;
SET LOCAL ROLE payments_api;
CREATE TEMP TABLE made AS SELECT * FROM api.payments_create(tenant_a(), jsonb_build_array(
    pg_temp.request('k2'), pg_temp.request('k1', '{"amount": 20000}')), 20);
RESET ROLE;
SELECT results_eq(
    $$ SELECT ordinal, operation ->> 'id', (operation #>> '{request,params,amount}')::integer,
              operation ->> 'traceContext', operation ->> 'fenced'
                       FROM made ORDER BY ordinal $$,
    $$ VALUES (1::bigint, payments.id_derive(tenant_a(), 'intent', 'svc', 'k2')::text, 10000,
               'trace-k2', 'true'),
              (2, payments.id_derive(tenant_a(), 'intent', 'svc', 'k1')::text, 20000, 'trace-k1',
               'true') $$,
    'each request gets its own call to carry, leased and fenced, told apart by its place');
SELECT enter(tenant_a());
SELECT is((SELECT count(*) FROM payments.payment_transactions), 2::bigint,
          'each request is a payment');
SELECT is(
    (SELECT string_agg(encode(fingerprint, 'hex'), ',') FROM payments.idempotency_keys
      WHERE route = 'payments.create'), '01,01', 'with the fingerprint of its request');
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok(
    $$ SELECT * FROM api.payments_create(tenant_a(),
                                         jsonb_build_array(pg_temp.request('k3'),
                                                           pg_temp.request('k4', '{"amount": 1}')),
                                         20) $$,
    'PY021', NULL, 'one impossible amount refuses the whole batch');
SELECT throws_ok(
    $$ SELECT * FROM api.payments_create(tenant_a(),
                                         jsonb_build_array(pg_temp.request('k3'),
                                                           pg_temp.request('k3')), 20) $$,
    'PY041', NULL, 'one key twice refuses the whole batch: the second is in progress');
SELECT throws_ok(
    $$ SELECT * FROM api.payments_create(tenant_a(),
                                         jsonb_build_array(pg_temp.request('k3'),
                                                           pg_temp.request('k1')
                                                           || '{"fingerprint": "02"}'), 20) $$,
    'PY040', NULL, 'a key used for another request refuses the whole batch');
SELECT throws_ok($$ SELECT * FROM api.payments_create(NULL, '[]', 20) $$, 'PY001', NULL,
                 'a batch without a tenant is refused');
SELECT throws_ok(
    $$ SELECT * FROM api.payments_create('33333333-3333-4333-8333-333333333333',
                                         jsonb_build_array(pg_temp.request('k3')), 20) $$,
    'PY003', NULL, 'a tenant that is not registered is refused');
RESET ROLE;
SELECT unchanged('refused batches change nothing: all or none');
SET LOCAL ROLE payments_api;
SELECT is_empty($$ SELECT * FROM api.payments_create(tenant_a(), '[]', 20) $$,
                'an empty batch is fine');
SELECT throws_ok($$ SELECT * FROM api.payments_create(tenant_b(), '[]', 20) $$, 'PY002', NULL,
                 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT lives_ok(
    $$ SELECT * FROM api.payments_create(tenant_b(), jsonb_build_array(pg_temp.request('k1')),
                                         20) $$, 'the same key of another tenant is another key');
RESET ROLE;


RESET ROLE;
SELECT enter(tenant_a());
SELECT ops.fraud_list_set(tenant_a(), 'block', 'customer', 'banned');
SELECT enter(NULL);
SET LOCAL ROLE payments_api;
CREATE FUNCTION pg_temp.banned()
    RETURNS TABLE (ordinal bigint, operation boolean, replayed boolean, problem text,
                   detail boolean) LANGUAGE sql AS $$
    SELECT r.ordinal, r.operation IS NOT NULL, r.replayed, r.problem,
           r.detail LIKE 'payment % was refused by the fraud rules'
               FROM api.payments_create(tap_helpers.tenant_a(), jsonb_build_array(
        jsonb_build_object('subject', 'svc', 'idempotencyKey', 'z-banned', 'fingerprint', '01',
                           'request', tap_helpers.payment_request('{"customerId": "banned"}')),
        jsonb_build_object('subject', 'svc', 'idempotencyKey', 'a-fine', 'fingerprint', '01',
                           'request', tap_helpers.payment_request())), 20) AS r ORDER BY 1 $$;
SELECT results_eq('SELECT * FROM pg_temp.banned()', $$
    VALUES (1::bigint, false, false, 'payment_blocked', true), (2, true, false, NULL, NULL) $$,
    'a blocked payment is refused by its own answer, and no other of the batch');
RESET ROLE;
DELETE FROM payments.stripe_operations
 WHERE idempotency_id = payments.idempotency_id(tenant_a(), 'svc', 'payments.create', 'a-fine');
SELECT enter(NULL);
SELECT results_eq(
    $$ SELECT problem, replayed FROM api.payment_create(tenant_a(), 'svc', 'z-banned', '\x01',
                                                        payment_request('{"customerId": "banned"}'),
                                                        20) $$,
    $$ VALUES ('payment_blocked', true) $$, 'asked again with the same key the answer is the same');
SELECT * FROM finish();
ROLLBACK;
