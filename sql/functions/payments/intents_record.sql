-- What operation_record does to an intent that was just made, in one statement for all. Anything
-- but a payment that nobody has touched or looks into and an intent that waits for its payment
-- method is left to operation_record.
CREATE OR REPLACE FUNCTION payments.intents_record(p_tenant_id uuid, p_results jsonb) RETURNS uuid[]
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_operations uuid[];
    v_payments uuid[];
    v_intents text[];
BEGIN
    WITH held AS MATERIALIZED (
        SELECT o.id, o.payment_id, o.lease_epoch, o.generation, g.result,
               g.result -> 'object' AS object
          FROM (SELECT DISTINCT ON (e ->> 'operationId') (e ->> 'operationId')::uuid AS id,
                       (e ->> 'leaseEpoch')::bigint AS epoch,
                       e -> 'result' AS result
                  FROM jsonb_array_elements(p_results) AS e
                 WHERE e #>> '{result,outcome}' = 'succeeded'
                   AND e #>> '{result,object,status}' = 'requires_payment_method'
                   AND num_nonnulls(e #>> '{result,object,latest_charge}',
                                    e #>> '{result,object,last_payment_error}',
                                    e #>> '{result,object,canceled_at}',
                                    e #>> '{result,object,cancellation_reason}') = 0) AS g
          JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.id = g.id
          JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id
           AND p.id = o.payment_id
         WHERE o.kind = 'intent' AND o.state = 'leased' AND o.lease_epoch = g.epoch
           AND p.status = 'created'
           AND payments.operation_contradicts(o, g.result -> 'object') IS FALSE
           AND NOT EXISTS (SELECT FROM payments.reviews AS v WHERE v.tenant_id = p_tenant_id
                              AND v.payment_id = o.payment_id)
         ORDER BY o.payment_id, o.id
           FOR NO KEY UPDATE OF p, o
    ), attempted AS (
        INSERT INTO payments.stripe_operation_attempts
            (tenant_id, operation_id, lease_epoch, generation, outcome, applied, http_status,
             provider_id, request_id, finished_at)
        SELECT p_tenant_id, h.id, h.lease_epoch, h.generation, 'succeeded', true,
               (h.result ->> 'httpStatus')::integer,
               h.object ->> 'id', h.result ->> 'requestId', v_now
          FROM held AS h
    ), ended AS (
        UPDATE payments.stripe_operations AS o
           SET state = 'succeeded', outcome = 'succeeded', provider_id = h.object ->> 'id',
               leased_by = NULL,
               last_error_code = NULL, last_error = NULL, finished_at = v_now, updated_at = v_now
          FROM held AS h
         WHERE o.tenant_id = p_tenant_id AND o.id = h.id
    ), moved AS (
        UPDATE payments.payment_transactions AS p
           SET status = 'requires_payment_method', updated_at = v_now
          FROM held AS h
         WHERE p.tenant_id = p_tenant_id AND p.id = h.payment_id
    ), mirrored AS (
        UPDATE payments.payment_intents AS i
           SET stripe_payment_intent_id = h.object ->> 'id', stripe_status = h.object ->> 'status',
               client_secret = coalesce(h.object ->> 'client_secret', i.client_secret),
               livemode = coalesce(i.livemode, (h.object ->> 'livemode')::boolean),
               updated_at = v_now
          FROM held AS h
         WHERE i.tenant_id = p_tenant_id AND i.id = h.payment_id
    )
    SELECT array_agg(h.id), array_agg(h.payment_id), array_agg(h.object ->> 'id')
      INTO v_operations, v_payments, v_intents FROM held AS h;
    PERFORM payments.provider_object_claim(p_tenant_id, g.intent, 'payment_intent', g.payment,
                                           v_now)
       FROM unnest(v_payments, v_intents) AS g (payment, intent);
    UPDATE payments.idempotency_keys AS k
       SET response_status = 201, response_body = payments.payment_json(p_tenant_id, o.payment_id,
           true), completed_at = v_now
      FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.id = ANY (v_operations)
       AND k.tenant_id = p_tenant_id AND k.id = o.idempotency_id AND k.completed_at IS NULL;
    RETURN coalesce(v_operations, '{}');
END
$$;
COMMENT ON FUNCTION payments.intents_record(uuid, jsonb) IS
    'Of the results of requests applies those that say plainly that a new payment''s intent was '
    'made, completes their requests, and returns their operations; the rest is '
    'operation_record''s. Raises PY033 when Stripe''s id is another row''s.';
