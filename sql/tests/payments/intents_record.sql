BEGIN;
SELECT plan(11);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT asked_payment(tenant_a(), 'k' || n) FROM generate_series(1, 6) AS n;
SELECT keep('k' || n, operation_of(pay('k' || n), 'intent')) FROM generate_series(1, 6) AS n;
CREATE FUNCTION pg_temp.made(p_key text, p_epoch bigint DEFAULT 1,
                             p_status text DEFAULT 'requires_payment_method',
                             p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object('operationId', tap_helpers.the(p_key), 'leaseEpoch', p_epoch,
                                'result', jsonb_build_object('outcome', 'succeeded',
             'httpStatus', 200, 'requestId', 'req_1', 'object',
             tap_helpers.intent_object(tap_helpers.pay(p_key), p_status, p_more))) $$;
-- Everything recorded of a payment and its call, but what names it or tells the time.
CREATE FUNCTION pg_temp.recorded(p_key text) RETURNS text LANGUAGE sql AS $$
    SELECT replace(
        replace(concat_ws(' ', to_jsonb(o) - '{id,next_run_at}'::text[], to_jsonb(p), to_jsonb(i),
                          to_jsonb(a) - 'id',
                          to_jsonb(k) - '{id,idempotency_key,fingerprint}'::text[], to_jsonb(m)),
                   p.id::text, 'PAYMENT'), o.id::text, 'OPERATION')
      FROM payments.stripe_operations AS o
      JOIN payments.payment_transactions AS p ON p.id = o.payment_id
      JOIN payments.payment_intents AS i ON i.id = p.id
      JOIN payments.stripe_operation_attempts AS a ON a.operation_id = o.id
      JOIN payments.idempotency_keys AS k ON k.id = o.idempotency_id
      JOIN payments.provider_objects AS m ON m.provider_id = o.provider_id
     WHERE o.id = tap_helpers.the(p_key) $$;
CREATE FUNCTION pg_temp.timeless(p_text text) RETURNS text LANGUAGE sql
AS $$ SELECT regexp_replace(regexp_replace(p_text, '\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)', 'TIME',
                                           'g'), '"(idempotency_id|id)": "[0-9a-f-]{36}"',
                            '"\1": "ID"', 'g') $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    (SELECT array_agg(i ORDER BY i)
       FROM unnest(payments.intents_record(tenant_a(),
                                           jsonb_build_array(pg_temp.made('k1'),
                                               pg_temp.made('k2')))) AS i),
    (SELECT array_agg(i ORDER BY i) FROM unnest(ARRAY[the('k1'), the('k2')]) AS i),
    'intents that were made are recorded together');
SELECT payments.operation_record(tenant_a(), the('k3'), 1, pg_temp.made('k3') -> 'result');
SELECT isnt(pg_temp.recorded('k1'), NULL,
            'each leaves operation, payment, intent, evidence, answer and Stripe''s id');
SELECT is(pg_temp.timeless(pg_temp.recorded('k1')), pg_temp.timeless(pg_temp.recorded('k3')),
          'word for word what operation_record leaves');
SELECT is(
    (SELECT (k.response_status, k.response_body)::text FROM payments.idempotency_keys AS k
       JOIN payments.stripe_operations AS o ON o.idempotency_id = k.id WHERE o.id = the('k2')),
    (201, payments.payment_json(tenant_a(), pay('k2'), true))::text,
    'the request is answered with its payment and the client secret');
SELECT remember();
SELECT is(
    payments.intents_record(tenant_a(),
                            jsonb_build_array(pg_temp.made('k1'), pg_temp.made('k4', 7),
                                              pg_temp.made('k4', 1, 'succeeded'),
        pg_temp.made('k5', 1, 'requires_payment_method', '{"amount": 1}'),
        pg_temp.made('k6', 1, 'requires_payment_method', '{"latest_charge": "ch_1"}'),
        jsonb_build_object('operationId', the('k6'), 'leaseEpoch', 1, 'result',
                           '{"outcome": "unknown"}'::jsonb))), '{}',
    'ended, under a lease that is over, further on, contradicting, charged or not known: none of '
    'its business');
SELECT unchanged('what is left to operation_record is not touched');
SELECT is(payments.intents_record(tenant_a(), '[]'), '{}', 'nothing is fine');
SELECT throws_ok(
    $$ SELECT payments.intents_record(tenant_a(),
                                      jsonb_build_array(pg_temp.made('k4', 1,
                                          'requires_payment_method', '{"id": "pi_x"}'),
                                                        pg_temp.made('k5', 1,
                                                            'requires_payment_method',
                                                            '{"id": "pi_x"}'))) $$,
    'PY033', NULL, 'one Stripe intent for two payments is refused');
SELECT unchanged('and changes nothing');
UPDATE payments.payment_transactions SET status = 'processing' WHERE id = pay('k4');
SELECT is(payments.intents_record(tenant_a(), jsonb_build_array(pg_temp.made('k4'))), '{}',
          'a payment that an event has moved already is operation_record''s');
SELECT enter(tenant_b());
SELECT is(payments.intents_record(tenant_b(), jsonb_build_array(pg_temp.made('k5'))), '{}',
          'another tenant''s operation does not exist');

SELECT * FROM finish();
ROLLBACK;
