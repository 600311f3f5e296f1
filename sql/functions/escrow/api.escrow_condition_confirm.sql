CREATE OR REPLACE FUNCTION api.escrow_condition_confirm(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea, p_escrow_id uuid,
    p_name text, p_request jsonb, p_lease_seconds numeric, p_trace_context text DEFAULT NULL,
    p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_escrow payments.escrows;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'escrows.conditions', p_idempotency_key, p_fingerprint, NULL,
        p_escrow_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    v_escrow := payments.escrow_lock(p_tenant_id, p_escrow_id);
    PERFORM FROM payments.escrow_conditions AS c
      WHERE c.tenant_id = p_tenant_id AND c.escrow_id = p_escrow_id AND c.name = p_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the escrow has no such condition' USING ERRCODE = 'PY010';
    END IF;
    IF p_name LIKE 'operator\_hold\_%' THEN
        RAISE EXCEPTION 'an operator has frozen this escrow, and lifts that'
            USING ERRCODE = 'PY030';
    END IF;
    IF v_escrow.status IN ('released', 'canceled') THEN
        RAISE EXCEPTION 'the escrow is over' USING ERRCODE = 'PY030';
    END IF;
    UPDATE payments.escrow_conditions AS c
       SET evidence = p_request ->> 'evidence', confirmed_by = p_subject, confirmed_at = v_now
     WHERE c.tenant_id = p_tenant_id AND c.escrow_id = p_escrow_id AND c.name = p_name
       AND c.confirmed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the condition is confirmed already' USING ERRCODE = 'PY030';
    END IF;
    PERFORM payments.escrow_note(p_tenant_id, p_escrow_id, 'condition_confirmed', NULL, p_name,
                                 p_subject, p_name, v_now);
    RETURN QUERY SELECT * FROM payments.idempotency_store(
        p_tenant_id, p_subject, 'escrows.conditions', p_idempotency_key, 200,
        payments.escrow_json(p_tenant_id, p_escrow_id));
END
$$;
COMMENT ON FUNCTION api.escrow_condition_confirm(uuid, text, text, bytea, uuid, text, jsonb,
                                                 numeric, text, jsonb) IS
    'Confirms a condition of an escrow with evidence. The worker releases a timed escrow when all '
    'are confirmed and its time has come. Raises PY003, PY010, PY030, PY040.';
