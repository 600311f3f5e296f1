CREATE OR REPLACE FUNCTION payments.operation_record(
    p_tenant_id uuid, p_operation_id uuid, p_lease_epoch bigint, p_result jsonb
) RETURNS TABLE (applied boolean, enqueued integer, next_operation jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_outcome text := p_result ->> 'outcome';
    v_operation payments.stripe_operations;
BEGIN
    applied := false;
    enqueued := 0;
    SELECT o.* INTO v_operation FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such operation' USING ERRCODE = 'PY010';
    END IF;
    v_operation := payments.operation_lock(v_operation, v_outcome IN ('failed', 'not_sent'));
    applied := v_operation.state = 'leased' AND v_operation.lease_epoch = p_lease_epoch;
    INSERT INTO payments.stripe_operation_attempts
        (tenant_id, operation_id, lease_epoch, generation, outcome, applied, http_status,
         error_code, error,
         provider_id, request_id, finished_at)
    VALUES (p_tenant_id, p_operation_id, p_lease_epoch, v_operation.generation, v_outcome, applied,
            (p_result ->> 'httpStatus')::integer, p_result ->> 'code',
            left(p_result ->> 'message', 500),
            p_result #>> '{object,id}', p_result ->> 'requestId', v_now);
    IF NOT applied THEN
        RETURN NEXT;
        RETURN;
    END IF;
    -- A read that brought nothing has failed, for nothing of it can be at Stripe: the next one need
    -- not wait for a person.
    IF v_operation.kind = 'fetch' AND v_outcome = 'unknown' THEN
        v_outcome := 'failed';
    END IF;
    CASE v_outcome
        WHEN 'succeeded' THEN
            SELECT s.enqueued, s.next_operation INTO enqueued, next_operation
              FROM payments.operation_succeed(v_operation, p_result -> 'object', v_now) AS s;
        WHEN 'failed' THEN
            enqueued := payments.operation_fail(v_operation, p_result, v_now);
        WHEN 'not_sent' THEN
            PERFORM payments.operation_requeue_unsent(v_operation, p_result, v_now);
        ELSE
            PERFORM payments.operation_mark_unknown(v_operation, p_result, v_now);
    END CASE;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.operation_record(uuid, uuid, bigint, jsonb) IS
    'Records what an attempt brought back and, when its lease still holds, applies it. Returns '
    'whether it applied, how many operations it made due, and a follow-up call the request should '
    'carry itself. A stale worker leaves only its evidence. Raises PY010.';
