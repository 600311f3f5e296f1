CREATE OR REPLACE FUNCTION ops.tenant_list()
RETURNS TABLE (tenant_id uuid, name text, status text, created_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_tenant_id uuid;
BEGIN
    FOR v_tenant_id IN SELECT i.tenant_id FROM payments.tenant_ids() AS i LOOP
        PERFORM payments.tenant_visit(v_tenant_id);
        RETURN QUERY
        SELECT t.tenant_id, t.name, t.status, t.created_at
          FROM payments.tenants AS t
         WHERE t.tenant_id = v_tenant_id AND payments.member_check(v_tenant_id);
    END LOOP;
    PERFORM payments.tenant_visit(NULL);
END
$$;
COMMENT ON FUNCTION ops.tenant_list() IS
    'The tenants that the person logged in may see. Example: SELECT * FROM ops.tenant_list();';
