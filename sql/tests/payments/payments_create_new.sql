BEGIN;
SELECT plan(5);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT ops.fraud_list_set(tenant_a(), 'block', 'customer', 'banned');
SELECT payments.fraud_rules_store(tenant_a(), '[
    {"name": "listed", "kind": "blocklist", "enabled": true, "weight": 50, "threshold": 1,
     "parameters": {}},
    {"name": "second", "kind": "velocity", "enabled": true, "weight": 50, "threshold": 1,
     "parameters": {"signal": "customer", "event": "payment", "seconds": 60}}]', 50, 100, 'me');
-- What api.payments_create hands on: calls with the ids they derive.
CREATE FUNCTION pg_temp.call(p_key text, p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object(
          'subject', 'svc', 'idempotencyKey', p_key, 'fingerprint', '01', 'traceContext', 't',
          'request', tap_helpers.payment_request(p_more),
          'keyId', payments.idempotency_id(tap_helpers.tenant_a(), 'svc', 'payments.create', p_key),
          'operationId', payments.id_derive(tap_helpers.tenant_a(), 'intent', 'svc', p_key),
          'objectId', payments.id_derive(tap_helpers.tenant_a(), 'payment', 'svc', p_key)) $$;
CREATE FUNCTION pg_temp.calls() RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_array(
          pg_temp.call('seen'), pg_temp.call('f1', '{"customerId": "banned"}'),
          pg_temp.call('f2'), pg_temp.call('f3', '{"customerId": "banned"}')) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.idempotency_claim(tenant_a(), 'payments.create', pg_temp.calls());
SELECT remember();
SELECT is_empty($$ SELECT * FROM payments.payments_create_new(tenant_a(), pg_temp.calls(), '{}',
                                                              20) $$,
                'where none is new none is made');
SELECT unchanged('and nothing changes');
SELECT results_eq(
    $$ SELECT ordinal, operation #>> '{request,params,capture_method}', problem
         FROM payments.payments_create_new(tenant_a(), pg_temp.calls(), '{2,3,4}', 20)
        ORDER BY ordinal $$,
    $$ VALUES (2::bigint, 'manual', NULL::text), (3, 'automatic_async', NULL),
              (4, NULL, 'payment_blocked') $$,
    'of those that are new one is reviewed, one goes on, and one, which counts the first, is '
    'blocked and has no call');
SELECT results_eq(
    $$ SELECT k.problem, k.problem_detail LIKE 'payment % was refused by the fraud rules',
              p.status, o.id
         FROM payments.idempotency_keys AS k
         JOIN payments.payment_transactions AS p
           ON p.id = payments.id_derive(tenant_a(), 'payment', 'svc', 'f3')
         LEFT JOIN payments.stripe_operations AS o ON o.payment_id = p.id
        WHERE k.idempotency_key = 'f3' $$,
    $$ VALUES ('payment_blocked', true, 'blocked', NULL::uuid) $$,
    'its request is answered, and Stripe never hears of it');
SELECT is(
    (SELECT count(*) FROM payments.payment_transactions
      WHERE id = payments.id_derive(tenant_a(), 'payment', 'svc', 'seen')), 0::bigint,
    'what was seen before is not written');

SELECT * FROM finish();
ROLLBACK;
