CREATE OR REPLACE FUNCTION payments.attempts_record(p_tenant_id uuid, p_results jsonb,
                                                    p_now timestamptz)
RETURNS TABLE (ordinal bigint, operation payments.stripe_operations, result jsonb, verdict text)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.operations_lock(p_tenant_id, p_results);
    RETURN QUERY
    WITH brought AS MATERIALIZED (
        SELECT r.n, (r.e ->> 'operationId')::uuid AS id, (r.e ->> 'leaseEpoch')::bigint AS epoch,
               r.e -> 'result' AS result, r.e #>> '{result,outcome}' AS outcome,
               row_number() OVER (PARTITION BY r.e ->> 'operationId', r.e ->> 'leaseEpoch'
                                  ORDER BY r.n) AS place
          FROM jsonb_array_elements(p_results) WITH ORDINALITY AS r (e, n)
    ), judged AS MATERIALIZED (
        SELECT b.*, held.row AS operation,
               CASE WHEN ((held.row).state = 'leased' AND (held.row).lease_epoch = b.epoch
                          AND b.place = 1) IS NOT TRUE THEN 'stale'
                    WHEN b.outcome = 'succeeded'
                         AND payments.operation_contradicts(held.row, b.result -> 'object')
                             IS NOT FALSE THEN 'contradiction'
                    -- A read that brought nothing has failed, for nothing of it can be at Stripe:
                    -- the next one need not wait for a person.
                    WHEN b.outcome = 'unknown' AND (held.row).kind = 'fetch' THEN 'failed'
                    ELSE b.outcome END AS verdict
          FROM brought AS b
          -- LIMIT: one probe each, and never a scan of all the tenant's operations.
         CROSS JOIN LATERAL (SELECT o AS row FROM payments.stripe_operations AS o
                              WHERE o.tenant_id = p_tenant_id AND o.id = b.id LIMIT 1) AS held
    ), attempted AS (
        INSERT INTO payments.stripe_operation_attempts
            (tenant_id, operation_id, lease_epoch, generation, outcome, applied, http_status,
             error_code, error, provider_id, request_id, finished_at)
        SELECT p_tenant_id, j.id, j.epoch, (j.operation).generation, j.outcome,
               j.verdict <> 'stale', (j.result ->> 'httpStatus')::integer, j.result ->> 'code',
               left(j.result ->> 'message', 500), j.result #>> '{object,id}',
               j.result ->> 'requestId', p_now
          FROM judged AS j
    ), ended AS (
        UPDATE payments.stripe_operations AS o
           SET state = 'succeeded', outcome = 'succeeded', leased_by = NULL,
               provider_id = j.result #>> '{object,id}', last_error_code = NULL,
               last_error = NULL, finished_at = p_now, updated_at = p_now
          FROM judged AS j
         WHERE o.tenant_id = p_tenant_id AND o.id = j.id AND j.verdict = 'succeeded'
    )
    SELECT j.n, j.operation, j.result, j.verdict
      FROM judged AS j ORDER BY (j.operation).payment_id, j.id, j.n;
END
$$;
COMMENT ON FUNCTION payments.attempts_record(uuid, jsonb, timestamptz) IS
    'Keeps what attempts brought back, {operationId, leaseEpoch, result}, and ends the operations '
    'that succeeded, all of them locked for this transaction. Returns each operation as it was, '
    'and the verdict: the outcome, or stale when its lease no longer holds, or contradiction when '
    'Stripe''s object does not match the request. Raises PY010.';
