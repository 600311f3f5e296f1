CREATE OR REPLACE FUNCTION ops.tenant_enable(p_tenant_id uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$ SELECT payments.tenant_status_set(p_tenant_id, 'active') $$;
COMMENT ON FUNCTION ops.tenant_enable(uuid) IS
    'Admits a disabled tenant again. Raises PY010, PY070. Example: SELECT '
    'ops.tenant_enable(''…'');';
