CREATE OR REPLACE FUNCTION ops.tenant_member_add(p_tenant_id uuid, p_role_name text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.owner_check();
    PERFORM payments.tenant_enter(p_tenant_id);
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = p_role_name) THEN
        RAISE EXCEPTION 'no such role: %', p_role_name USING ERRCODE = 'PY010';
    END IF;
    PERFORM FROM payments.tenants AS t WHERE t.tenant_id = p_tenant_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'PY010';
    END IF;
    INSERT INTO payments.tenant_members (tenant_id, role_name, created_at)
    VALUES (p_tenant_id, p_role_name, payments.clock())
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM payments.audit_act(p_tenant_id, 'tenant_member_add', p_role_name);
    END IF;
END
$$;
COMMENT ON FUNCTION ops.tenant_member_add(uuid, text) IS
    'Lets a login role see a tenant through ops. Raises PY010 (no such role or tenant), PY070. '
    'Example: SELECT ops.tenant_member_add(''…'', ''ana'');';
