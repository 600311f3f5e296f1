CREATE OR REPLACE FUNCTION ops.tenant_disable(p_tenant_id uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$ SELECT payments.tenant_status_set(p_tenant_id, 'disabled') $$;
COMMENT ON FUNCTION ops.tenant_disable(uuid) IS
    'Refuses all further requests of a tenant; money already accepted still settles. Raises PY010, '
    'PY070. Example: SELECT ops.tenant_disable(''…'');';
