CREATE OR REPLACE FUNCTION payments.tenant_visit(p_tenant_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    EXECUTE format('SET LOCAL app.current_tenant_id = %L', coalesce(p_tenant_id::text, ''));
END
$$;
COMMENT ON FUNCTION payments.tenant_visit(uuid) IS
    'Changes the tenant inside a read-only report that goes through several tenants; null leaves. '
    'Callable by our own functions only.';
