CREATE OR REPLACE FUNCTION payments.violations_all(p_tenant_id uuid)
RETURNS TABLE (invariant text, object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
        SELECT 'M01', v.* FROM payments.violations_m01(p_tenant_id) AS v
        UNION ALL SELECT 'M02', v.* FROM payments.violations_m02(p_tenant_id) AS v
        UNION ALL SELECT 'M03', v.* FROM payments.violations_m03(p_tenant_id) AS v
        UNION ALL SELECT 'M04', v.* FROM payments.violations_m04(p_tenant_id) AS v
        UNION ALL SELECT 'M05', v.* FROM payments.violations_m05(p_tenant_id) AS v
        UNION ALL SELECT 'M06', v.* FROM payments.violations_m06(p_tenant_id) AS v
        UNION ALL SELECT 'M07', v.* FROM payments.violations_m07(p_tenant_id) AS v
        UNION ALL SELECT 'M08', v.* FROM payments.violations_m08(p_tenant_id) AS v
        UNION ALL SELECT 'M09', v.* FROM payments.violations_m09(p_tenant_id) AS v
        UNION ALL SELECT 'M10', v.* FROM payments.violations_m10(p_tenant_id) AS v
        UNION ALL SELECT 'M11', v.* FROM payments.violations_m11(p_tenant_id) AS v
        UNION ALL SELECT 'M12', v.* FROM payments.violations_m12(p_tenant_id) AS v
        UNION ALL SELECT 'M13', v.* FROM payments.violations_m13(p_tenant_id) AS v
        UNION ALL SELECT 'M14', v.* FROM payments.violations_m14(p_tenant_id) AS v
        UNION ALL SELECT 'M28', v.* FROM payments.violations_m28(p_tenant_id) AS v
$$;
COMMENT ON FUNCTION payments.violations_all(uuid) IS 'Every breach of a money invariant in the tenant entered.';
