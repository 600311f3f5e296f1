CREATE OR REPLACE FUNCTION api.set_tenant(p_tenant_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
END
$$;
COMMENT ON FUNCTION api.set_tenant(uuid) IS
    'Enters a tenant for the rest of the transaction: the first statement of a transaction on a '
    'distributed server. Raises PY001 (none given), PY002 (another tenant already entered).';
