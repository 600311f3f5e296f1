-- SET LOCAL by EXECUTE and not set_config(): a distributed server passes on only the statement.
CREATE OR REPLACE FUNCTION payments.tenant_enter(p_tenant_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_current text := nullif(current_setting('app.current_tenant_id', true), '');
BEGIN
    IF p_tenant_id IS NULL OR p_tenant_id = '00000000-0000-0000-0000-000000000000' THEN
        RAISE EXCEPTION 'no tenant given' USING ERRCODE = 'PY001';
    END IF;
    IF v_current IS NULL THEN
        EXECUTE format('SET LOCAL app.current_tenant_id = %L', p_tenant_id);
    ELSIF v_current <> p_tenant_id::text THEN
        RAISE EXCEPTION 'another tenant is already entered in this transaction'
            USING ERRCODE = 'PY002';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.tenant_enter(uuid) IS
    'Sets the tenant of this transaction; every api function starts with it. Raises PY001 (none), '
    'PY002 (a different one is set).';
