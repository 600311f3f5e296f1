CREATE OR REPLACE FUNCTION payments.owner_check() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF pg_catalog.pg_has_role(session_user, 'payments_owner', 'MEMBER') IS NOT TRUE THEN
        RAISE EXCEPTION 'role % may not do this', session_user
            USING ERRCODE = 'PY070', HINT = 'Tenants are registered by a member of payments_owner.';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.owner_check() IS
    'Returns when the person logged in is the database''s owner. Raises PY070.';
