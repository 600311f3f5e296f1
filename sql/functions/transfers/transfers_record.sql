-- What operation_record does to a transfer that succeeded, in one statement for all: most of what a
-- worker finishes.
CREATE OR REPLACE FUNCTION payments.transfers_record(p_tenant_id uuid, p_results jsonb)
RETURNS TABLE (operation_ids uuid[], enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_transfers uuid[];
    v_provider_ids text[];
BEGIN
    WITH held AS MATERIALIZED (
        SELECT o.id, o.subject_id, o.lease_epoch, o.generation, g.result,
               g.result #>> '{object,id}' AS provider_id
          FROM (SELECT DISTINCT ON (e ->> 'operationId') (e ->> 'operationId')::uuid AS id,
                       (e ->> 'leaseEpoch')::bigint AS epoch,
                       e -> 'result' AS result
                  FROM jsonb_array_elements(p_results) AS e
                 WHERE e #>> '{result,outcome}' = 'succeeded') AS g
          JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.id = g.id
         WHERE o.kind = 'transfer' AND o.idempotency_id IS NULL AND o.state = 'leased'
           AND o.lease_epoch = g.epoch
           AND payments.operation_contradicts(o, g.result -> 'object') IS FALSE
         ORDER BY o.payment_id, o.id
           FOR NO KEY UPDATE OF o
    ), attempted AS (
        INSERT INTO payments.stripe_operation_attempts
            (tenant_id, operation_id, lease_epoch, generation, outcome, applied, http_status,
             provider_id, request_id, finished_at)
        SELECT p_tenant_id, h.id, h.lease_epoch, h.generation, 'succeeded', true,
               (h.result ->> 'httpStatus')::integer,
               h.provider_id, h.result ->> 'requestId', v_now
          FROM held AS h
    ), ended AS (
        UPDATE payments.stripe_operations AS o
           SET state = 'succeeded', outcome = 'succeeded', provider_id = h.provider_id,
               leased_by = NULL,
               last_error_code = NULL, last_error = NULL, finished_at = v_now, updated_at = v_now
          FROM held AS h
         WHERE o.tenant_id = p_tenant_id AND o.id = h.id
    )
    SELECT array_agg(h.id), array_agg(h.subject_id), array_agg(h.provider_id)
      INTO operation_ids, v_transfers, v_provider_ids FROM held AS h;
    enqueued := payments.transfers_settle(p_tenant_id, v_transfers, v_provider_ids, v_now);
    operation_ids := coalesce(operation_ids, '{}');
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.transfers_record(uuid, jsonb) IS
    'Of a worker''s results applies those that say plainly that a transfer under a lease that '
    'still holds has succeeded, and returns their operations and how many became due; the rest is '
    'operation_record''s. Raises PY033 when Stripe''s id is another row''s.';
