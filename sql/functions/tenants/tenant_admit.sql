CREATE OR REPLACE FUNCTION payments.tenant_admit(p_tenant_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    PERFORM FROM payments.tenants AS t WHERE t.tenant_id = p_tenant_id AND t.status = 'active';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the tenant is not registered or is disabled' USING ERRCODE = 'PY003';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.tenant_admit(uuid) IS
    'Enters the tenant and refuses one that is unknown or disabled. For requests; work already '
    'accepted uses tenant_enter. Raises PY001, PY002, PY003.';
