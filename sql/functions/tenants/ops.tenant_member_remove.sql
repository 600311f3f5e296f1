CREATE OR REPLACE FUNCTION ops.tenant_member_remove(p_tenant_id uuid, p_role_name text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.owner_check();
    PERFORM payments.tenant_enter(p_tenant_id);
    DELETE FROM payments.tenant_members AS m
     WHERE m.tenant_id = p_tenant_id AND m.role_name = p_role_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'role % is no member of this tenant', p_role_name USING ERRCODE = 'PY010';
    END IF;
    PERFORM payments.audit_act(p_tenant_id, 'tenant_member_remove', p_role_name);
END
$$;
COMMENT ON FUNCTION ops.tenant_member_remove(uuid, text) IS
    'Takes a login role''s view of a tenant away. Raises PY010 (not a member), PY070. Example: '
    'SELECT ops.tenant_member_remove(''…'', ''ana'');';
