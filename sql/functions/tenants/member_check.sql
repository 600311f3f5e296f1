-- session_user, not current_user: inside a definer current_user is the definer.
CREATE OR REPLACE FUNCTION payments.member_check(p_tenant_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN pg_catalog.pg_has_role(session_user, 'payments_owner', 'MEMBER')
        OR EXISTS (SELECT FROM payments.tenant_members AS m
                    WHERE m.tenant_id = p_tenant_id AND m.role_name = session_user);
END
$$;
COMMENT ON FUNCTION payments.member_check(uuid) IS
    'Whether the person logged in may look at this tenant: named in tenant_members, or the '
    'database''s owner. The tenant must be entered.';
