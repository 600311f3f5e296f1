CREATE OR REPLACE FUNCTION payments.idempotency_begin(
    p_tenant_id uuid, p_subject text, p_route text, p_key text, p_fingerprint bytea,
    p_operation_id uuid, p_object_id text DEFAULT NULL, p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_id CONSTANT uuid := payments.idempotency_id(p_tenant_id, p_subject, p_route, p_key);
BEGIN
    IF payments.idempotency_claim(p_tenant_id, p_route, jsonb_build_array(jsonb_build_object(
           'keyId', v_id, 'subject', p_subject, 'idempotencyKey', p_key,
           'fingerprint', encode(p_fingerprint, 'hex'), 'operationId', p_operation_id,
           'objectId', p_object_id, 'origin', p_origin))) = '{}' THEN
        RETURN QUERY SELECT * FROM payments.idempotency_answer(p_tenant_id, v_id, p_fingerprint);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.idempotency_begin(uuid, text, text, text, bytea, uuid, text, jsonb) IS
    'idempotency_claim for one call: no row. Seen before: its answer, as a replay. Raises PY040 '
    '(other request, or swept since), PY041 (in progress).';
