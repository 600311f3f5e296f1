CREATE OR REPLACE FUNCTION payments.fraud_rules_draft(
    p_tenant_id uuid, OUT rules jsonb, OUT review_score integer, OUT block_score integer
)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM FROM payments.tenants AS t WHERE t.tenant_id = p_tenant_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'PY010';
    END IF;
    SELECT s.review_score, s.block_score,
           jsonb_agg(to_jsonb(r) - 'tenant_id' - 'version') FILTER (WHERE r.name IS NOT NULL)
      INTO review_score, block_score, rules
      FROM payments.fraud_rulesets AS s
      LEFT JOIN payments.fraud_rules AS r ON r.tenant_id = p_tenant_id AND r.version = s.version
     WHERE s.tenant_id = p_tenant_id
     GROUP BY s.version, s.review_score, s.block_score ORDER BY s.version DESC LIMIT 1;
    -- 50 and 100: one strong reason asks a person, two refuse.
    rules := coalesce(rules, '[]');
    review_score := coalesce(review_score, 50);
    block_score := coalesce(block_score, 100);
END
$$;
COMMENT ON FUNCTION payments.fraud_rules_draft(uuid) IS
    'Locks the tenant and returns its newest rules and scores, to be changed and stored as the '
    'next version. Raises PY010.';
