BEGIN;
SELECT plan(10);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
CREATE FUNCTION pg_temp.request(p_key text, p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object('subject', 'svc', 'idempotencyKey', p_key, 'fingerprint', '01',
                                'traceContext', 'trace-1', 'request',
                                tap_helpers.payment_request(p_more)) $$;
-- Everything written for a payment, but what names it or tells the time.
CREATE FUNCTION pg_temp.written(p_key text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(
        regexp_replace(
            replace(concat_ws(' ', to_jsonb(p), to_jsonb(i), to_jsonb(o),
                              to_jsonb(k) - 'idempotency_key',
               (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.position) FROM payments.payment_splits AS s
                 WHERE s.payment_id = p.id)), p.id::text, 'PAYMENT'),
               '\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)', 'TIME', 'g'),
        '"(idempotency_id|operation_id|id)": "[0-9a-f-]{36}"', '"\1": "ID"', 'g')
      FROM payments.payment_transactions AS p
      JOIN payments.payment_intents AS i ON i.id = p.id
      JOIN payments.stripe_operations AS o ON o.payment_id = p.id
      JOIN payments.idempotency_keys AS k ON k.id = o.idempotency_id
     WHERE p.id = payments.id_derive(p.tenant_id, 'payment', 'svc', p_key) $$;
SELECT enter(NULL);
SELECT count(*) FROM api.payment_create(tenant_a(), 'svc', 'k1', '\x01', payment_request(), 20,
                                        'trace-1');
SET LOCAL ROLE payments_definer;
SELECT results_eq(
    $$ SELECT ordinal, operation ->> 'id'
         FROM payments.payments_create_new(tenant_a(),
                                           jsonb_build_array(pg_temp.request('k3'),
                                               pg_temp.request('k2')), 20) ORDER BY 1 $$,
    $$ VALUES (1::bigint, payments.id_derive(tenant_a(), 'intent', 'svc', 'k3')::text),
              (2, payments.id_derive(tenant_a(), 'intent', 'svc', 'k2')::text) $$,
    'each request gets its call, by its place');
SELECT isnt(pg_temp.written('k2'), NULL, 'each is a payment with intent, call, key and shares');
SELECT is(pg_temp.written('k2'), pg_temp.written('k1'), 'word for word what payment_create writes');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.payments_create_new(tenant_a(),
                                           jsonb_build_array(pg_temp.request('k4'),
                                               pg_temp.request('k1')), 20) $$, 'PY041', NULL,
    'a key used a moment ago refuses the batch: it is in progress');
SELECT throws_ok(
    $$ SELECT payments.payments_create_new(tenant_a(),
                                           jsonb_build_array(pg_temp.request('k4'),
                                               pg_temp.request('k5', '{"currency": "xxx"}')),
                                           20) $$, 'PY022', NULL,
    'one unknown currency refuses the batch');
SELECT throws_ok(
    $$ SELECT payments.payments_create_new(tenant_a(),
                                           jsonb_build_array(pg_temp.request('k4'),
                                               pg_temp.request('k5', '{"amount": 1}')), 20) $$,
    'PY021', NULL, 'one impossible amount refuses the batch');
SELECT unchanged('refused batches change nothing');
SELECT is_empty($$ SELECT * FROM payments.payments_create_new(tenant_a(), '[]', 20) $$,
                'none is fine');


-- ── fraud ────────────────────────────────────────────────────────────────────────────────────
RESET ROLE;
SELECT ops.fraud_list_set(tenant_a(), 'block', 'customer', 'banned');
SELECT suspect(tenant_a());
SELECT payments.fraud_rules_store(tenant_a(),
                                  '[{"name": "listed", "kind": "blocklist", "enabled": true, '
                                  '"weight": 50, "threshold": 1, "parameters": {}},
    {"name": "second", "kind": "velocity", "enabled": true, "weight": 50, "threshold": 1, "parameters": {"signal": "customer", "event": "payment", "seconds": 60}}]', 50, 100, 'me');
SET LOCAL ROLE payments_definer;
SELECT results_eq(
    $$ SELECT ordinal, operation #>> '{request,params,capture_method}'
         FROM payments.payments_create_new(tenant_a(), jsonb_build_array(
        pg_temp.request('f1', '{"customerId": "banned"}'), pg_temp.request('f2'),
             pg_temp.request('f3', '{"customerId": "banned"}')), 20) ORDER BY 1 $$,
    $$ VALUES (1::bigint, 'manual'), (2, 'automatic_async'), (3, NULL) $$,
    'of a batch one is reviewed, one goes on, and one, which counts the first, is blocked and has '
    'no call');
SELECT results_eq(
    $$ SELECT k.problem, p.status, o.id FROM payments.idempotency_keys AS k
         JOIN payments.payment_transactions AS p
       ON p.id = payments.id_derive(tenant_a(), 'payment', 'svc', 'f3')
        LEFT JOIN payments.stripe_operations AS o ON o.payment_id = p.id
       WHERE k.idempotency_key = 'f3' $$,
    $$ VALUES ('payment_blocked', 'blocked', NULL::uuid) $$,
    'its request is answered, and Stripe never hears of it');
SELECT * FROM finish();
ROLLBACK;
