-- M19 and M24 are the catalog's and have no tenant: ops.money_violations adds them. M27 is Redis's: no row of ours counts
-- requests; tests of the limiter prove it.
CREATE OR REPLACE FUNCTION payments.violations_all(p_tenant_id uuid, p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (invariant text, object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
        SELECT 'M01', v.* FROM payments.violations_m01(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M02', v.* FROM payments.violations_m02(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M03', v.* FROM payments.violations_m03(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M04', v.* FROM payments.violations_m04(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M05', v.* FROM payments.violations_m05(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M06', v.* FROM payments.violations_m06(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M07', v.* FROM payments.violations_m07(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M08', v.* FROM payments.violations_m08(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M09', v.* FROM payments.violations_m09(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M10', v.* FROM payments.violations_m10(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M11', v.* FROM payments.violations_m11(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M12', v.*, NULL::uuid FROM payments.violations_m12(p_tenant_id) AS v WHERE p_payment_ids IS NULL
        UNION ALL SELECT 'M13', v.* FROM payments.violations_m13(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M14', v.* FROM payments.violations_m14(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M15', v.* FROM payments.violations_m15(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M16', v.* FROM payments.violations_m16(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M17', v.*, NULL::uuid FROM payments.violations_m17(p_tenant_id) AS v WHERE p_payment_ids IS NULL
        UNION ALL SELECT 'M18', v.*, NULL::uuid FROM payments.violations_m18(p_tenant_id) AS v WHERE p_payment_ids IS NULL
        UNION ALL SELECT 'M20', v.* FROM payments.violations_m20(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M21', v.* FROM payments.violations_m21(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M22', v.* FROM payments.violations_m22(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M23', v.* FROM payments.violations_m23(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M25', v.* FROM payments.violations_m25(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M26', v.* FROM payments.violations_m26(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M28', v.* FROM payments.violations_m28(p_tenant_id, p_payment_ids) AS v
$$;
COMMENT ON FUNCTION payments.violations_all(uuid, uuid[]) IS
    'Every breach of a money invariant in the tenant entered; with payments named, those that hang on these payments.';
