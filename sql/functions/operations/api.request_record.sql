CREATE OR REPLACE FUNCTION api.request_record(
    p_tenant_id uuid, p_operation_id uuid, p_lease_epoch bigint, p_result jsonb
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_recorded record;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    SELECT r.* INTO v_recorded FROM payments.operation_record(p_tenant_id, p_operation_id,
        p_lease_epoch, p_result) AS r;
    IF v_recorded.next_operation IS NOT NULL THEN
        RETURN QUERY SELECT NULL::integer, NULL::jsonb, v_recorded.next_operation, false,
            NULL::text, NULL::text;
        RETURN;
    END IF;
    RETURN QUERY SELECT * FROM payments.operation_response(p_tenant_id, p_operation_id, false);
END
$$;
COMMENT ON FUNCTION api.request_record(uuid, uuid, bigint, jsonb) IS
    'Hands Stripe''s answer to a request''s own operation back and returns the answer for the '
    'client, or a follow-up operation to carry. 202 while the outcome is not known. Raises PY001, '
    'PY002, PY010.';
