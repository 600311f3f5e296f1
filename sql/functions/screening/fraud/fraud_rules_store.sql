CREATE OR REPLACE FUNCTION payments.fraud_rules_store(
    p_tenant_id uuid, p_rules jsonb, p_review_score integer, p_block_score integer, p_by text
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_version integer;
BEGIN
    PERFORM payments.fraud_rule_check(r) FROM jsonb_array_elements(p_rules) AS r;
    IF (p_review_score BETWEEN 1 AND p_block_score AND p_block_score <= 100) IS NOT TRUE THEN
        RAISE EXCEPTION 'scores are from 1 to 100, and reviewing starts no later than blocking'
            USING ERRCODE = 'PY020';
    END IF;
    SELECT coalesce(max(s.version), 0) + 1 INTO v_version FROM payments.fraud_rulesets AS s
     WHERE s.tenant_id = p_tenant_id;
    INSERT INTO payments.fraud_rulesets (tenant_id, version, review_score, block_score, created_at,
                                         created_by)
    VALUES (p_tenant_id, v_version, p_review_score, p_block_score, payments.clock(), p_by);
    INSERT INTO payments.fraud_rules (tenant_id, version, name, kind, enabled, weight, threshold,
                                      parameters)
    SELECT p_tenant_id, v_version, r ->> 'name', r ->> 'kind', (r ->> 'enabled')::boolean,
           (r ->> 'weight')::integer, (r ->> 'threshold')::integer, r -> 'parameters'
      FROM jsonb_array_elements(p_rules) AS r;
    RETURN v_version;
END
$$;
COMMENT ON FUNCTION payments.fraud_rules_store(uuid, jsonb, integer, integer, text) IS
    'Puts a whole set of rules in force as the next version of a locked tenant and returns its '
    'number. Raises PY020.';
