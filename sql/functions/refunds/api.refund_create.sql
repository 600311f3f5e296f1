CREATE OR REPLACE FUNCTION api.refund_create(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea, p_request jsonb,
    p_lease_seconds numeric, p_trace_context text DEFAULT NULL, p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    -- 'api' first: a subject called 'review' or 'dashboard' must not name the refunds that we
    -- derive from those.
    v_refund_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'refund', 'api', p_subject,
                                                    p_idempotency_key);
    v_operation_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'refund_call',
                                                       v_refund_id::text);
    v_operation jsonb;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'refunds.create', p_idempotency_key, p_fingerprint, v_operation_id,
        v_refund_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    v_operation := payments.refund_request(
        p_tenant_id, v_refund_id, (p_request ->> 'paymentId')::uuid,
        p_request || jsonb_build_object(
            'reason', coalesce(p_request ->> 'reason', 'requested_by_customer'), 'origin', 'api',
            'subject', p_subject),
        payments.idempotency_id(p_tenant_id, p_subject, 'refunds.create', p_idempotency_key),
        p_trace_context, p_lease_seconds);
    IF v_operation IS NULL THEN
        RETURN QUERY SELECT * FROM payments.operation_response(p_tenant_id, v_operation_id, false);
    ELSE
        RETURN QUERY SELECT NULL::integer, NULL::jsonb, v_operation, false, NULL::text, NULL::text;
    END IF;
END
$$;
COMMENT ON FUNCTION api.refund_create(uuid, text, text, bytea, jsonb, numeric, text, jsonb) IS
    'Reserves a refund and returns its operation for the request to carry, or the answer when the '
    'key was used before or the call has to queue. Raises PY003, PY010, PY021, PY040, PY041, '
    'PY051, PY052, PY053.';
