CREATE OR REPLACE FUNCTION api.escrow_release(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea, p_escrow_id uuid,
    p_request jsonb, p_lease_seconds numeric, p_trace_context text DEFAULT NULL,
    p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_cause CONSTANT text := 'api:'
        || payments.idempotency_id(p_tenant_id, p_subject, 'escrows.release', p_idempotency_key);
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'escrows.release', p_idempotency_key, p_fingerprint, NULL,
        p_escrow_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    PERFORM payments.idempotency_unspent(EXISTS (
        SELECT FROM payments.escrow_events AS e
         WHERE e.tenant_id = p_tenant_id
           AND e.id = payments.id_derive(p_tenant_id, 'escrow_event', p_escrow_id::text, 'released',
                                         v_cause)));
    PERFORM payments.escrow_release_amount(
        payments.escrow_lock(p_tenant_id, p_escrow_id), (p_request ->> 'amount')::bigint,
        p_request ->> 'reason', p_subject, v_cause, payments.clock());
    RETURN QUERY SELECT * FROM payments.idempotency_store(
        p_tenant_id, p_subject, 'escrows.release', p_idempotency_key, 200,
        payments.escrow_json(p_tenant_id, p_escrow_id));
END
$$;
COMMENT ON FUNCTION api.escrow_release(uuid, text, text, bytea, uuid, jsonb, numeric, text,
                                       jsonb) IS
    'Releases held money to its recipient, in full or part, once its conditions are confirmed. '
    'Raises PY003, PY010, PY021, PY030, PY040.';
