CREATE OR REPLACE FUNCTION payments.idempotency_begin(
    p_tenant_id uuid, p_subject text, p_route text, p_key text, p_fingerprint bytea,
    p_operation_id uuid,
    p_object_id text DEFAULT NULL, p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_id CONSTANT uuid := payments.idempotency_id(p_tenant_id, p_subject, p_route, p_key);
    v_key payments.idempotency_keys;
    v_operation payments.stripe_operations;
BEGIN
    LOOP
        INSERT INTO payments.idempotency_keys
            (tenant_id, id, subject, route, idempotency_key, fingerprint, operation_id, created_at)
        VALUES (p_tenant_id, v_id, p_subject, p_route, p_key, p_fingerprint, p_operation_id,
                payments.clock())
        ON CONFLICT DO NOTHING;
        IF FOUND THEN
            PERFORM payments.idempotency_unspent(EXISTS (
                SELECT FROM payments.stripe_operations AS o
                 WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id
                   AND o.idempotency_id = v_id));
            -- A replay does not get here: one row a call.
            PERFORM payments.audit_add(p_tenant_id, v_id, p_subject, p_route, p_object_id,
                                       'accepted', NULL, p_origin);
            RETURN;
        END IF;
        SELECT k.* INTO v_key FROM payments.idempotency_keys AS k WHERE k.tenant_id = p_tenant_id
           AND k.id = v_id;
        EXIT WHEN FOUND;  -- else it was swept between the two: it is new
    END LOOP;
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
COMMENT ON FUNCTION payments.idempotency_begin(uuid, text, text, text, bytea, uuid, text, jsonb) IS
    'Claims a client''s Idempotency-Key for the operation that will answer it, and records the '
    'call in the audit log: no row. Seen before: its answer, as a replay. Raises PY040 (other '
    'request), PY041 (in progress).';
