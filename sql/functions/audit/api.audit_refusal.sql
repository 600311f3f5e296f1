-- In a transaction of its own: the call's was rolled back.
CREATE OR REPLACE FUNCTION api.audit_refusal(p_tenant_id uuid, p_subject text, p_object_id text,
                                             p_code text, p_origin jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    PERFORM payments.audit_add(p_tenant_id, gen_random_uuid(), p_subject, p_origin ->> 'action',
                               p_object_id, 'refused', p_code, p_origin);
END
$$;
COMMENT ON FUNCTION api.audit_refusal(uuid, text, text, text, jsonb) IS
    'Records a call that a rule of ours refused with p_code. p_origin as audit_add, with its '
    'action. Raises PY001, PY002.';
