CREATE OR REPLACE FUNCTION ops.money_violations(p_tenant_id uuid DEFAULT NULL)
RETURNS TABLE (invariant text, tenant_id uuid, object_type text, object_id text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_tenant_id uuid;
BEGIN
    FOR v_tenant_id IN
        SELECT i.tenant_id FROM payments.tenant_ids() AS i
         WHERE i.tenant_id = coalesce(p_tenant_id, i.tenant_id)
    LOOP
        PERFORM payments.tenant_visit(v_tenant_id);
        CONTINUE WHEN payments.member_check(v_tenant_id) IS NOT TRUE;
        RETURN QUERY
        SELECT u.m, v_tenant_id, u.object_type, u.object_id, u.detail
          FROM payments.violations_all(v_tenant_id)
               AS u (m, object_type, object_id, detail, payment_id);
    END LOOP;
    PERFORM payments.tenant_visit(NULL);
    RETURN QUERY
    SELECT 'M19', NULL::uuid, v.* FROM payments.invariant_rows_need_their_tenant() AS v
    UNION ALL SELECT 'M24', NULL, v.* FROM payments.invariant_amounts_are_exact() AS v;
END
$$;
COMMENT ON FUNCTION ops.money_violations(uuid) IS
    'Every breach of a money invariant in the tenants the caller may see, or in one, and of the '
    'schema (no tenant); looks at every row. Must be empty, always; violations_outstanding has '
    'what the worker found meanwhile. Example: SELECT * FROM ops.money_violations();';
