CREATE OR REPLACE FUNCTION payments.tenant_status_set(p_tenant_id uuid, p_status text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    UPDATE payments.tenants AS t SET status = p_status, updated_at = payments.clock()
     WHERE t.tenant_id = p_tenant_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'PY010';
    END IF;
    PERFORM payments.audit_act(p_tenant_id, CASE p_status WHEN 'active' THEN 'tenant_enable'
                               ELSE 'tenant_disable' END, p_tenant_id::text);
END
$$;
COMMENT ON FUNCTION payments.tenant_status_set(uuid, text) IS
    'Sets a tenant''s status. Raises PY001, PY002, PY010, PY070.';
