CREATE OR REPLACE FUNCTION payments.member_enter(p_tenant_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    IF payments.member_check(p_tenant_id) IS NOT TRUE THEN
        RAISE EXCEPTION 'role % is no member of this tenant', session_user USING ERRCODE = 'PY070';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.member_enter(uuid) IS
    'Enters a tenant for a person; the first line of every ops function. Raises PY001, PY002, '
    'PY070 (not a member).';
