CREATE OR REPLACE FUNCTION api.tenant_check(p_tenant_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
END
$$;
COMMENT ON FUNCTION api.tenant_check(uuid) IS
    'Returns when the tenant may make requests. Raises PY003 (not registered or disabled).';
