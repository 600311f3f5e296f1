CREATE OR REPLACE FUNCTION ops.fraud_rules(p_tenant_id uuid)
RETURNS TABLE (version integer, name text, kind text, enabled boolean, weight integer,
               threshold integer, parameters jsonb, review_score integer, block_score integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT rule.version, rule.name, rule.kind, rule.enabled, rule.weight, rule.threshold,
           rule.parameters, newest.review_score, newest.block_score
      FROM payments.fraud_rules AS rule
      JOIN payments.fraud_rulesets AS newest
        ON newest.tenant_id = p_tenant_id AND newest.version = rule.version
     WHERE rule.tenant_id = p_tenant_id
       AND rule.version = (SELECT max(every.version) FROM payments.fraud_rulesets AS every
                            WHERE every.tenant_id = p_tenant_id)
     ORDER BY rule.kind, rule.name;
END
$$;
COMMENT ON FUNCTION ops.fraud_rules(uuid) IS
    'The fraud rules in force. Raises PY070. Example: SELECT * FROM ops.fraud_rules(''…'');';
