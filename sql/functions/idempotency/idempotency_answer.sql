CREATE OR REPLACE FUNCTION payments.idempotency_answer(p_tenant_id uuid, p_key_id uuid,
                                                       p_fingerprint bytea)
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_key payments.idempotency_keys;
    v_operation payments.stripe_operations;
BEGIN
    SELECT k.* INTO v_key FROM payments.idempotency_keys AS k
     WHERE k.tenant_id = p_tenant_id AND k.id = p_key_id;
    IF v_key.fingerprint IS DISTINCT FROM p_fingerprint THEN
        RAISE EXCEPTION 'this Idempotency-Key was used with another request'
            USING ERRCODE = 'PY040';
    END IF;
    -- Its own answer first: after a refusal another key may have started the same operation anew.
    IF v_key.completed_at IS NOT NULL THEN
        RETURN QUERY SELECT v_key.response_status, v_key.response_body, NULL::jsonb, true,
            v_key.problem, v_key.problem_detail;
        RETURN;
    END IF;
    SELECT o.* INTO v_operation FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.id = v_key.operation_id;
    -- Taken over by evidence, not by age: only a request whose own lease still runs is in progress.
    IF v_operation.state = 'leased' AND v_operation.leased_by = 'inline'
        AND v_operation.next_run_at > payments.clock() THEN
        RAISE EXCEPTION 'a request with this Idempotency-Key is being carried out'
            USING ERRCODE = 'PY041';
    END IF;
    RETURN QUERY SELECT * FROM payments.operation_response(p_tenant_id, v_operation.id, true);
END
$$;
COMMENT ON FUNCTION payments.idempotency_answer(uuid, uuid, bytea) IS
    'The answer to a request whose Idempotency-Key was seen before, as a replay. Raises PY040 '
    '(other request), PY041 (in progress).';
