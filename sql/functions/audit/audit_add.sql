CREATE OR REPLACE FUNCTION payments.audit_add(
    p_tenant_id uuid, p_id uuid, p_subject text, p_action text, p_object_id text, p_outcome text,
    p_code text, p_origin jsonb
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.audits_add(p_tenant_id, ARRAY[p_id], ARRAY[p_subject], p_action,
                                ARRAY[p_object_id], p_outcome, p_code, ARRAY[p_origin]);
END
$$;
COMMENT ON FUNCTION payments.audit_add(uuid, uuid, text, text, text, text, text, jsonb) IS
    'audits_add for one row.';
